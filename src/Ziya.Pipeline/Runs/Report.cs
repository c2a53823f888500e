using Ziya.Pipeline.Plans;
using Ziya.Pipeline.Records;

namespace Ziya.Pipeline.Runs;

/// <summary>What came of a run: <c>report.json</c>, and what <c>report.html</c> draws.</summary>
public sealed record Report
{
    /// <summary>Name of the run.</summary>
    public required string Run { get; init; }

    /// <summary>Name of the job.</summary>
    public required string Job { get; init; }

    /// <summary><c>done</c>, <c>failed</c>, <c>stopped</c>, or <c>running</c> where no end was written.</summary>
    public required string State { get; init; }

    /// <summary>What failed.</summary>
    public string? Error { get; init; }

    /// <summary>What became of the records. <c>read + created = written + quarantined + dropped</c> once the run is done.</summary>
    public required ReportCounts Records { get; init; }

    /// <summary>The quarantined by reason.</summary>
    public SortedDictionary<string, long> Quarantine { get; init; } = [];

    /// <summary>The steps in order, with what went in and what they dropped.</summary>
    public required IReadOnlyList<FunnelStep> Funnel { get; init; }

    /// <summary>The steps made of rules, with how often each rule was asked and fired.</summary>
    public IReadOnlyList<RuleReport> Rules { get; init; } = [];

    /// <summary>The phases in order.</summary>
    public required IReadOnlyList<PhaseReport> Phases { get; init; }

    /// <summary>What the tasks spent their time on, in the order of the job.</summary>
    public IReadOnlyList<StepTime> Time { get; init; } = [];

    /// <summary>What looks odd, a sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Distributions and examples.</summary>
    public required RecordStats Stats { get; init; }

    /// <summary>The models, what they were asked and what they made; null where there are none.</summary>
    public IReadOnlyList<ModelReport>? Models { get; init; }

    /// <summary>The largest clusters of duplicates.</summary>
    public IReadOnlyList<DuplicateCluster> Clusters { get; init; } = [];

    /// <summary>The report of a run folder as it is now.</summary>
    public static Report Of(RunFolder folder)
    {
        var plan = folder.ReadPlan() ?? throw new FileNotFoundException($"{folder.Root} has no plan.json: it is not a run folder.");
        if (folder.Store.Find(RunFolder.ReportPath) is null)
        {
            return Make(folder, plan, folder.ReadMarkers(plan.Phases), "running", null);
        }

        var written = folder.Read<Report>(RunFolder.ReportPath);
        return Make(folder, plan, folder.ReadMarkers(plan.Phases), written.State, written.Error);
    }

    /// <summary>Writes <c>report.json</c> and <c>report.html</c>.</summary>
    internal static Report Write(RunFolder folder, Plan plan, IReadOnlyDictionary<string, IReadOnlyDictionary<int, Marker>> markers, string state, string? error)
    {
        var report = Make(folder, plan, markers, state, error);
        folder.Write(RunFolder.ReportPath, JsonText.Write(report));
        folder.Write(RunFolder.ReportPage, System.Text.Encoding.UTF8.GetBytes(ReportPage.Write(report)));
        return report;
    }

    internal static RecordCounts CountOf(IReadOnlyDictionary<string, IReadOnlyDictionary<int, Marker>> markers, Plan plan)
    {
        var counts = new RecordCounts();
        foreach (var marker in plan.Phases.SelectMany(phase => markers[phase.Name].Values))
        {
            counts.Add(marker.Records);
        }

        return counts;
    }

    internal static RecordStats StatsOf(IReadOnlyDictionary<string, IReadOnlyDictionary<int, Marker>> markers, Plan plan)
    {
        var stats = new RecordStats();
        foreach (var found in plan.Phases.SelectMany(phase => markers[phase.Name].Values).Select(marker => marker.Stats))
        {
            if (found is not null)
            {
                stats.Add(found);
            }
        }

        return stats;
    }

    private static Report Make(RunFolder folder, Plan plan, IReadOnlyDictionary<string, IReadOnlyDictionary<int, Marker>> markers, string state, string? error)
    {
        var tally = new ReportTally(plan);
        foreach (var phase in plan.Phases)
        {
            foreach (var marker in markers[phase.Name].Values)
            {
                tally.Add(phase, marker);
            }
        }

        return tally.Make(folder, state, error);
    }

