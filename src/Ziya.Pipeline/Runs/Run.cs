using System.Collections.Concurrent;
using System.Globalization;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Plans;
using Ziya.Pipeline.Reading;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;
using Ziya.Pipeline.Storage;
using Ziya.Pipeline.Writing;

namespace Ziya.Pipeline.Runs;

/// <summary>
/// A run that somebody has the right to write: its job, its plan and its folder. An engine asks it for the tasks that are left and
/// has it execute them; at the end it publishes the outputs. What it knows is read from the folder, so a run may be opened anew at
/// any time, after any end.
/// </summary>
public sealed partial class Run : IDisposable
{
    private readonly StepCatalog _catalog;
    private readonly TimeProvider _time;
    private readonly RunLog _log;
    private readonly Pulse _pulse;
    private readonly ITimer _beating;
    private readonly CompiledPlan _compiled;
    private readonly IClaim _claim;
    private readonly ModelPool _models;
    private Dictionary<string, IReadOnlyDictionary<int, Marker>> _done = [];
    private readonly ConcurrentDictionary<(string Phase, int Task), bool> _executed = new();
    private bool _disposed;

    private Run(Job job, CompiledPlan compiled, RunFolder folder, StepCatalog catalog, IClaim claim, TimeProvider time)
    {
        Job = job;
        Folder = folder;
        _compiled = compiled;
        _catalog = catalog;
        _claim = claim;
        _time = time;
        _models = new ModelPool(job, folder.Store, time);
        _log = new RunLog(folder.Store, IdOf(compiled.Plan), time);
        _pulse = new Pulse(folder.Store, _log, time);
        _beating = time.CreateTimer(_ => OnBeat(), null, Beat, Beat);
    }

    /// <summary>The job.</summary>
    public Job Job { get; }

    /// <summary>The plan.</summary>
    public Plan Plan => _compiled.Plan;

    /// <summary>The run folder.</summary>
    public RunFolder Folder { get; }

    /// <summary>What goes on.</summary>
    public RunProgress Progress { get; } = new();

    /// <summary>What the models do now that are open.</summary>
    public IReadOnlyList<ModelFigures> Models => _models.Figures();

    /// <summary>Where tasks sort what does not fit in memory: on the local disk.</summary>
    private string Scratch => Folder.Store is FileStore files ? files.FullPath("scratch") : Path.Combine(Path.GetTempPath(), "ziya");

    /// <summary>The task that its phase begins with, where somebody wants to know whether it can be done now; null for the order of the plan.</summary>
    public (string Phase, int Task)? First { get; set; }

    /// <summary>What the opening found that the user should know, a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; private set; } = [];

    /// <summary>What the models have to say at the end, a sentence each. Empty before <see cref="Finish"/>.</summary>
    public IReadOnlyList<string> Remarks { get; private set; } = [];

    /// <summary>Name of a run: the job's, and the start of the hash of all its inputs.</summary>
    public static string IdOf(Plan plan) => $"{plan.Job}-{plan.Hash[..8]}";

    /// <summary>
    /// Opens the run of a job: a new one, or the one that was begun with the same job and input. Throws <see cref="ClaimedException"/>
    /// where another process writes it.
    /// </summary>
    /// <param name="job">The job.</param>
    /// <param name="catalog">The steps and formats.</param>
    /// <param name="runDir">The run folder; null for one below <c>runs/</c> that the job and its input name.</param>
    /// <param name="fresh">Whether to throw away what earlier runs did.</param>
    /// <param name="time">The clock.</param>
    public static Run Open(Job job, StepCatalog catalog, string? runDir, bool fresh, TimeProvider time)
    {
        var compiled = Planner.Compile(job, InputListing.Shards(job, catalog));
        return OpenAt(Stores.At(runDir ?? $"runs/{IdOf(compiled.Plan)}"), job, compiled, catalog, fresh, time);
    }

