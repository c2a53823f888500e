using Hangfire;
using Hangfire.InMemory;
using Hangfire.States;
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
public sealed partial class Fleet : IDisposable
{
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    private readonly StepCatalog _catalog;
    private readonly JobStorage _storage;
    private readonly TimeProvider _time;
    private readonly BackgroundJobClient _jobs;
    private readonly OpenRuns _runs;
    private readonly TaskGate _gate = new();

    /// <summary>A fleet over a storage.</summary>
    /// <param name="options">What the workers agree on.</param>
    /// <param name="catalog">The steps and formats.</param>
    /// <param name="storage">Where Hangfire keeps its jobs.</param>
    /// <param name="time">The clock.</param>
    public Fleet(FleetOptions options, StepCatalog catalog, JobStorage storage, TimeProvider time)
    {
        (Options, _catalog, _storage, _time) = (options, catalog, storage, time);
        _jobs = new BackgroundJobClient(storage);
        _runs = new OpenRuns(Join, time);
        Fate = new TaskFate(options.MostDeaths, folder => Queue(folder, new ScheduledState(Soon)));
    }

    /// <summary>What the workers agree on.</summary>
    public FleetOptions Options { get; }

    /// <summary>What becomes of tasks whose workers die.</summary>
    internal TaskFate Fate { get; }

    /// <summary>A storage in memory is that of one process, which has its runs as <c>ziya run</c> has: when it dies, others may go on.</summary>
    private bool IsAlone => _storage is InMemoryStorage;

    /// <summary>The runs that the fleet knows of.</summary>
    public IReadOnlyList<FleetRun> Runs
    {
        get
        {
            using var connection = _storage.GetConnection();
            return [.. FleetRun.Folders(connection).Select(folder => FleetRun.Find(connection, folder)).OfType<FleetRun>()];
        }
    }

    /// <summary>The run of a folder; null where the fleet has none there.</summary>
    public FleetRun? Find(string run)
    {
        using var connection = _storage.GetConnection();
        return FleetRun.Find(connection, run);
    }

    /// <summary>Begins a job file, or goes on with it. The run folder; that of the run that goes on where the job runs already.</summary>
    /// <param name="path">The job file.</param>
    /// <param name="overrides">As <c>--set</c>.</param>
    /// <param name="priority">Whether its tasks go before those of other runs.</param>
    public string Start(string path, IReadOnlyList<string> overrides, RunPriority priority = RunPriority.Normal) =>
        Start(JobFile.Load(path, overrides, _catalog), false, null, priority);

    /// <summary>Begins a job, or goes on with it. A job that runs already is left alone: two runs would write one dataset.</summary>
    /// <param name="job">The job.</param>
    /// <param name="fresh">Whether to throw away what earlier runs did.</param>
    /// <param name="folder">The run folder; null for one that the job and its input name.</param>
    /// <param name="priority">Whether its tasks go before those of other runs.</param>
    public string Start(Job job, bool fresh, string? folder = null, RunPriority priority = RunPriority.Normal)
    {
        ArgumentNullException.ThrowIfNull(job);
        using var connection = _storage.GetConnection();
        using (connection.AcquireDistributedLock("ziya:start:" + job.Name, LockPatience))
        {
            if (Runs.FirstOrDefault(run => run.Job == job.Name && run.State is FleetState.Running or FleetState.Paused) is { } active)
            {
                return active.Folder;
            }

            folder ??= $"{Options.Runs.TrimEnd('/')}/{Run.IdOf(Planner.Make(job, _catalog))}";
            Begin(job, folder, fresh, priority);
            return folder;
        }
    }

    /// <summary>Goes on with a run that was paused, stopped or has failed.</summary>
    public void Resume(string run)
    {
        var known = Find(run) ?? throw new JobFailedException($"{Options.Name} has no run in {run}.");
        switch (known.State)
        {
            case FleetState.Paused:
                Set(known with { State = FleetState.Running });
                Queue(run, Now);
                break;
            case FleetState.Stopped or FleetState.Failed:
                Begin(RunFolder.At(run).ReadJob(_catalog), run, false, known.Priority);
                break;
        }
    }

    /// <summary>Tries a task again that failed: now, where it waits for its next try; otherwise the run goes on, and its phase begins with it.</summary>
    public void Retry(string run, string phase, int task)
    {
        var known = Find(run) ?? throw new JobFailedException($"{Options.Name} has no run in {run}.");
        if (known.State is FleetState.Stopped or FleetState.Failed)
        {
            Begin(RunFolder.At(run).ReadJob(_catalog), run, false, known.Priority, (phase, task));
            return;
        }

        using var connection = _storage.GetConnection();
        if (known.State == FleetState.Running && new TaskBook(connection, run, phase).Jobs().TryGetValue(task, out var job))
        {
            _jobs.ChangeState(job, new EnqueuedState(connection.GetJobData(job)?.Job?.Queue ?? FleetOptions.Cpu), ScheduledState.StateName);
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
        using var connection = _storage.GetConnection();
        FleetRun.Find(connection, run)?.Remove(connection);
    }

    /// <inheritdoc/>
    public void Dispose() => _runs.Dispose();

    /// <summary>The run of a folder as this process works for it, until that is disposed.</summary>
    internal OpenRun Enter(string folder) => _runs.Enter(folder);

    private Run Join(string folder) => IsAlone
        ? throw new ClaimedException($"{folder} is not being run by this process any more.")
        : Run.Join(folder, _catalog, Options.Name, _time);

    private void Begin(Job job, string folder, bool fresh, RunPriority priority, (string Phase, int Task)? first = null)
    {
        _runs.Close(folder);
        _runs.AwaitIdle(folder);
        var run = IsAlone ? Run.Open(job, _catalog, folder, fresh, _time) : Run.OpenForFleet(job, _catalog, folder, fresh, Options.Name, _time);
        var works = IsAlone || Options.Queues.Count > 0;
        using var opened = works ? null : run;
        if (works)
        {
            _runs.Add(folder, run);
        }

        using (var connection = _storage.GetConnection())
        {
            foreach (var phase in run.Plan.Phases)
            {
                new TaskBook(connection, folder, phase.Name).Clear();
            }

            FleetRun.WritePhase(connection, folder, null);
            var known = new FleetRun(folder, job.Name, FleetState.Running, null, priority);
            Set(known);
            if (run.Plan.Phases.FirstOrDefault(phase => run.Marked(phase).Count < phase.Tasks.Count) is { } next && next.Name == first?.Phase && !run.IsMarked(next, first.Value.Task))
            {
                QueueTasks(connection, known, run, next, [first.Value.Task]);
            }
        }

        Queue(folder, Now);
    }

    private static EnqueuedState Now => new(FleetOptions.Steps);

    private void Queue(string folder, IState state) => _jobs.Create<FleetJobs>(FleetOptions.Steps, job => job.Advance(folder, CancellationToken.None), state);

    private void End(FleetRun known, FleetState state, string? error)
    {
        // Somebody else may have ended it meanwhile, or even begun it anew.
        if (Find(known.Folder) is not { State: FleetState.Running or FleetState.Paused })
        {
            return;
        }

        try
        {
            using var open = _runs.Enter(known.Folder);
            open.Run.Finish(state == FleetState.Failed ? "failed" : "stopped", error);
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
        using var connection = _storage.GetConnection();
        run.Write(connection);
    }
}
