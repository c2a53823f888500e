using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Steps;

namespace Ziya.Pipeline.Execution;

/// <summary>Carries the tasks of a run to where they are executed. It holds nothing that matters: what is done stands in the run folder.</summary>
public interface IEngine
{
    /// <summary>Opens the run of a job: a new one, or the one that was begun with the same job and input. Throws <see cref="ClaimedException"/> where others write it.</summary>
    /// <param name="job">The job.</param>
    /// <param name="catalog">The steps and formats.</param>
    /// <param name="runDir">The run folder; null for one below <c>runs/</c> that the job and its input name.</param>
    /// <param name="fresh">Whether to throw away what earlier runs did.</param>
    Run Open(Job job, StepCatalog catalog, string? runDir, bool fresh);

    /// <summary>
    /// Executes every task that has no marker, phase by phase, publishes what came of them and ends the run. Throws <see cref="JobFailedException"/> where a task
    /// cannot be done, <see cref="OperationCanceledException"/> where it was told to stop; the run's report says so too.
    /// </summary>
    Report CarryOut(Run run, CancellationToken cancel);
}
