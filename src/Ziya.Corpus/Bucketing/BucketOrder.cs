namespace Ziya.Corpus.Bucketing;

/// <summary>Which end of a number is the better one.</summary>
public enum BucketOrder
{
    /// <summary>Low is good, as of perplexity.</summary>
    Ascending,

    /// <summary>High is good, as of a quality score.</summary>
    Descending,
}
