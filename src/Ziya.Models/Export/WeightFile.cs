using System.Globalization;
using Ziya.Models.Protos.Onnx;

namespace Ziya.Models.Export;

/// <summary>The file of an exported model's weights: each at a multiple of 4096 bytes, so that it can be mapped, and written as it comes.</summary>
internal sealed class WeightFile(string path) : IDisposable
{
    private const int Alignment = 4096;

    private readonly FileStream _file = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16);

    /// <summary>Begins a tensor; what is written until the next one begins is its data.</summary>
    public TensorProto Begin(string name, TensorProto.Types.DataType type, IEnumerable<long> dims, long bytes)
    {
        var begin = (_file.Position + Alignment - 1) / Alignment * Alignment;
        _file.Write(new byte[begin - _file.Position]);
        return new TensorProto
        {
            Name = name,
            DataType = (int)type,
            Dims = { dims },
            DataLocation = TensorProto.Types.DataLocation.External,
            ExternalData =
            {
                new StringStringEntryProto { Key = "location", Value = Path.GetFileName(path) },
                new StringStringEntryProto { Key = "offset", Value = begin.ToString(CultureInfo.InvariantCulture) },
                new StringStringEntryProto { Key = "length", Value = bytes.ToString(CultureInfo.InvariantCulture) },
            },
        };
    }

    /// <summary>The next bytes.</summary>
    public void Write(ReadOnlySpan<byte> bytes) => _file.Write(bytes);

    /// <summary>All is on the disk.</summary>
    public void Complete() => _file.Flush(flushToDisk: true);

    public void Dispose() => _file.Dispose();
}
