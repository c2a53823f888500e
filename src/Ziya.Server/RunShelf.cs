using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Storage;

namespace Ziya.Server;

/// <summary>How far a phase of a run is.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Tasks">Its tasks.</param>
/// <param name="Done">Those with a marker.</param>
/// <param name="Failed">Those that failed and are not done.</param>
internal sealed record PhaseState(string Name, int Tasks, int Done, int Failed = 0);

/// <summary>A run as the list shows it.</summary>
/// <param name="Name">Name of its folder.</param>
/// <param name="Job">Name of its job.</param>
/// <param name="State"><c>queued</c>, <c>running</c>, <c>paused</c>, <c>stopped</c>, <c>failed</c> or <c>done</c>.</param>
/// <param name="Error">What failed.</param>
/// <param name="Phases">Its phases.</param>
/// <param name="Records">Its records as far as it is.</param>
/// <param name="SecondsLeft">How long it may take, by the tasks done since somebody first looked; null where nobody knows.</param>
internal sealed record RunState(string Name, string Job, string State, string? Error, IReadOnlyList<PhaseState> Phases, RunRecords? Records, double? SecondsLeft)
{
    /// <summary>When it was planned; null where it is not yet.</summary>
    public DateTimeOffset? Begun { get; init; }

    /// <summary>When it was done, failed or was stopped last; null where it goes on.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>Its tasks.</summary>
    public int Tasks => Phases.Sum(phase => phase.Tasks);

    /// <summary>Those done.</summary>
    public int Done => Phases.Sum(phase => phase.Done);

    /// <summary>Whether it goes on by itself.</summary>
    public bool IsActive => State is "queued" or "running";
}

/// <summary>What became of the records of a run so far.</summary>
/// <param name="Read">Found in the input.</param>
/// <param name="Created">Made by steps.</param>
/// <param name="Written">In the outputs.</param>
/// <param name="Dropped">Dropped by steps.</param>
/// <param name="Quarantined">Unreadable, or made a step throw.</param>
internal sealed record RunRecords(long Read, long Created, long Written, long Dropped, long Quarantined)
{
    internal static RunRecords Of(Report report) => new(
        report.Records.Read, report.Records.Created.Values.Sum(), report.Records.Written, report.Records.Dropped.Values.Sum(reasons => reasons.Values.Sum()), report.Records.Quarantined);
}

/// <summary>The runs there are: those of the runs folder and those the runner knows of. Run folders are read, never written.</summary>
internal sealed partial class RunShelf(ServeOptions options, IRunner runner, TimeProvider time)
{
    private static readonly TimeSpan FreshList = TimeSpan.FromSeconds(1);

    private const int MostReports = 64;

    private readonly ConcurrentDictionary<string, (string Version, RunState State)> _ended = new();
    private readonly ConcurrentDictionary<string, (string Version, Report Report)> _reports = new();
    private readonly ConcurrentDictionary<string, (DateTimeOffset At, int Done)> _first = new();
    private readonly ConcurrentDictionary<string, RunWatch> _watched = new();
    private readonly ConcurrentDictionary<string, LogReader> _logs = new();
    private readonly Lock _listing = new();
    private readonly Lock _asking = new();
    private int _verbs;
    private (DateTimeOffset At, IReadOnlyList<RunState> Runs)? _all;
    private (DateTimeOffset At, Dictionary<string, KnownRun> Runs)? _known;

    /// <summary>How often the runner was told to do something: what was seen before is not how it stands.</summary>
    public int Verbs => Volatile.Read(ref _verbs);

    /// <summary>The runs as they were at most a second ago: many who watch cost no more than one.</summary>
    public IReadOnlyList<RunState> Lately()
    {
        lock (_listing)
        {
            if (_all is not { } kept || time.GetUtcNow() - kept.At > FreshList)
            {
                _all = kept = (time.GetUtcNow(), All());
            }

            return kept.Runs;
        }
    }

    /// <summary>The runs, those that go on first, then those that were begun last.</summary>
    public IReadOnlyList<RunState> All()
    {
        var known = Known();
        var folders = Stores.IsBlob(options.Runs) || !Directory.Exists(options.Runs) ? []
            : new DirectoryInfo(options.Runs).EnumerateDirectories().Where(folder => Name().IsMatch(folder.Name) && File.Exists(Path.Combine(folder.FullName, RunFolder.PlanPath)))
                .OrderByDescending(folder => File.GetLastWriteTimeUtc(Path.Combine(folder.FullName, RunFolder.PlanPath))).Select(folder => folder.Name).ToList();
        var names = known.Keys.Except(folders).Order(StringComparer.Ordinal).Concat(folders).ToList();
        return [.. names.Select(name => StateOf(name, known.GetValueOrDefault(name))).OfType<RunState>().OrderBy(run => run.IsActive ? 0 : 1)];
    }

    /// <summary>One run; null where there is none of that name.</summary>
    public RunState? Find(string name) => Folder(name) is null ? null : StateOf(name, KnownOf(name));

    /// <summary>The folder of a run; null where there is none of that name. A name has no slashes and does not begin with a dot, so none leads elsewhere.</summary>
    public RunFolder? Folder(string name)
    {
        if (!Name().IsMatch(name))
        {
            return null;
        }

        var folder = RunFolder.At(PathOf(name));
        return folder.Store.Find(RunFolder.PlanPath) is null && KnownOf(name) is null ? null : folder;
    }

