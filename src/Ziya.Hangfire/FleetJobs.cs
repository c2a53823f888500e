using Hangfire;
using Hangfire.Server;
using Ziya.Pipeline.Execution;

namespace Ziya.Hangfire;

/// <summary>
/// The background jobs that Hangfire keeps, with arguments as small as names. Each may run twice, or die half way: what is done stands in the run folder, and
/// what is missing there is done again.
/// </summary>
public sealed class FleetJobs(Fleet fleet)
{
    /// <summary>Executes one task of a run, if it is not done.</summary>
    /// <param name="run">The run folder.</param>
    /// <param name="phase">The phase.</param>
    /// <param name="task">The task's number.</param>
    /// <param name="context">What Hangfire knows of this try; null where it is called by another.</param>
    /// <param name="cancel">Ends with the server, or when the job is deleted.</param>
    [JobDisplayName("{0}: {1}, task {2}")]
    [AutomaticRetry(Attempts = 6, DelaysInSeconds = [1, 3, 10, 30, 60, 180], ExceptOn = [typeof(JobFailedException)])]
    public void Execute(string run, string phase, int task, PerformContext? context, CancellationToken cancel) => fleet.Execute(run, phase, task, context, cancel);

    /// <summary>Begins the next phase of a run where the one before is done, or ends the run.</summary>
    /// <param name="run">The run folder.</param>
    /// <param name="cancel">Ends with the server.</param>
    [JobDisplayName("{0}: next phase")]
    [AutomaticRetry(Attempts = 10, DelaysInSeconds = [1, 3, 10, 30, 60])]
    public void Advance(string run, CancellationToken cancel) => fleet.Advance(run, cancel);

    /// <summary>Looks after the runs that go on: what was lost with a worker or a database is queued again. The next minute does so too, so that a time that failed need not stay among the failed.</summary>
    /// <param name="cancel">Ends with the server.</param>
    [JobDisplayName("Look after the runs")]
    [AutomaticRetry(Attempts = 0, OnAttemptsExceeded = AttemptsExceededAction.Delete)]
    [DisableConcurrentExecution(60)]
    public void Tend(CancellationToken cancel) => fleet.Tend(cancel);

    /// <summary>Runs a job file.</summary>
    /// <param name="path">Its path.</param>
    [JobDisplayName("Run {0}")]
    [AutomaticRetry(Attempts = 3, ExceptOn = [typeof(JobFailedException), typeof(Pipeline.Jobs.JobFaultException)])]
    public void Start(string path) => fleet.Start(path, []);
}