    /// <summary>
    /// Opens the run of a job for workers in several processes, which then <see cref="Join"/> it. Throws <see cref="ClaimedException"/> where others write it.
    /// Not to be called while the workers of the same fleet are at it: it clears away what no marker owns.
    /// </summary>
    /// <param name="job">The job.</param>
    /// <param name="catalog">The steps and formats.</param>
    /// <param name="runDir">The run folder, which all workers reach by this name.</param>
    /// <param name="fresh">Whether to throw away what earlier runs did.</param>
    /// <param name="fleet">How the workers together are called, to those who are kept out.</param>
    /// <param name="time">The clock.</param>
    public static Run OpenForFleet(Job job, StepCatalog catalog, string runDir, bool fresh, string fleet, TimeProvider time)
    {
        var store = Stores.Shared(runDir);
        return Prepared(store, job, Planner.Compile(job, InputListing.Shards(job, catalog)), catalog, FleetClaim.Take(store, fleet, time), fresh, time);
    }

    /// <summary>Opens a run that was opened for the fleet this process belongs to.</summary>
    /// <param name="runDir">The run folder.</param>
    /// <param name="catalog">The steps and formats.</param>
    /// <param name="fleet">As <see cref="OpenForFleet"/> was told.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="ClaimedException">The fleet does not run it any more.</exception>
    /// <exception cref="JobFailedException">This program would do something else than the one that planned the run.</exception>
    public static Run Join(string runDir, StepCatalog catalog, string fleet, TimeProvider time)
    {
        var folder = new RunFolder(Stores.Shared(runDir));
        var claim = FleetClaim.Of(folder.Store, fleet) ?? throw new ClaimedException($"{folder.Root} is not being run by {fleet} any more.");
        var plan = folder.ReadPlan() ?? throw new JobFailedException($"{folder.Root} has no {RunFolder.PlanPath}: it is no run folder, or was deleted.");
        var job = folder.ReadJob(catalog);
        var compiled = Planner.Compile(job, plan.Shards);
        return compiled.Plan.Hash == plan.Hash
            ? new Run(job, compiled, folder, catalog, claim, time)
            : throw new JobFailedException($"{folder.Root} was planned by another version of this program, or with other files of models. Have the same on every machine, or start the job again.");
    }

    internal static Run OpenAt(IStore store, Job job, CompiledPlan compiled, StepCatalog catalog, bool fresh, TimeProvider time) =>
        Prepared(store, job, compiled, catalog, Claim.Take(store, time), fresh, time);

    private static Run Prepared(IStore store, Job job, CompiledPlan compiled, StepCatalog catalog, IClaim claim, bool fresh, TimeProvider time)
    {
        try
        {
            var run = new Run(job, compiled, new RunFolder(store), catalog, claim, time);
            run.Prepare(fresh);
            return run;
        }
        catch
        {
            claim.Dispose();
            throw;
        }
    }

    /// <summary>The tasks of a phase that are not done. A phase may begin when the one before has none left.</summary>
    public IReadOnlyList<PlanTask> Begin(Phase phase)
    {
        var done = Folder.ReadMarkers([phase])[phase.Name];
        var left = phase.Tasks.Where(task => !done.ContainsKey(task.Number)).OrderBy(task => (phase.Name, task.Number) == First ? 0 : 1).ToList();
        Progress.Begin(phase.Name, phase.Tasks.Count, done.Count, left.Sum(task => task.Bytes));
        if (left.Count > 0)
        {
            _log.Tell(LogWeight.Information, string.Create(CultureInfo.InvariantCulture, $"begins, {left.Count} of {phase.Tasks.Count} tasks are left"), phase.Name);
        }

        return left;
    }

    /// <summary>
    /// The tasks of a phase that have a marker, by the names of files alone. Enough for a run that was opened once: the opening deletes markers that do not count.
    /// </summary>
    public IReadOnlySet<int> Marked(Phase phase) => Folder.Marked(phase);

    /// <summary>Whether a task has a marker, whatever it says.</summary>
    public bool IsMarked(Phase phase, int task) => Folder.Store.Find(RunFolder.MarkerPath(phase, task)) is not null;

    /// <summary>Whether this process did a task.</summary>
    internal bool Executed(Phase phase, int task) => _executed.ContainsKey((phase.Name, task));

    /// <summary>Whether the tasks of a phase use a model that computes on an accelerator.</summary>
    public bool NeedsAccelerator(Phase phase) => Job.Steps.Where(step => phase.Steps.Contains(step.Key))
        .SelectMany(step => JobModel.NamesIn(step.Options)).Any(name => Job.Models[name].Options.NeedsAccelerator);

