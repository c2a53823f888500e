using System.Collections.Concurrent;

namespace Ziya.Corpus.Deduplication;

/// <summary>
/// Random hyperplanes through the origin: on which side of each a vector lies. Two vectors at an angle t are parted by a plane with the probability t/π (Charikar, "Similarity
/// estimation techniques from rounding algorithms", STOC 2002).
/// </summary>
internal sealed class Hyperplanes
{
    private const int Seed = 20230316;
    private static readonly ConcurrentDictionary<(int Planes, int Dimensions), Hyperplanes> Known = new();

    private readonly short[] _normals;
    private readonly int _dimensions;

    private Hyperplanes(int planes, int dimensions)
    {
        // Sums of four bytes are as good as normally distributed, and whole numbers.
        var random = new Random(Seed);
        var bytes = new byte[4];
        (_dimensions, Count, _normals) = (dimensions, planes, new short[planes * dimensions]);
        for (var i = 0; i < _normals.Length; i++)
        {
            random.NextBytes(bytes);
            _normals[i] = (short)(bytes[0] + bytes[1] + bytes[2] + bytes[3] - 510);
        }
    }

    /// <summary>How many there are.</summary>
    public int Count { get; }

    /// <summary>So many planes for vectors of so many elements: always the same, shared by the tasks of a process.</summary>
    public static Hyperplanes Of(int planes, int dimensions) => Known.GetOrAdd((planes, dimensions), key => new Hyperplanes(key.Planes, key.Dimensions));

    /// <summary>A bit for each plane, 1 on the side of its normal.</summary>
    public void Sides(ReadOnlySpan<short> vector, Span<byte> bits)
    {
        bits.Clear();
        for (var plane = 0; plane < Count; plane++)
        {
            if (UnitVector.Product(_normals.AsSpan(plane * _dimensions, _dimensions), vector) >= 0)
            {
                bits[plane / 8] |= (byte)(1 << (plane % 8));
            }
        }
    }
}
