namespace Ziya.Pipeline.Execution;

/// <summary>Counters of a run that goes on, written by many tasks and read by a display.</summary>
public sealed class RunProgress
{
    private readonly Lock _lock = new();
    private PhaseProgress _phase = new("", 0, 0, 0);
    private long _records;
    private long _bytes;
    private long _poisoned;
    private int _done;
    private int _running;

    /// <summary>A phase begins; told with the one before, and the records and bytes it went through.</summary>
    public event Action<PhaseProgress, long, long>? Began;

    /// <summary>The phase that runs.</summary>
    public PhaseProgress Phase
    {
        get
        {
            lock (_lock)
            {
                // What several processes do is counted twice for a moment.
                return _phase with { Done = Math.Min(_done, _phase.Tasks), Running = _running };
            }
        }
    }

    /// <summary>Records or entries gone through in this phase.</summary>
    public long Records => Interlocked.Read(ref _records);

    /// <summary>Bytes read in this phase, against <see cref="PhaseProgress.Bytes"/>.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Records that made a step throw, in the whole run.</summary>
    internal long Poisoned => Interlocked.Read(ref _poisoned);

    internal void Begin(string phase, int tasks, int done, long bytes)
    {
        Began?.Invoke(Phase, Records, Bytes);
        lock (_lock)
        {
            _phase = new PhaseProgress(phase, tasks, done, bytes);
            _done = done;
            Interlocked.Exchange(ref _records, 0);
            Interlocked.Exchange(ref _bytes, 0);
        }
    }

    /// <summary>Corrects the number of tasks done: other processes did some.</summary>
    internal void Saw(int done)
    {
        lock (_lock)
        {
            _done = done;
        }
    }

    internal void Add(long records, long bytes)
    {
        Interlocked.Add(ref _records, records);
        Interlocked.Add(ref _bytes, bytes);
    }

    internal long AddPoisoned(long count) => Interlocked.Add(ref _poisoned, count);

    internal void TaskStarted()
    {
        lock (_lock)
        {
            _running++;
        }
    }

    internal void TaskEnded(bool done)
    {
        lock (_lock)
        {
            _running--;
            _done += done ? 1 : 0;
        }
    }
}

/// <summary>How far a phase is.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Tasks">Its tasks.</param>
/// <param name="Done">Those done.</param>
/// <param name="Bytes">Estimate of the bytes that are left to read in it.</param>
/// <param name="Running">Tasks running now.</param>
public sealed record PhaseProgress(string Name, int Tasks, int Done, long Bytes, int Running = 0);
