namespace Ziya.Benchmarks.Generation;

/// <summary>Time spent in a model's calls.</summary>
internal sealed class CallClock
{
    /// <summary>In calls for one token of each sequence.</summary>
    public TimeSpan Decode { get; set; }

    /// <summary>In calls for prompts.</summary>
    public TimeSpan Prefill { get; set; }

    /// <summary>In both.</summary>
    public TimeSpan All => Decode + Prefill;
}
