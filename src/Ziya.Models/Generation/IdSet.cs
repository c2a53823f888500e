using System.Runtime.InteropServices;

namespace Ziya.Models.Generation;

/// <summary>Distinct ids, in the order in which they came.</summary>
internal sealed class IdSet
{
    private readonly HashSet<int> _known = [];
    private readonly List<int> _ids = [];

    /// <summary>Begins with these.</summary>
    public IdSet(ReadOnlySpan<int> ids) => Reset(ids);

    /// <summary>The ids.</summary>
    public ReadOnlySpan<int> Ids => CollectionsMarshal.AsSpan(_ids);

    /// <summary>Adds an id, if it is new.</summary>
    public void Add(int id)
    {
        if (_known.Add(id))
        {
            _ids.Add(id);
        }
    }

    /// <summary>Forgets all and begins with these.</summary>
    public void Reset(ReadOnlySpan<int> ids)
    {
        _known.Clear();
        _ids.Clear();
        foreach (var id in ids)
        {
            Add(id);
        }
    }
}
