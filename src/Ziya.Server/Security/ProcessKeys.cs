using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Ziya.Server;

/// <summary>Keeps what signs cookies and forms for as long as the process lives: after a restart people sign in again, and no secret lies on a disk.</summary>
internal sealed class ProcessKeys : IXmlRepository
{
    private readonly Lock _lock = new();
    private readonly List<XElement> _keys = [];

    /// <inheritdoc/>
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        lock (_lock)
        {
            return [.. _keys.Select(key => new XElement(key))];
        }
    }

    /// <inheritdoc/>
    public void StoreElement(XElement element, string friendlyName)
    {
        lock (_lock)
        {
            _keys.Add(new XElement(element));
        }
    }
}
