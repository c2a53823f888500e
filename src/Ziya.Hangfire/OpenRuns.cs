using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Runs;

namespace Ziya.Hangfire;

/// <summary>The runs whose tasks this process executes: opened at the first task, so that all tasks share their models.</summary>
internal sealed class OpenRuns : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Func<string, Run> _join;
    private readonly ITimer _looking;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, OpenRun> _open = [];

    // Some task may still be at work in them.
    private readonly List<(string Folder, OpenRun Run)> _ended = [];

    public OpenRuns(Func<string, Run> join, TimeProvider time)
    {
        _join = join;
        _looking = time.CreateTimer(_ => CloseEnded(), null, Look, Look);
    }

    /// <summary>The run of a folder, of the session that goes on now. It stays open until what is returned is disposed.</summary>
    public OpenRun Enter(string folder)
    {
        lock (_lock)
        {
            if (_open.TryGetValue(folder, out var open) && open.Run.IsClaimLost)
            {
                End(folder, open);
                open = null;
            }

            open ??= _open[folder] = new OpenRun(_join(folder), Leave);
            open.Users++;
            return open;
        }
    }

    /// <summary>Takes a run in that was just opened.</summary>
    public void Add(string folder, Run run)
    {
        lock (_lock)
        {
            if (_open.TryGetValue(folder, out var old))
            {
                End(folder, old);
            }

            _open[folder] = new OpenRun(run, Leave);
        }
    }

    /// <summary>Closes a run that has ended: its tasks stop at their next record.</summary>
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

    /// <summary>Waits until no task of an earlier session of a run is at work in this process.</summary>
    public void AwaitIdle(string folder)
    {
        for (var waited = TimeSpan.Zero; IsBusy(folder); waited += TimeSpan.FromMilliseconds(20))
        {
            if (waited > Patience)
            {
                throw new JobFailedException($"{folder}: tasks that were stopped have not come to their end yet. Try again in a while.");
            }

            Thread.Sleep(20);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _looking.Dispose();
        lock (_lock)
        {
            foreach (var run in _open.Values.Concat(_ended.Select(ended => ended.Run)))
            {
                run.Close();
            }

            _open.Clear();
            _ended.Clear();
        }
    }

    private bool IsBusy(string folder)
    {
        lock (_lock)
        {
            return _ended.Any(ended => ended.Folder == folder);
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
        _ended.Add((folder, open));
        open.End();
        CloseIdle();
    }

    private void Leave(OpenRun run)
    {
        lock (_lock)
        {
            run.Users--;
            CloseIdle();
        }
    }

    private void CloseIdle()
    {
        foreach (var idle in _ended.Where(ended => ended.Run.Users == 0).ToList())
        {
            _ended.Remove(idle);
            idle.Run.Close();
        }
    }
}
