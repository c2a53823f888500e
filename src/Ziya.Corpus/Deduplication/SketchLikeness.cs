namespace Ziya.Corpus.Deduplication;

/// <summary>The Jaccard similarity that two sketches of MinHash signatures speak for.</summary>
/// <param name="length">Hashes of a signature.</param>
/// <param name="minSimilarity">Least similarity; 0 takes all that hangs together.</param>
internal sealed class SketchLikeness(int length, double minSimilarity) : ILikeness
{
    private readonly int _needed = Sketch.Needed(minSimilarity, length);

    public int SizeOf(ReadOnlySpan<byte> sketch) => length;

    public bool IsAlike(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, out double similarity)
    {
        var agreeing = Sketch.Agreeing(a, b);
        similarity = Sketch.Similarity(agreeing, length);
        return agreeing >= _needed || minSimilarity == 0;
    }
}
