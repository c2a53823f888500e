namespace Ziya.Hangfire;

/// <summary>
/// Lets the tasks of a process work at once, but for one that took a process with it or ran out of memory: that works alone, so that it is known to be
/// the one at fault, and has all of the memory.
/// </summary>
internal sealed class TaskGate
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    private readonly object _lock = new();
    private int _atWork;
    private int _alone;

    /// <summary>Waits for a task's turn. Ends with <see cref="Leave"/>.</summary>
    public void Enter(bool alone, CancellationToken cancel)
    {
        lock (_lock)
        {
            // No others begin from now on.
            _alone += alone ? 1 : 0;
            while (alone ? _atWork > 0 : _alone > 0)
            {
                if (cancel.IsCancellationRequested)
                {
                    _alone -= alone ? 1 : 0;
                    Monitor.PulseAll(_lock);
                    throw new OperationCanceledException(cancel);
                }

                Monitor.Wait(_lock, Look);
            }

            _atWork++;
        }
    }

    /// <summary>A task has ended.</summary>
    public void Leave(bool alone)
    {
        lock (_lock)
        {
            _atWork--;
            _alone -= alone ? 1 : 0;
            Monitor.PulseAll(_lock);
        }
    }
}
