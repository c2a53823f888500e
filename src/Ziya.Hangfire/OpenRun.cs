using Ziya.Pipeline.Runs;

namespace Ziya.Hangfire;

/// <summary>A run that this process works for. Whoever entered it disposes it; it is closed when it has ended and nobody is in it any more.</summary>
internal sealed class OpenRun(Run run, Action<OpenRun> leave) : IDisposable
{
    private readonly CancellationTokenSource _ended = new();

    /// <summary>The run.</summary>
    public Run Run => run;

    /// <summary>Cancelled when the run has ended while tasks were at work.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>How many are in it; counted by <see cref="OpenRuns"/>.</summary>
    public int Users { get; set; }

    /// <summary>Tells those at work that it has ended.</summary>
    public void End() => _ended.Cancel();

    /// <summary>Lets its models and its claim go.</summary>
    public void Close()
    {
        run.Dispose();
        _ended.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose() => leave(this);
}
