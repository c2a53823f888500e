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

    /// <summary>Of calls for one token of every slot that followed each other: how long the call took, and how long it was until the next one.</summary>
    public List<(TimeSpan Call, TimeSpan Between)> Steps { get; } = [];

    /// <summary>The share of the time between calls in the middle of such steps: a step that others' work fell into is not counted so.</summary>
    public double Overhead => Steps.Count == 0 ? double.NaN : Median(Steps.Select(step => step.Between)) / (Median(Steps.Select(step => step.Between)) + Median(Steps.Select(step => step.Call)));

    private static double Median(IEnumerable<TimeSpan> times)
    {
        var sorted = times.Order().ToList();
        return sorted[sorted.Count / 2].TotalMicroseconds;
    }
}
