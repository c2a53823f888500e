namespace Ziya.Benchmarks;

/// <summary>The most memory that the process has while this or that goes on, and of it the most that the collector holds, looked at ten times a second.</summary>
internal sealed class PeakMemory : IDisposable
{
    private readonly Dictionary<string, (long All, long Heap)> _peaks = [];
    private readonly Timer _timer;

    /// <param name="now">What goes on.</param>
    public PeakMemory(Func<string> now) => _timer = new Timer(_ => Look(now()), null, TimeSpan.Zero, TimeSpan.FromSeconds(0.1));

    /// <summary>The most bytes while that went on; 0 where it was too short to be seen.</summary>
    public (long All, long Heap) Of(string what)
    {
        lock (_peaks)
        {
            return _peaks.GetValueOrDefault(what);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void Look(string what)
    {
        lock (_peaks)
        {
            var (all, heap) = _peaks.GetValueOrDefault(what);
            _peaks[what] = (Math.Max(all, Environment.WorkingSet), Math.Max(heap, GC.GetGCMemoryInfo(GCKind.Any).TotalCommittedBytes));
        }
    }
}