    /// <summary>Executes one task and marks it as done. Running it twice, or again after it died half way, gives the same files.</summary>
    public void Execute(Phase phase, PlanTask task, int sortBytes, CancellationToken cancel)
    {
        var work = _compiled.Work.First(work => work.Phase.Name == phase.Name);
        var progress = new TaskProgress(Progress);
        var context = new TaskContext(Job, Plan, _catalog, Folder.Store, Scratch, sortBytes, progress, _models, _time);
        var done = false;
        Progress.TaskStarted();
        _atWork.TryAdd((phase, task.Number), progress);
        using var span = Telemetry.Begin(this, phase, task);
        try
        {
            using var outputs = new TaskOutputs(Folder.Store);
            var marker = work switch
            {
                PassWork pass => new PassTask(pass, task, outputs, context).Run(cancel),
                ReduceWork reduce => ReduceTask.Run(reduce, task, outputs, context, cancel),
                GatherWork gather => GatherTask.Run(gather, task, outputs, context, cancel),
                _ => throw new NotSupportedException($"No task for {work.GetType().Name}."),
            };
            ThrowIfClaimLost();
            _executed[(phase.Name, task.Number)] = true;
            Folder.Write(RunFolder.MarkerPath(phase, task.Number), JsonText.Write(marker));
            done = true;
            Telemetry.Done(Job.Name, phase, marker);
            Tell(phase, task, marker);
        }
        catch (Exception exception) when (!done)
        {
            Telemetry.Failed(span, Job.Name, phase, exception);
            Tell(phase, task, exception);
            throw;
        }
        finally
        {
            _atWork.TryRemove((phase, task.Number), out _);
            Progress.TaskEnded(done);
        }
    }

    /// <summary>Whether the workers of several processes execute it, and may do the same at once.</summary>
    public bool IsShared => _claim is FleetClaim;

    /// <summary>Whether somebody else has the right to write the run now.</summary>
    public bool IsClaimLost => _claim.IsLost;

    /// <summary>Stops a run that was taken over while this process slept.</summary>
    public void ThrowIfClaimLost()
    {
        if (_claim.IsLost)
        {
            throw new JobFailedException($"{Folder.Root} was taken over by another run while this one did not answer for {Claim.Lease.TotalSeconds:0} s.");
        }
    }

