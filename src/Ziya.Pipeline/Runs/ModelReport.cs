using Ziya.Pipeline.Plans;

namespace Ziya.Pipeline.Runs;

/// <summary>A model of a run: what it is, what it was asked, and what it made of what was written.</summary>
/// <param name="Name">Its name in the job.</param>
/// <param name="Is">What it is: the name of a model, a folder.</param>
/// <param name="License">The licence of its weights or service; null where nobody said.</param>
/// <param name="Asked">What it was asked, by step.</param>
/// <param name="Made">The written records it had a part in, by the part.</param>
public sealed record ModelReport(string Name, string? Is, string? License, SortedDictionary<string, ModelUsage> Asked, SortedDictionary<string, long> Made)
{
    /// <summary>The models of a run; null where it has none.</summary>
    internal static List<ModelReport>? Of(Plan plan, IEnumerable<Marker> markers, RecordStats stats)
    {
        var asked = new SortedDictionary<string, SortedDictionary<string, ModelUsage>>(StringComparer.Ordinal);
        foreach (var marker in markers)
        {
            Add(asked, marker);
        }

        return OfAsked(plan, asked, stats);
    }

    /// <summary>Adds what a task asked, by model and step.</summary>
    internal static void Add(SortedDictionary<string, SortedDictionary<string, ModelUsage>> asked, Marker marker)
    {
        foreach (var (step, models) in marker.Asked ?? [])
        {
            foreach (var (model, usage) in models)
            {
                ModelUsage.Add(asked, model, step, usage);
            }
        }
    }

    /// <summary>The models of a run; null where it has none.</summary>
    internal static List<ModelReport>? OfAsked(Plan plan, SortedDictionary<string, SortedDictionary<string, ModelUsage>> asked, RecordStats stats)
    {
        // Input may come with models that are not of this job.
        var known = plan.Models ?? new Dictionary<string, PlanModel>();
        var names = known.Keys.Concat((stats.Made?.Keys ?? Enumerable.Empty<string>()).Where(name => !known.ContainsKey(name))).ToList();
        return names.Count == 0 ? null : names.ConvertAll(name => new ModelReport(
            name, known.GetValueOrDefault(name)?.Is, known.GetValueOrDefault(name)?.License, asked.TryGetValue(name, out var steps) ? new(steps, StringComparer.Ordinal) : [], stats.Made?.GetValueOrDefault(name) ?? []));
    }
}
