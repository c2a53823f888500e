using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Steps;

namespace Ziya.Hangfire;

/// <summary>A run that this process works for.</summary>
/// <param name="Run">The run.</param>
/// <param name="Ended">Cancelled when the run has ended while tasks were at work.</param>
internal sealed record OpenRun(Run Run, CancellationTokenSource Ended);

/// <summary>The runs whose tasks this process executes: opened at the first task, so that all tasks share their models.</summary>
internal sealed class OpenRuns : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);

    private readonly StepCatalog _catalog;
    private readonly string _fleet;
    private readonly TimeProvider _time;
    private readonly ITimer _looking;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, OpenRun> _open = [];

    // Some task may still be at work in them.
    private readonly List<OpenRun> _ended = [];

    public OpenRuns(StepCatalog catalog, string fleet, TimeProvider time)
    {
        (_catalog, _fleet, _time) = (catalog, fleet, time);
        _looking = time.CreateTimer(_ => CloseEnded(), null, Look, Look);
    }

    /// <summary>The run of a folder, of the session that goes on now.</summary>
    public OpenRun Open(string folder)
    {
        lock (_lock)
        {
            if (_open.TryGetValue(folder, out var open))
            {
                if (!open.Run.IsClaimLost)
                {
                    return open;
                }

                End(folder, open);
            }

            return _open[folder] = new OpenRun(Run.Join(folder, _catalog, _fleet, _time), new CancellationTokenSource());
        }
    }

    /// <summary>Closes a run that has ended.</summary>
    public void Close(string folder)
    {
        lock (_lock)
        {
            if (_open.TryGetValue(folder, out var open))
            {
                End(folder, open);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _looking.Dispose();
        lock (_lock)
        {
            foreach (var (run, ended) in _open.Values.Concat(_ended))
            {
                run.Dispose();
                ended.Dispose();
            }

            _open.Clear();
            _ended.Clear();
        }
    }

    /// <summary>Closes runs that another process ended: tasks at work stop at their next record.</summary>
    private void CloseEnded()
    {
        try
        {
            lock (_lock)
            {
                foreach (var (folder, open) in _open.Where(open => open.Value.Run.IsClaimLost).ToList())
                {
                    End(folder, open);
                }

                DisposeIdle();
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A store that is away for a moment: the next look tells.
        }
    }

    private void End(string folder, OpenRun open)
    {
        _open.Remove(folder);
        _ended.Add(open);
        open.Ended.Cancel();
        DisposeIdle();
    }

    private void DisposeIdle()
    {
        foreach (var idle in _ended.Where(ended => ended.Run.Progress.Phase.Running == 0).ToList())
        {
            _ended.Remove(idle);
            idle.Run.Dispose();
            idle.Ended.Dispose();
        }
    }
}
