using System.Globalization;
using System.Text.Json.Nodes;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Plans;
using Ziya.Pipeline.Records;

namespace Ziya.Pipeline.Runs;

/// <summary>A record that was kept and some of those dropped for it.</summary>
/// <param name="Step">The step that found them.</param>
/// <param name="Size">Records in the cluster, the kept one included.</param>
/// <param name="Keeper">The record that was kept by this step; a later one may have dropped it.</param>
/// <param name="Duplicates">Some of the others.</param>
public sealed record DuplicateCluster(string Step, int Size, Example? Keeper, IReadOnlyList<Example> Duplicates)
{
    private const int MostClusters = 8;
    private const int MostDuplicates = 3;

    /// <summary>The largest clusters among the duplicates noted by the tasks, with the texts of their keepers read from the first pass.</summary>
    internal static List<DuplicateCluster> Find(RunFolder folder, Plan plan, RecordStats stats)
    {
        var clusters = stats.Duplicates
            .Where(example => example.Detail is not null)
            .GroupBy(example => (Step: example.Step ?? "", At: Text(example, "keeper_at")))
            .OrderByDescending(group => SizeOf(group.First()))
            .ThenBy(group => group.Key.At, StringComparer.Ordinal)
            .Take(MostClusters)
            .ToList();
        var keepers = ReadKeepers(folder, plan, clusters.Select(cluster => cluster.Key));
        return clusters.ConvertAll(cluster => new DuplicateCluster(
            cluster.Key.Step, SizeOf(cluster.First()), keepers.GetValueOrDefault(cluster.Key), [.. cluster.Take(MostDuplicates)]));
    }

    private static Dictionary<(string Step, string At), Example> ReadKeepers(RunFolder folder, Plan plan, IEnumerable<(string Step, string At)> wanted)
    {
        var found = new Dictionary<(string, string), Example>();
        foreach (var part in wanted.Where(key => key.At.Contains(':', StringComparison.Ordinal)).GroupBy(key => (key.Step, Shard: Shard(key.At))))
        {
            if (BaseOf(plan, part.Key.Step) is { } phase && folder.Store.Find(JoinSource.BasePath(phase, part.Key.Shard)) is { } file)
            {
                var ordinals = part.ToDictionary(key => int.Parse(key.At.AsSpan(key.At.IndexOf(':', StringComparison.Ordinal) + 1), NumberStyles.None, CultureInfo.InvariantCulture));
                foreach (var (ordinal, record) in RowReader.Records(folder.Store, file.Path, Enum.Parse<RecordKind>(phase.Out, true), ordinals.ContainsKey))
                {
                    found[ordinals[ordinal]] = Example.Of(record, null, null, 0);
                }
            }
        }

        return found;
    }

    /// <summary>The last pass before the step's own that could have written whole records: the first, or one that changed the kind.</summary>
    private static Phase? BaseOf(Plan plan, string step) => plan.Phases
        .TakeWhile(phase => phase.Kind == PhaseKind.Pass || !phase.Steps.Contains(step))
        .Where((phase, index) => phase.Kind == PhaseKind.Pass && (index == 0 || phase.In != phase.Out))
        .LastOrDefault();

    private static int Shard(string at) => int.Parse(at.AsSpan(0, at.IndexOf(':', StringComparison.Ordinal)), NumberStyles.None, CultureInfo.InvariantCulture);

    private static string Text(Example example, string name) => (example.Detail![name] as JsonValue)?.ToString() ?? "";

    private static int SizeOf(Example example) => (example.Detail!["cluster_size"] as JsonValue)?.GetValue<int>() ?? 0;
}
