using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Ziya.Models.Checkpoints;

/// <summary>
/// A state dictionary as torch.save has written it since PyTorch 1.6: a zip archive, its entries under one folder: <c>data.pkl</c>, the pickle;
/// <c>data/0</c>, <c>data/1</c>, … the storages; <c>byteorder</c>, in newer ones. The pickle is read by <see cref="Unpickler"/>: nothing in it runs.
/// </summary>
internal static class PyTorchFile
{
    private const string Pickle = "data.pkl";
    private const int MaxPickleBytes = 64 << 20;

    /// <summary>Where the tensors of a file are.</summary>
    public static IReadOnlyList<CheckpointTensor> Read(string path)
    {
        using var file = File.OpenHandle(path);
        var entries = StoredZip.ReadDirectory(file, path);
        var pickle = entries.FirstOrDefault(entry => entry.Key.EndsWith("/" + Pickle, StringComparison.Ordinal));
        if (pickle.Key is null || pickle.Value.Length > MaxPickleBytes)
        {
            throw new InvalidDataException($"{path}: is a zip archive without a data.pkl, or with one of more than {MaxPickleBytes} bytes: not what torch.save writes.");
        }

        var root = pickle.Key[..^Pickle.Length];
        if (entries.TryGetValue(root + "byteorder", out var order) && order.Length < 16 && Encoding.ASCII.GetString(Bytes(file, order)) != "little")
        {
            throw new InvalidDataException($"{path}: was saved on a big-endian machine, which is not supported.");
        }

        if (new Unpickler(Bytes(file, pickle.Value), path).Load() is not PickledDictionary dictionary)
        {
            throw new InvalidDataException($"{path}: is not a dictionary of tensors.");
        }

        return [.. dictionary.Items.Select(item => Place(path, root, entries, item.Key as string, item.Value)).DistinctOrThrow(path)];
    }

    private static CheckpointTensor Place(string path, string root, Dictionary<string, (long Offset, long Length)> entries, string? name, object? value)
    {
        if (name is null || value is not PickledTensor tensor)
        {
            throw new InvalidDataException($"{path}: '{name ?? "a key that is no text"}' is not a tensor. What was saved is not a state dictionary, or wraps one.");
        }

        if (tensor.Shape.Length != tensor.Strides.Length || tensor.Shape.Any(size => size < 0) || tensor.Offset < 0)
        {
            throw new InvalidDataException($"{path}: {name} has an impossible shape, strides or offset.");
        }

        if (!tensor.IsContiguous())
        {
            throw new InvalidDataException($"{path}: {name} of shape [{CheckpointTensor.ShapeText(tensor.Shape)}] has the strides [{CheckpointTensor.ShapeText(tensor.Strides)}]: a view that is not contiguous is not supported. Save it with .contiguous().");
        }

        if (!entries.TryGetValue($"{root}data/{tensor.Storage.Key}", out var entry))
        {
            throw new InvalidDataException($"{path}: the storage {tensor.Storage.Key} of {name} is missing.");
        }

        try
        {
            var size = tensor.Storage.Type.Size();
            var placed = new CheckpointTensor(name, tensor.Storage.Type, tensor.Shape, path, checked(entry.Offset + (tensor.Offset * size)));
            return checked((tensor.Offset * size) + placed.Bytes) <= entry.Length
                ? placed
                : throw new InvalidDataException($"{path}: {placed} at element {tensor.Offset} is more than its storage of {entry.Length} bytes.");
        }
        catch (OverflowException exception)
        {
            throw new InvalidDataException($"{path}: {name} has an impossible shape.", exception);
        }
    }

    private static IEnumerable<CheckpointTensor> DistinctOrThrow(this IEnumerable<CheckpointTensor> tensors, string path)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        return tensors.Select(tensor => names.Add(tensor.Name) ? tensor : throw new InvalidDataException($"{path}: names {tensor.Name} twice."));
    }

    private static byte[] Bytes(SafeFileHandle file, (long Offset, long Length) entry)
    {
        var bytes = new byte[entry.Length];
        RandomAccess.Read(file, bytes, entry.Offset);
        return bytes;
    }
}
