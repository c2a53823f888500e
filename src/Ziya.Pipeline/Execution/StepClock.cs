using System.Runtime.InteropServices;

namespace Ziya.Pipeline.Execution;

/// <summary>
/// Where the time of one task goes: from one lap to the next, all by the same thread, so that the parts add up to the whole. Time on the clock, not of the processor:
/// what a step waits for, a model or a busy machine, is its own. A lap takes some 30 ns.
/// </summary>
internal sealed class StepClock(TimeProvider time)
{
    /// <summary>Finding, unpacking and parsing records.</summary>
    public const string Read = "read";

    /// <summary>Writing and packing them, dropped ones too.</summary>
    public const string Write = "write";

    private readonly Dictionary<string, long> _ticks = new(StringComparer.Ordinal);
    private readonly long _started = time.GetTimestamp();
    private long _last = time.GetTimestamp();

    /// <summary>Seconds since it was made.</summary>
    public double Seconds => time.GetElapsedTime(_started).TotalSeconds;

    /// <summary>Seconds by step, to the microsecond.</summary>
    public SortedDictionary<string, double> Spent => new(_ticks.ToDictionary(lap => lap.Key, lap => Math.Round((double)lap.Value / time.TimestampFrequency, 6)), StringComparer.Ordinal);

    /// <summary>The time since the last lap was spent on this step, or on <see cref="Read"/> or <see cref="Write"/>.</summary>
    public void Lap(string step)
    {
        var now = time.GetTimestamp();
        CollectionsMarshal.GetValueRefOrAddDefault(_ticks, step, out _) += now - _last;
        _last = now;
    }
}
