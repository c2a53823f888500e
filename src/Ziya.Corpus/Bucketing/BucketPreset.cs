namespace Ziya.Corpus.Bucketing;

/// <summary>Buckets as published recipes have them.</summary>
public enum BucketPreset
{
    /// <summary>head 30, middle 60, tail 100 (CCNet, arXiv:1911.00359, section 4.2); the tail is kept.</summary>
    Ccnet,

    /// <summary>high 30, medium 60; the rest, low, is dropped (Ziya2, arXiv:2311.03301, automatic scoring).</summary>
    Ziya2,
}
