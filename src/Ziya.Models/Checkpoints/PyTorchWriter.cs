using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Ziya.Models.Checkpoints;

/// <summary>Writes small state dictionaries as torch.save does, so that models that were published as <c>.bin</c> have their like in tests and demonstrations.</summary>
internal static class PyTorchWriter
{
    /// <summary>Writes the tensors.</summary>
    public static void Write(string path, IReadOnlyList<(TensorSpec Tensor, byte[] Bytes)> tensors)
    {
        using var zip = new StoredZipWriter(path);
        zip.Add("archive/data.pkl", Pickle([.. tensors.Select(pair => pair.Tensor)]));
        zip.Add("archive/byteorder", "little"u8);
        for (var i = 0; i < tensors.Count; i++)
        {
            zip.Add($"archive/data/{i}", tensors[i].Bytes);
        }

        zip.Add("archive/version", "3\n"u8);
        zip.Complete();
    }

    private static byte[] Pickle(IReadOnlyList<TensorSpec> tensors)
    {
        using var pickle = new MemoryStream();
        pickle.Write([0x80, 2]);
        Ordered(pickle);
        pickle.WriteByte((byte)'(');
        for (var i = 0; i < tensors.Count; i++)
        {
            Text(pickle, tensors[i].Name);
            Tensor(pickle, tensors[i], i);
        }

        pickle.Write("u."u8);
        return pickle.ToArray();
    }

    private static void Tensor(MemoryStream pickle, TensorSpec tensor, int key)
    {
        pickle.Write("ctorch._utils\n_rebuild_tensor_v2\n(("u8);
        Text(pickle, "storage");
        pickle.Write(Encoding.ASCII.GetBytes($"ctorch\n{StorageOf(tensor.Type)}\n"));
        Text(pickle, key.ToString(CultureInfo.InvariantCulture));
        Text(pickle, "cpu");
        Number(pickle, CheckpointTensor.CountOf(tensor.Shape));
        pickle.Write("tQ"u8);
        Number(pickle, 0);
        Tuple(pickle, tensor.Shape);
        Tuple(pickle, [.. tensor.Shape.Select((_, i) => tensor.Shape.Skip(i + 1).Aggregate(1L, (stride, size) => stride * size))]);
        pickle.WriteByte(0x89);
        Ordered(pickle);
        pickle.Write("tR"u8);
    }

    private static void Ordered(MemoryStream pickle) => pickle.Write("ccollections\nOrderedDict\n)R"u8);

    private static void Tuple(MemoryStream pickle, IReadOnlyList<long> numbers)
    {
        pickle.WriteByte((byte)'(');
        foreach (var number in numbers)
        {
            Number(pickle, number);
        }

        pickle.WriteByte((byte)'t');
    }

    private static void Number(MemoryStream pickle, long number)
    {
        Span<byte> bytes = stackalloc byte[10];
        (bytes[0], bytes[1]) = (0x8a, 8);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[2..], number);
        pickle.Write(bytes);
    }

    private static void Text(MemoryStream pickle, string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, utf8.Length);
        pickle.WriteByte((byte)'X');
        pickle.Write(length);
        pickle.Write(utf8);
    }

    private static string StorageOf(TensorType type) => type switch
    {
        TensorType.Float32 => "FloatStorage",
        TensorType.Float16 => "HalfStorage",
        TensorType.BFloat16 => "BFloat16Storage",
        TensorType.Int64 => "LongStorage",
        _ => throw new ArgumentException($"{type} is not written.", nameof(type)),
    };
}
