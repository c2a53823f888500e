namespace Ziya.Models.Checkpoints;

/// <summary>Elements that lie in an entry of the archive, <c>data/KEY</c>.</summary>
internal sealed record PickledStorage(TensorType Type, string Key, long Count)
{
    /// <summary>From the tuple ('storage', class, key, device, count).</summary>
    /// <exception cref="InvalidCastException">It is another tuple.</exception>
    public static PickledStorage From(object?[] id) => id is ["storage", PickledName name, string key, string, long count, ..]
        ? new PickledStorage(TypeOf(name.Name), key, count)
        : throw new InvalidCastException("A persistent id that is no storage.");

    private static TensorType TypeOf(string name) => name switch
    {
        "torch FloatStorage" => TensorType.Float32,
        "torch HalfStorage" => TensorType.Float16,
        "torch BFloat16Storage" => TensorType.BFloat16,
        "torch DoubleStorage" => TensorType.Float64,
        "torch LongStorage" => TensorType.Int64,
        "torch IntStorage" => TensorType.Int32,
        "torch ShortStorage" => TensorType.Int16,
        "torch CharStorage" => TensorType.Int8,
        "torch ByteStorage" => TensorType.UInt8,
        "torch BoolStorage" => TensorType.Bool,
        _ => throw new InvalidCastException($"{name} is no storage."),
    };
}
