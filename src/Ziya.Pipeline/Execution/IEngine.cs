using Ziya.Pipeline.Runs;

namespace Ziya.Pipeline.Execution;

/// <summary>Carries the tasks of a run to where they are executed. It holds nothing that matters: what is done stands in the run folder.</summary>
public interface IEngine
{
    /// <summary>
    /// Executes every task that has no marker, phase by phase. Throws <see cref="JobFailedException"/> where a task cannot be
    /// done, <see cref="OperationCanceledException"/> where it was told to stop.
    /// </summary>
    void Execute(Run run, CancellationToken cancel);
}
