namespace Ziya.Models.Tokenization;

/// <summary>What encoders that work segment by segment share: the merger, and the segments met before. Used by one thread.</summary>
internal abstract class SegmentEncoder(MergeTable merges)
{
    private readonly SegmentCache _cache = new();
    private readonly TokenBuffer _segment = new();

    /// <summary>Merges symbols.</summary>
    protected Merger Merger { get; } = new(merges);

    /// <summary>Appends the ids of a segment, which depend on nothing but itself: looked up where it is short and was met before.</summary>
    protected void EncodeSegment(ReadOnlySpan<char> segment, TokenBuffer ids)
    {
        if (segment.Length > SegmentCache.Longest)
        {
            Merge(segment, ids);
            return;
        }

        var hash = SegmentCache.Hash(segment);
        if (!_cache.Find(segment, hash, out var known))
        {
            _segment.Clear();
            Merge(segment, _segment);
            known = _segment.Ids;
            _cache.Add(segment, hash, known);
        }

        ids.Add(known);
    }

    /// <summary>Appends the ids of a segment by merging.</summary>
    protected abstract void Merge(ReadOnlySpan<char> segment, TokenBuffer ids);
}
