using System.Runtime.InteropServices;
using Ziya.Corpus.Deduplication;

namespace Ziya.Synthesis.Selection;

/// <summary>Vectors, of which each new one is compared with all: cosines have no index that misses nothing.</summary>
/// <param name="maxSimilarity">Greatest cosine that is not too much.</param>
internal sealed class KeptVectors(double maxSimilarity) : KeptSet
{
    private readonly List<short[]> _vectors = [];
    private long _bytes;

    /// <inheritdoc/>
    public override long Bytes => _bytes;

    /// <inheritdoc/>
    public override int FindSimilar(ReadOnlySpan<byte> sketch, out double similarity)
    {
        var vector = MemoryMarshal.Cast<byte, short>(sketch);
        for (var at = 0; at < _vectors.Count; at++)
        {
            similarity = UnitVector.Cosine(vector, _vectors[at]);
            if (similarity > maxSimilarity)
            {
                return at;
            }
        }

        similarity = 0;
        return -1;
    }

    /// <inheritdoc/>
    public override void Add(ReadOnlySpan<byte> sketch)
    {
        _vectors.Add(MemoryMarshal.Cast<byte, short>(sketch).ToArray());
        _bytes += sketch.Length;
    }
}
