using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Ziya.Corpus.Deduplication;

/// <summary>The cosine of two vectors, each written as the number of its elements and the elements (<see cref="UnitVector"/>).</summary>
/// <param name="minSimilarity">Least cosine.</param>
internal sealed class VectorLikeness(double minSimilarity) : ILikeness
{
    private const int HeadSize = sizeof(ushort);

    /// <summary>Bytes of a vector.</summary>
    public static int SizeOf(ReadOnlySpan<short> vector) => HeadSize + (vector.Length * sizeof(short));

    /// <summary>Writes a vector.</summary>
    public static void Write(ReadOnlySpan<short> vector, Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)vector.Length);
        MemoryMarshal.AsBytes(vector).CopyTo(bytes[HeadSize..]);
    }

    public int SizeOf(ReadOnlySpan<byte> sketch) => HeadSize + (BinaryPrimitives.ReadUInt16LittleEndian(sketch) * sizeof(short));

    public bool IsAlike(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, out double similarity)
    {
        similarity = UnitVector.Cosine(MemoryMarshal.Cast<byte, short>(a[HeadSize..]), MemoryMarshal.Cast<byte, short>(b[HeadSize..]));
        return similarity >= minSimilarity;
    }
}