    /// <summary>Ends the run: quarantine and outputs are published, the report is written.</summary>
    /// <param name="state"><c>done</c>, <c>failed</c> or <c>stopped</c>.</param>
    /// <param name="error">What failed.</param>
    public Report Finish(string state, string? error = null)
    {
        SweepScratch();
        Remarks = _models.End();

        // Of all tasks, once: a large run has a hundred thousand, each a request where they lie in blobs.
        var markers = Folder.ReadMarkers(Plan.Phases);
        Quarantine.Publish(Folder, Plan, markers);
        if (state == "done")
        {
            ThrowIfNotAllowed(markers);
            Publisher.Publish(this, markers);
            SavedFindings.Write(_compiled, new TaskContext(Job, Plan, _catalog, Folder.Store, Scratch, TaskContext.SortBytesOf(Job.Limits, 1), new TaskProgress(Progress), _models, _time));
            SweepScratch();
        }

        var report = Report.Write(Folder, Plan, markers, state, error);
        _log.Tell(state == "failed" ? LogWeight.Error : LogWeight.Information, Ended(state, error, report));
        _log.Flush();
        _claim.End();
        return report;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, true))
        {
            return;
        }

        using (_claim)
        {
            StopBeating();
            try
            {
                _models.Dispose();
            }
            finally
            {
                _log.Dispose();
            }
        }
    }

    private void SweepScratch()
    {
        if (Directory.Exists(Scratch) && !Directory.EnumerateFileSystemEntries(Scratch).Any())
        {
            Directory.Delete(Scratch);
        }
    }

    private void Prepare(bool fresh)
    {
        var notes = new List<string>();
        var before = PlanBefore(notes);
        Folder.Store.Sweep();
        if (fresh)
        {
            DeleteAllBut([]);
            foreach (var kept in Folder.Store.List(ModelContext.Root).Concat(Folder.Store.List(ModelContext.RecordingsRoot)).Concat(Folder.Store.List(RunLog.Root)).ToList())
            {
                Folder.Store.Delete(kept.Path);
            }

            before = null;
        }

        var resumes = before?.Hash == Plan.Hash;
        if (before is not null && !resumes)
        {
            notes.Add($"The job or its input has changed since {Folder.Root} was written: planned anew.");
        }

        Write(RunFolder.JobPath, System.Text.Encoding.UTF8.GetBytes(JobYaml.Write(Job)));
        if (!fresh)
        {
            notes.AddRange(TakeOver.From(Folder, Plan, before));
            notes.AddRange(TakeOver.Answers(Folder, Job));
        }

        Write(RunFolder.PlanPath, JsonText.Write(Plan));
        _done = Folder.ReadMarkers(Plan.Phases).ToDictionary();
        Progress.AddPoisoned(_done.Values.SelectMany(done => done.Values).Sum(marker => marker.Records.Poisoned));
        DeleteAllBut(OwnedFiles());
        var tasks = _done.Values.Sum(done => done.Count);
        if (resumes && tasks > 0)
        {
            notes.Add($"Resumes {Folder.Root}: {tasks} of {Plan.Phases.Sum(phase => phase.Tasks.Count)} tasks are done.");
        }

        foreach (var gone in Folder.Store.List(WorkerState.Root).ToList())
        {
            Folder.Store.Delete(gone.Path);
        }

        Notes = [.. notes, .. Job.Notes()];
        _log.Tell(LogWeight.Information, string.Create(CultureInfo.InvariantCulture, $"opened: {tasks} of {Plan.Phases.Sum(phase => phase.Tasks.Count)} tasks are done"));
        foreach (var note in Notes)
        {
            _log.Tell(LogWeight.Information, note);
        }
    }

    private Plan? PlanBefore(List<string> notes)
    {
        try
        {
            return Folder.ReadPlan();
        }
        catch (InvalidDataException)
        {
            // What is done is found by its markers.
            notes.Add($"{Folder.Root}/{RunFolder.PlanPath} was damaged: planned anew.");
            return null;
        }
    }

    private HashSet<string> OwnedFiles()
    {
        var owned = new HashSet<string>();
        foreach (var phase in Plan.Phases)
        {
            foreach (var marker in _done[phase.Name].Values)
            {
                owned.Add(RunFolder.MarkerPath(phase, marker.Task));
                owned.UnionWith(marker.Outputs.Select(output => output.Path));
            }
        }

        return owned;
    }

    /// <summary>What no marker owns was left by a task that did not end; it would be counted by whoever lists a folder.</summary>
    private void DeleteAllBut(HashSet<string> owned)
    {
        string[] kept = [RunFolder.JobPath, RunFolder.PlanPath, Claim.Path];
        foreach (var file in Folder.Store.List("").Where(file => !owned.Contains(file.Path) && !kept.Contains(file.Path)).ToList())
        {
            if (RunFolder.IsOurs(file.Path))
            {
                Folder.Store.Delete(file.Path);
            }
        }
    }

    private void Write(string path, byte[] content)
    {
        if (Folder.Store.Find(path) is null || !Folder.Bytes(path).AsSpan().SequenceEqual(content))
        {
            Folder.Write(path, content);
        }
    }

    private void ThrowIfNotAllowed(IReadOnlyDictionary<string, IReadOnlyDictionary<int, Marker>> markers)
    {
        var counts = Report.CountOf(markers, Plan);
        if (counts.Read + counts.Created.Values.Sum() != counts.Written + counts.Quarantined + counts.DroppedTotal)
        {
            throw new JobFailedException($"the counters do not add up: {counts.Read} read and {counts.Created.Values.Sum()} created, but {counts.Written} written, "
                + $"{counts.Quarantined} quarantined and {counts.DroppedTotal} dropped. This is a fault of the program: please report it with {Folder.Root}.");
        }

        // While they are at work, processes of a fleet count for themselves.
        if (counts.Poisoned > Job.Limits.Poisoned)
        {
            throw new JobFailedException($"steps failed on {counts.Poisoned} records, more than limits.poisoned allows ({Job.Limits.Poisoned}). {Folder.Root}/quarantine has them, with reasons.");
        }
    }
}
