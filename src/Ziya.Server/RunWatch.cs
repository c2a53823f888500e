using Ziya.Pipeline.Plans;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Storage;

namespace Ziya.Server;

/// <summary>A phase of a run as it was when somebody looked.</summary>
/// <param name="Phase">The phase.</param>
/// <param name="Done">Its tasks with a marker.</param>
/// <param name="Failed">Its tasks that failed and are not done; the first thousand.</param>
internal sealed record PhaseLook(Phase Phase, IReadOnlySet<int> Done, IReadOnlyDictionary<int, TaskFailure> Failed);

/// <summary>A run as it was when somebody looked.</summary>
/// <param name="Plan">Its plan.</param>
/// <param name="Phases">Its phases.</param>
/// <param name="Report">The funnel so far: the report without what takes long to read. Null where nobody asked for it yet.</param>
internal sealed record RunLook(Plan Plan, IReadOnlyList<PhaseLook> Phases, Report? Report);

/// <summary>
/// Looks at the folder of a run again and again, for any number of people at once. A marker is read once, a phase that is done not listed again. A small run is looked at while
/// they wait, if the last look is two seconds old; a large one aside, while they see the last look, and for a fiftieth of the time, but once a minute.
/// </summary>
internal sealed class RunWatch(RunFolder folder, TimeProvider time)
{
    // About 2000 tasks.
    private const long MostPlanBytes = 400_000;
    private const int MostFailures = 1000;
    private const int Rest = 50;

    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan MostRest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    private readonly Lock _looking = new();
    private readonly Dictionary<string, PhaseLook> _phases = [];
    private readonly Dictionary<string, HashSet<int>> _counted = [];
    private StoredFile? _file;
    private Plan? _plan;
    private ReportTally? _tally;
    private Task _aside = Task.CompletedTask;
    private long _next = long.MinValue;
    private bool _counts;
    private volatile string? _ended;
    private volatile RunLook? _last;

    /// <summary>The last look; null where there is no plan, or where the first look at a large run goes on.</summary>
    /// <param name="counts">Whether the report so far is wanted, which reads the markers. A run that has ended has it already.</param>
    public RunLook? Look(bool counts)
    {
        // The end of a run is seen at once.
        var ended = folder.Store.Find(RunFolder.ReportPath)?.Version;
        if (IsFresh(counts, ended))
        {
            return _last;
        }

        if (folder.Store.Find(RunFolder.PlanPath) is not { } file)
        {
            return null;
        }

        if (file.Bytes <= MostPlanBytes)
        {
            lock (_looking)
            {
                return IsFresh(counts, ended) ? _last : Refresh(file, counts, ended);
            }
        }

        Task going;
        lock (_looking)
        {
            going = _aside = _aside.IsCompleted ? Task.Run(() => Refresh(file, counts, ended)) : _aside;
        }

        if (_last is null)
        {
            Task.WhenAny(going, Task.Delay(Patience, time)).GetAwaiter().GetResult();
            if (going.IsFaulted)
            {
                going.GetAwaiter().GetResult();
            }
        }

        return _last;
    }

    private bool IsFresh(bool counts, string? ended) => time.GetUtcNow().Ticks < Volatile.Read(ref _next) && _ended == ended && (!counts || _last?.Report is not null);

    private RunLook Refresh(StoredFile file, bool counts, string? ended)
    {
        var began = time.GetTimestamp();
        _counts = counts |= _counts;
        try
        {
            if (file != _file)
            {
                (_plan, _file) = (folder.ReadPlan(), file);
                Forget();
            }

            while (!Read(counts))
            {
                // Begun afresh meanwhile: all is counted anew.
                Forget();
            }

            _ended = ended;
            return _last = new RunLook(_plan!, [.. _plan!.Phases.Select(phase => _phases[phase.Name])], counts ? _tally!.Make(null, "running", null) : null);
        }
        finally
        {
            var rest = file.Bytes > MostPlanBytes ? Math.Clamp(time.GetElapsedTime(began).Ticks * Rest, Fresh.Ticks, MostRest.Ticks) : Fresh.Ticks;
            Volatile.Write(ref _next, time.GetUtcNow().Ticks + rest);
        }
    }

    private bool Read(bool counts) => _plan!.Phases.All(phase => IsOver(phase, counts) || Read(phase, counts));

    /// <summary>Whether nothing of a phase can have changed: it is done, and was not begun afresh.</summary>
    private bool IsOver(Phase phase, bool counts) =>
        _phases.TryGetValue(phase.Name, out var before) && before.Done.Count == phase.Tasks.Count && (!counts || _counted[phase.Name].Count == phase.Tasks.Count)
        && (phase.Tasks.Count == 0 || folder.Store.Find(RunFolder.MarkerPath(phase, phase.Tasks[^1].Number)) is not null);

    private bool Read(Phase phase, bool counts)
    {
        var (done, failed) = folder.Ended(phase);
        var counted = _counted[phase.Name];
        if (!counted.IsSubsetOf(done))
        {
            return false;
        }

        // Where each is a request, as many at once as tasks read spills.
        var found = counts ? done.Except(counted).Order().ToList() : [];
        foreach (var (task, marker) in found.Zip(ReadAhead.Select(found, folder.Store.ReadsAhead, task => folder.ReadMarker(RunFolder.MarkerPath(phase, task)))))
        {
            if (marker?.Hash == phase.Hash)
            {
                _tally!.Add(phase, marker);
            }

            counted.Add(task);
        }

        var failures = failed.Order().Take(MostFailures).Select(task => (task, Failure: folder.ReadFailure(phase, task))).Where(one => one.Failure is not null).ToDictionary(one => one.task, one => one.Failure!);
        _phases[phase.Name] = new PhaseLook(phase, done, failures);
        return true;
    }

    private void Forget()
    {
        _tally = new ReportTally(_plan!);
        _phases.Clear();
        _counted.Clear();
        foreach (var phase in _plan!.Phases)
        {
            _counted[phase.Name] = [];
        }
    }
}