    /// <summary>Where the run of a name lies.</summary>
    public string PathOf(string name) => KnownOf(name)?.Folder ?? $"{options.Runs.TrimEnd('/')}/{name}";

    /// <summary>The tasks of a run, phase by phase; null where nothing is planned yet, or where the first look at a large run goes on.</summary>
    public RunLook? LookAt(string name) => Folder(name) is { } folder ? Watch(name, folder).Look(false) : null;

    /// <summary>The end of its log.</summary>
    public (IReadOnlyList<LogLine> Lines, bool IsCut)? LogOf(string name, LogFilter filter, int most) =>
        Folder(name) is { } folder ? Kept(_logs, name, () => new LogReader(folder)).Last(filter, most) : null;

    /// <summary>The report as it is now; null where nothing is planned yet, or where the first look at a large run goes on.</summary>
    public Report? ReportOf(string name)
    {
        if (Folder(name) is not { } folder)
        {
            return null;
        }

        if (folder.Store.Find(RunFolder.ReportPath)?.Version is not { } version)
        {
            return Watch(name, folder).Look(true)?.Report;
        }

        if (!_reports.TryGetValue(name, out var kept) || kept.Version != version)
        {
            if (_reports.Count > MostReports)
            {
                _reports.Clear();
            }

            _reports[name] = kept = (version, folder.Read<Report>(RunFolder.ReportPath));
        }

        return kept.Report;
    }

    /// <summary>What the runner was told to do shows at the next look.</summary>
    public void Forget()
    {
        Interlocked.Increment(ref _verbs);
        lock (_asking)
        {
            _known = null;
        }

        lock (_listing)
        {
            _all = null;
        }
    }

    /// <summary>The name of a run folder.</summary>
    public static string NameOf(string folder) => folder.TrimEnd('/').Split('/')[^1];

    /// <summary>What the runner knows of, as it was at most a second ago: a database is asked once for all who watch.</summary>
    private Dictionary<string, KnownRun> Known()
    {
        lock (_asking)
        {
            if (_known is not { } kept || time.GetUtcNow() - kept.At > FreshList)
            {
                _known = kept = (time.GetUtcNow(), runner.Runs.GroupBy(run => NameOf(run.Folder)).ToDictionary(runs => runs.Key, runs => runs.Last(), StringComparer.Ordinal));
            }

            return kept.Runs;
        }
    }

    private KnownRun? KnownOf(string name) => Known().GetValueOrDefault(name);

    private RunWatch Watch(string name, RunFolder folder) => Kept(_watched, name, () => new RunWatch(folder, time));

    private static T Kept<T>(ConcurrentDictionary<string, T> kept, string name, Func<T> make)
    {
        if (kept.Count > MostReports && !kept.ContainsKey(name))
        {
            kept.Clear();
        }

        return kept.GetOrAdd(name, _ => make());
    }

    private RunState? StateOf(string name, KnownRun? known)
    {
        try
        {
            return Read(name, known);
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return new RunState(name, known?.Job ?? "", known?.State ?? "damaged", known?.Error ?? exception.Message, [], null, null);
        }
    }

    private RunState? Read(string name, KnownRun? known)
    {
        var folder = RunFolder.At(PathOf(name));
        var active = known is { State: "queued" or "running" or "paused" };
        if (!active && folder.Store.Find(RunFolder.ReportPath) is { } file)
        {
            var version = $"{file.Version} {known?.State}";
            if (!_ended.TryGetValue(name, out var kept) || kept.Version != version)
            {
                _ended[name] = kept = (version, Ended(name, folder.Read<Report>(RunFolder.ReportPath)) with { Begun = folder.Store.Find(RunFolder.PlanPath)?.Changed, Ended = file.Changed });
            }

            return kept.State;
        }

        if (folder.Store.Find(RunFolder.PlanPath) is not { } plan)
        {
            return known is null ? null : new RunState(name, known.Job, known.State, known.Error, [], null, null);
        }

        var state = active ? known!.State : ClaimHolder.Read(folder.Store) is { Fleet: null } holder && holder.IsAlive(time) ? "running" : known?.State ?? "stopped";
        if (Watch(name, folder).Look(true) is not { Report: { } report } look)
        {
            // A large run is being looked at for the first time.
            return new RunState(name, known?.Job ?? "", state, known?.Error, [], null, null) { Begun = plan.Changed };
        }

        var phases = look.Phases.Select(phase => new PhaseState(phase.Phase.Name, phase.Phase.Tasks.Count, phase.Done.Count, phase.Failed.Count)).ToList();
        return new RunState(name, look.Plan.Job, state, known?.Error, phases, RunRecords.Of(report), state == "running" ? Left(name, phases) : null) { Begun = plan.Changed };
    }

    private static RunState Ended(string name, Report report) => new(
        name, report.Job, report.State == "running" ? "stopped" : report.State, report.Error, [.. report.Phases.Select(phase => new PhaseState(phase.Name, phase.Tasks, phase.Done))], RunRecords.Of(report), null);

    /// <summary>Tasks that are left, at the pace since the first look.</summary>
    private double? Left(string name, List<PhaseState> phases)
    {
        var done = phases.Sum(phase => phase.Done);
        var first = _first.GetOrAdd(name, (time.GetUtcNow(), done));
        if (done < first.Done)
        {
            _first[name] = first = (time.GetUtcNow(), done);
        }

        return done > first.Done ? (time.GetUtcNow() - first.At).TotalSeconds / (done - first.Done) * (phases.Sum(phase => phase.Tasks) - done) : null;
    }

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    private static partial Regex Name();
}
