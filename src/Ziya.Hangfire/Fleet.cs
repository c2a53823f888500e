using Hangfire;
using Hangfire.States;
using Hangfire.Storage;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Plans;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Steps;

namespace Ziya.Hangfire;

/// <summary>
/// Runs jobs with the workers of many processes: a background job of Hangfire a task. The run folder, which all of them reach, is the truth; Hangfire's storage
/// says which tasks are queued and how a run stands, and can be lost: running the job again goes on from the markers.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>A run is opened once: job, plan and the fleet's claim are written to its folder, then <see cref="Advance"/> is queued.</item>
/// <item>Advance looks for the first phase with tasks that have no marker and queues them. A lock keeps two from doing so at once.</item>
/// <item>The task that takes the last one off the list queues the next Advance. Several may: the second finds everything queued.</item>
/// <item>Every minute <see cref="Tend"/> advances all runs: tasks whose background job was lost are queued again, so that whatever died where, the run goes on.</item>
/// <item>Advance ends the run where no task is left. Ending twice writes the same.</item>
/// </list>
/// </remarks>
public sealed class Fleet(FleetOptions options, StepCatalog catalog, JobStorage storage, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(30);

    private readonly BackgroundJobClient _jobs = new(storage);
    private readonly OpenRuns _runs = new(catalog, options.Name, time);

    /// <summary>What the workers agree on.</summary>
    public FleetOptions Options => options;

    /// <summary>The runs that the fleet knows of.</summary>
    public IReadOnlyList<FleetRun> Runs
    {
        get
        {
            using var connection = storage.GetConnection();
            return [.. FleetRun.Folders(connection).Select(folder => FleetRun.Find(connection, folder)).OfType<FleetRun>()];
        }
    }

    /// <summary>The run of a folder; null where the fleet has none there.</summary>
    public FleetRun? Find(string run)
    {
        using var connection = storage.GetConnection();
        return FleetRun.Find(connection, run);
    }

    /// <summary>Begins a job file, or goes on with it. The run folder; that of the run that goes on where the job runs already.</summary>
    /// <param name="path">The job file.</param>
    /// <param name="overrides">As <c>--set</c>.</param>
    public string Start(string path, IReadOnlyList<string> overrides) => Start(JobFile.Load(path, overrides, catalog), false);

    /// <summary>Begins a job, or goes on with it. A job that runs already is left alone: two runs would write one dataset.</summary>
    public string Start(Job job, bool fresh)
    {
        ArgumentNullException.ThrowIfNull(job);
        using var connection = storage.GetConnection();
        using (connection.AcquireDistributedLock("ziya:start:" + job.Name, LockPatience))
        {
            if (Runs.FirstOrDefault(run => run.Job == job.Name && run.State is FleetState.Running or FleetState.Paused) is { } active)
            {
                return active.Folder;
            }

            var folder = $"{options.Runs.TrimEnd('/')}/{Run.IdOf(Planner.Make(job, catalog))}";
            Begin(job, folder, fresh);
            return folder;
        }
    }

    /// <summary>Goes on with a run that was paused, stopped or has failed.</summary>
    public void Resume(string run)
    {
        var known = Find(run) ?? throw new JobFailedException($"{options.Name} has no run in {run}.");
        switch (known.State)
        {
            case FleetState.Paused:
                Set(known with { State = FleetState.Running });
                Queue(run);
                break;
            case FleetState.Stopped or FleetState.Failed:
                Begin(RunFolder.At(run).ReadJob(catalog), run, false);
                break;
        }
    }

    /// <summary>Lets the tasks at work end and begins no others.</summary>
    public void Pause(string run)
    {
        if (Find(run) is { State: FleetState.Running } known)
        {
            Set(known with { State = FleetState.Paused });
        }
    }

    /// <summary>Ends a run. What is done stays, and resuming goes on from there.</summary>
    public void Stop(string run, string? error = null)
    {
        if (Find(run) is { State: FleetState.Running or FleetState.Paused } known)
        {
            End(known, FleetState.Stopped, error);
        }
    }

    /// <summary>Forgets a run that does not go on. Its folder stays.</summary>
    public void Forget(string run)
    {
        Stop(run);
        using var connection = storage.GetConnection();
        FleetRun.Find(connection, run)?.Remove(connection);
    }

    internal void Execute(string folder, string phaseName, int number, CancellationToken cancel)
    {
        if (Find(folder) is not { State: FleetState.Running } known)
        {
            return;
        }

        OpenRun? run = null;
        try
        {
            run = _runs.Open(folder);
            Execute(run, phaseName, number, cancel);
        }
        catch (Exception exception) when (exception is ClaimedException || (run is { Run.IsClaimLost: true } && !cancel.IsCancellationRequested))
        {
            // The run was ended while the task was at work, and may go on anew already: whatever went wrong here is of no account.
            return;
        }
        catch (Exception exception) when (!IsWorthAnotherTry(exception))
        {
            var message = $"{phaseName}, task {number}: {exception.Message.TrimEnd('.')}";
            End(known, FleetState.Failed, message);
            throw exception as JobFailedException ?? new JobFailedException(message, exception);
        }

        using var connection = storage.GetConnection();
        if (new TaskBook(connection, folder, phaseName).Remove(number))
        {
            Queue(folder);
        }
    }

    internal void Advance(string folder, CancellationToken cancel)
    {
        using var connection = storage.GetConnection();
        using (connection.AcquireDistributedLock("ziya:" + folder, LockPatience))
        {
            if (FleetRun.Find(connection, folder) is not { State: FleetState.Running } known)
            {
                return;
            }

            try
            {
                var run = _runs.Open(folder).Run;
                foreach (var phase in run.Plan.Phases)
                {
                    cancel.ThrowIfCancellationRequested();
                    var marked = run.Marked(phase);
                    var left = phase.Tasks.Select(task => task.Number).Where(task => !marked.Contains(task)).ToList();
                    if (left.Count > 0)
                    {
                        QueueTasks(known, run, phase, left);
                        return;
                    }

                    new TaskBook(connection, folder, phase.Name).Clear();
                }

                run.Finish("done");
                Set(known with { State = FleetState.Done, Error = null });
                _runs.Close(folder);
            }
            catch (ClaimedException)
            {
                // Being ended just now.
            }
            catch (Exception exception) when (!IsWorthAnotherTry(exception))
            {
                End(known, FleetState.Failed, exception.Message);
            }
        }
    }

    internal void Tend(CancellationToken cancel)
    {
        foreach (var run in Runs.Where(run => run.State == FleetState.Running))
        {
            Advance(run.Folder, cancel);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _runs.Dispose();

    private static bool IsWorthAnotherTry(Exception exception) =>
        exception is OperationCanceledException or OutOfMemoryException or DistributedLockTimeoutException or System.Data.Common.DbException || Transient.Is(exception);

    private void Execute(OpenRun open, string phaseName, int number, CancellationToken cancel)
    {
        var (run, ended) = open;
        var phase = run.Plan.Phases.First(phase => phase.Name == phaseName);
        if (!run.IsMarked(phase, number))
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel, ended.Token);
            run.Execute(phase, phase.Tasks.First(task => task.Number == number), TaskContext.SortBytesOf(run.Job.Limits, options.Workers), stop.Token);
        }
    }

    private void Begin(Job job, string folder, bool fresh)
    {
        using (var run = Run.OpenForFleet(job, catalog, folder, fresh, options.Name, time))
        {
            using var connection = storage.GetConnection();
            foreach (var phase in run.Plan.Phases)
            {
                new TaskBook(connection, folder, phase.Name).Clear();
            }
        }

        Set(new FleetRun(folder, job.Name, FleetState.Running, null));
        Queue(folder);
    }

    private void QueueTasks(FleetRun known, Run run, Phase phase, List<int> left)
    {
        using var connection = storage.GetConnection();
        var book = new TaskBook(connection, known.Folder, phase.Name);
        var jobs = book.Jobs();
        var missing = new List<int>();
        foreach (var task in left)
        {
            var state = jobs.TryGetValue(task, out var job) ? connection.GetStateData(job) : null;
            if (state?.Name == DeletedState.StateName)
            {
                End(known, FleetState.Stopped, $"{phase.Name}, task {task} was deleted in the dashboard");
                return;
            }

            if (state?.Name == FailedState.StateName)
            {
                End(known, FleetState.Failed, $"{phase.Name}, task {task}: {(state.Data.TryGetValue("ExceptionMessage", out var message) ? message : "failed")}");
                return;
            }

            if (state is null || state.Name == SucceededState.StateName)
            {
                missing.Add(task);
            }
        }

        book.Add(left);
        var queue = run.NeedsAccelerator(phase) ? FleetOptions.Gpu : FleetOptions.Cpu;
        foreach (var some in missing.Chunk(200))
        {
            book.Note(some.Select(task => (task, _jobs.Create<FleetJobs>(queue, job => job.Execute(known.Folder, phase.Name, task, CancellationToken.None), new EnqueuedState(queue)))).ToList());
        }
    }

    private void Queue(string folder) =>
        _jobs.Create<FleetJobs>(FleetOptions.Cpu, job => job.Advance(folder, CancellationToken.None), new EnqueuedState(FleetOptions.Cpu));

    private void End(FleetRun known, FleetState state, string? error)
    {
        // Somebody else may have ended it meanwhile, or even begun it anew.
        if (Find(known.Folder) is not { State: FleetState.Running or FleetState.Paused })
        {
            return;
        }

        try
        {
            _runs.Open(known.Folder).Run.Finish(state == FleetState.Failed ? "failed" : "stopped", error);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException or JobFailedException or JobFaultException or ClaimedException)
        {
            // The report cannot be written: what failed is known all the same.
        }

        Set(known with { State = state, Error = error });
        _runs.Close(known.Folder);
    }

    private void Set(FleetRun run)
    {
        using var connection = storage.GetConnection();
        run.Write(connection);
    }
}
