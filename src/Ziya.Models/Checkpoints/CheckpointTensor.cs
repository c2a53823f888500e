using System.Globalization;

namespace Ziya.Models.Checkpoints;

/// <summary>Where a tensor lies: contiguous, row by row, little-endian.</summary>
/// <param name="Name">Its name in the state dictionary.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Shape">Its dimensions; none for a scalar.</param>
/// <param name="File">The file that holds it.</param>
/// <param name="Offset">The file's byte at which it begins.</param>
public sealed record CheckpointTensor(string Name, TensorType Type, IReadOnlyList<long> Shape, string File, long Offset)
{
    /// <summary>Its elements.</summary>
    public long Count => CountOf(Shape);

    /// <summary>Its bytes.</summary>
    public long Bytes => Count * Type.Size();

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {Type} [{ShapeText(Shape)}]";

    internal static string ShapeText(IEnumerable<long> shape) => string.Join(", ", shape.Select(size => size.ToString(CultureInfo.InvariantCulture)));

    /// <exception cref="OverflowException">They are more than a file can hold.</exception>
    internal static long CountOf(IReadOnlyList<long> shape)
    {
        // A dimension of 0 first, or [2^62, 8, 0] would overflow on the way to nothing.
        return shape.Contains(0) ? 0 : checked(shape.Aggregate(1L, (count, size) => checked(count * size)) * 8) / 8;
    }
}
