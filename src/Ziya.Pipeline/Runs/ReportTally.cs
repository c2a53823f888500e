using Ziya.Pipeline.Plans;

namespace Ziya.Pipeline.Runs;

/// <summary>What the markers of a run add up to.</summary>
/// <param name="Counts">What became of the records.</param>
/// <param name="Stats">Distributions and examples.</param>
/// <param name="Phases">What each phase did.</param>
/// <param name="Asked">What models were asked, by model and step.</param>
/// <param name="Spent">Seconds by step.</param>
/// <param name="Warnings">What stages found odd, in the order of the plan.</param>
internal sealed record RunSums(
    RecordCounts Counts, RecordStats Stats, IReadOnlyList<PhaseReport> Phases, SortedDictionary<string, SortedDictionary<string, ModelUsage>> Asked, IReadOnlyDictionary<string, double> Spent, IReadOnlyList<string> Warnings);

/// <summary>Adds up the markers of a run, so that its report can be made again and again while tasks end: each marker is read once.</summary>
internal sealed class ReportTally(Plan plan)
{
    private readonly RecordCounts _counts = new();
    private readonly RecordStats _stats = new();
    private readonly SortedDictionary<string, SortedDictionary<string, ModelUsage>> _asked = new(StringComparer.Ordinal);
    private readonly Dictionary<string, double> _spent = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PhaseReport> _phases = plan.Phases.ToDictionary(phase => phase.Name, phase => PhaseReport.Of(phase, []));
    private readonly SortedDictionary<(int Phase, int Task), IReadOnlyList<string>> _warnings = [];

    /// <summary>Adds the marker of a task that ended.</summary>
    public void Add(Phase phase, Marker marker)
    {
        _counts.Add(marker.Records);
        if (marker.Stats is { } stats)
        {
            _stats.Add(stats);
        }

        ModelReport.Add(_asked, marker);
        StepTime.Add(_spent, marker);
        _phases[phase.Name] = _phases[phase.Name].And(marker);
        if (marker.Warnings is { } warnings)
        {
            _warnings[(plan.Phases.Select((one, index) => (one, index)).First(one => one.one.Name == phase.Name).index, marker.Task)] = [.. warnings.Select(warning => $"{phase.Steps[0]}: {warning}")];
        }
    }

    /// <summary>The report of what was added. It does not change with what is added later.</summary>
    /// <param name="folder">Where the texts of duplicates' keepers are read; null for a report without them, which may take long.</param>
    /// <param name="state">How the run stands.</param>
    /// <param name="error">What failed.</param>
    public Report Make(RunFolder? folder, string state, string? error)
    {
        var counts = new RecordCounts();
        counts.Add(_counts);
        var stats = new RecordStats();
        stats.Add(_stats);
        return Report.Make(folder, plan, state, error, new RunSums(counts, stats, [.. plan.Phases.Select(phase => _phases[phase.Name].Rounded())], _asked, _spent, [.. _warnings.Values.SelectMany(warnings => warnings)]));
    }
}
