using System.Buffers.Binary;
using System.Text.Json;

namespace Ziya.Models.Checkpoints;

/// <summary>
/// The safetensors format (https://github.com/huggingface/safetensors): the length of a header (8 bytes, little-endian), the header
/// as JSON (<c>{"name": {"dtype", "shape", "data_offsets"}}</c>, offsets counted from its end), the data without holes.
/// </summary>
internal static class SafetensorsFile
{
    /// <summary>The format's own bound of a header.</summary>
    private const int MaxHeaderBytes = 100_000_000;

    private static readonly Dictionary<string, TensorType> Types = new(StringComparer.Ordinal)
    {
        ["F64"] = TensorType.Float64,
        ["F32"] = TensorType.Float32,
        ["F16"] = TensorType.Float16,
        ["BF16"] = TensorType.BFloat16,
        ["I64"] = TensorType.Int64,
        ["I32"] = TensorType.Int32,
        ["I16"] = TensorType.Int16,
        ["I8"] = TensorType.Int8,
        ["U8"] = TensorType.UInt8,
        ["BOOL"] = TensorType.Bool,
    };

    private static readonly Dictionary<TensorType, string> Names = Types.ToDictionary(pair => pair.Value, pair => pair.Key);

    /// <summary>The format's name of a type.</summary>
    public static string NameOf(TensorType type) => Names[type];

    /// <summary>Where the tensors of a file are; every statement of the header is checked against the file.</summary>
    public static IReadOnlyList<CheckpointTensor> Read(string path)
    {
        using var file = File.OpenHandle(path);
        var length = RandomAccess.GetLength(file);
        var prefix = new byte[8];
        if (RandomAccess.Read(file, prefix, 0) < 8)
        {
            throw Damaged(path, $"has {length} bytes: too short for a header");
        }

        var headerBytes = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (headerBytes > MaxHeaderBytes || (long)headerBytes > length - 8)
        {
            throw Damaged(path, $"claims a header of {headerBytes} bytes, in a file of {length}; a header has at most {MaxHeaderBytes}");
        }

        var header = new byte[(int)headerBytes];
        RandomAccess.Read(file, header, 8);
        try
        {
            using var json = JsonDocument.Parse(header);
            return Check(path, Parse(path, json.RootElement, 8 + header.Length), 8 + header.Length, length);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or OverflowException)
        {
            throw new InvalidDataException($"{path}: its header is damaged: {exception.Message}", exception);
        }
    }

    private static List<(CheckpointTensor Tensor, long End)> Parse(string path, JsonElement header, long data)
    {
        var tensors = new List<(CheckpointTensor, long)>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in header.EnumerateObject())
        {
            if (!seen.Add(entry.Name))
            {
                throw Damaged(path, $"names {entry.Name} twice");
            }

            if (entry.Name == "__metadata__")
            {
                continue;
            }

            var type = entry.Value.GetProperty("dtype").GetString()!;
            if (!Types.TryGetValue(type, out var known))
            {
                throw Damaged(path, $"{entry.Name} has elements of type {type}; known are {string.Join(", ", Types.Keys)}");
            }

            var shape = entry.Value.GetProperty("shape").EnumerateArray().Select(size => checked((long)size.GetUInt64())).ToArray();
            var offsets = entry.Value.GetProperty("data_offsets");
            var tensor = new CheckpointTensor(entry.Name, known, shape, path, checked(data + (long)offsets[0].GetUInt64()));
            tensors.Add((tensor, checked(data + (long)offsets[1].GetUInt64())));
        }

        return tensors;
    }

    /// <summary>Every range has the size that type and shape say, and together they are the data: no hole, nothing twice.</summary>
    private static List<CheckpointTensor> Check(string path, List<(CheckpointTensor Tensor, long End)> tensors, long data, long length)
    {
        var at = data;
        foreach (var (tensor, end) in tensors.OrderBy(pair => pair.Tensor.Offset).ThenBy(pair => pair.End))
        {
            if (end - tensor.Offset != tensor.Bytes)
            {
                throw Damaged(path, $"{tensor} has {tensor.Bytes} bytes, and its offsets say {end - tensor.Offset}");
            }

            if (tensor.Offset != at)
            {
                throw Damaged(path, $"{tensor.Name} {(tensor.Offset < at ? "overlaps the tensor before it" : "leaves a hole before it")} at byte {tensor.Offset}");
            }

            at = end;
        }

        return at == length
            ? [.. tensors.Select(pair => pair.Tensor)]
            : throw Damaged(path, at > length ? $"is truncated: {length} bytes of {at}. Download it again" : $"has {length - at} bytes after its last tensor");
    }

    private static InvalidDataException Damaged(string path, string what) => new($"{path}: {what}.");
}