    internal static Report Make(RunFolder? folder, Plan plan, string state, string? error, RunSums sums)
    {
        var (counts, stats) = (sums.Counts, sums.Stats);
        var funnel = MakeFunnel(plan, counts);
        var rules = funnel.Where(step => counts.Rules.ContainsKey(step.Step)).Select(step => RuleReport.Of(step.Step, counts.Rules[step.Step])).ToList();
        return new Report
        {
            Run = Runs.Run.IdOf(plan),
            Job = plan.Job,
            State = state,
            Error = error,
            Records = new ReportCounts(counts.Read, counts.Written, counts.Quarantined, counts.Dropped, counts.Created),
            Quarantine = counts.QuarantinedBy,
            Funnel = funnel,
            Rules = rules,
            Phases = sums.Phases,
            Time = StepTime.Of(sums.Spent, funnel.Select(step => step.Step)),
            Warnings = state == "done" ? [.. Warn(funnel, counts), .. rules.SelectMany(step => step.Warnings()), .. sums.Warnings] : [],
            Stats = stats,
            Models = ModelReport.OfAsked(plan, sums.Asked, stats),
            Clusters = folder is null ? [] : DuplicateCluster.Find(folder, plan, stats),
        };
    }

    internal static List<FunnelStep> MakeFunnel(Plan plan, RecordCounts counts)
    {
        var funnel = new List<FunnelStep>();
        var left = counts.Read - counts.Quarantined;
        foreach (var step in plan.Phases.SelectMany(phase => phase.Steps).Distinct())
        {
            var reasons = counts.Dropped.GetValueOrDefault(step) ?? [];
            var created = counts.Created.GetValueOrDefault(step);
            funnel.Add(new FunnelStep(step, left, reasons, created));
            left += created - reasons.Values.Sum();
        }

        if (counts.Dropped.TryGetValue(Writing.OutputFormat.Step, out var unwritten))
        {
            funnel.Add(new FunnelStep(Writing.OutputFormat.Step, left, unwritten, 0));
        }

        return funnel;
    }

    private static IEnumerable<string> Warn(List<FunnelStep> funnel, RecordCounts counts)
    {
        const double Most = 0.95;
        if (counts.Read == 0)
        {
            yield return "No record was read: the input files are empty.";
        }

        if (counts.Quarantined > counts.Read / 10)
        {
            var (reason, count) = counts.QuarantinedBy.MaxBy(reason => reason.Value);
            yield return $"{counts.Quarantined} of {counts.Read} records could not be read, {count} of them because: {reason}. quarantine/ says more, line by line.";
        }

        foreach (var step in funnel.Where(step => step.In > 0 && step.Dropped.Values.Sum() > (step.In + step.Created) * Most))
        {
            yield return $"{step.Step} dropped {step.Dropped.Values.Sum()} of {step.In + step.Created} records. Are its limits meant for this corpus?";
        }
    }
}

/// <summary>What became of the records of a run.</summary>
/// <param name="Read">Records found in the input, readable or not.</param>
/// <param name="Written">Records in the outputs.</param>
/// <param name="Quarantined">Records that could not be read, or that made a step throw.</param>
/// <param name="Dropped">Records that steps dropped, by step and reason.</param>
/// <param name="Created">Records that steps created, by step.</param>
public sealed record ReportCounts(
    long Read, long Written, long Quarantined, SortedDictionary<string, SortedDictionary<string, long>> Dropped, SortedDictionary<string, long> Created);

/// <summary>One step of the funnel.</summary>
/// <param name="Step">Its key in the job.</param>
/// <param name="In">Records that came to it.</param>
/// <param name="Dropped">Records it dropped, by reason.</param>
/// <param name="Created">Records it created.</param>
public sealed record FunnelStep(string Step, long In, SortedDictionary<string, long> Dropped, long Created);

/// <summary>What a phase did.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Tasks">Its tasks.</param>
/// <param name="Done">Tasks that are done.</param>
/// <param name="Records">Records it went through, or entries it wrote.</param>
/// <param name="Bytes">Unpacked bytes it read.</param>
/// <param name="Seconds">Time its tasks took, added up.</param>
public sealed record PhaseReport(string Name, int Tasks, int Done, long Records, long Bytes, double Seconds)
{
    internal static PhaseReport Of(Phase phase, IEnumerable<Marker> markers) => markers.Aggregate(new PhaseReport(phase.Name, phase.Tasks.Count, 0, 0, 0, 0), (sum, marker) => sum.And(marker)).Rounded();

    internal PhaseReport And(Marker marker) => this with { Done = Done + 1, Records = Records + marker.Records.Seen, Bytes = Bytes + marker.Bytes, Seconds = Seconds + marker.Seconds };

    internal PhaseReport Rounded() => this with { Seconds = Math.Round(Seconds, 3) };
}
