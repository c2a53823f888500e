using System.Text.Json.Nodes;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Pipeline.Runs;

/// <summary>A record shown to people.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Text">The start of its text.</param>
/// <param name="Length">Length of the whole text, in UTF-16 code units.</param>
/// <param name="Language">Its language.</param>
/// <param name="Source">Where it came from.</param>
/// <param name="Bucket">Its bucket.</param>
/// <param name="Scores">Its scores.</param>
/// <param name="Step">The step that dropped it; null if it was written.</param>
/// <param name="Reason">Why it was dropped.</param>
/// <param name="Detail">What was kept with the drop, as JSON.</param>
/// <param name="Rank">What it was picked by.</param>
public sealed record Example(
    string Id, string Text, int Length, string? Language, string? Source, string? Bucket,
    IReadOnlyDictionary<string, double> Scores, string? Step, string? Reason, JsonObject? Detail, double Rank)
{
    private const int MostText = 1200;

    /// <summary>Its type of task; null where it has none.</summary>
    public string? Task { get; init; }

    /// <summary>Its texts one by one, of what is more than one text; null for documents.</summary>
    public IReadOnlyList<ExamplePart>? Parts { get; init; }

    /// <summary>How it was made, by name: parent, round, method, prompt, model; null where nothing says so.</summary>
    public IReadOnlyDictionary<string, string>? Lineage { get; init; }

    internal static Example Of(Record record, string? step, Drop? drop, double rank)
    {
        var text = record.Content;
        var lineage = Provenance.Of(record);
        return new Example(
            record.Id, Excerpt.Of(text, MostText), text.Length, record.Language, record.Source, record.Bucket,
            record.Scores.ToDictionary(), step, drop?.Reason, (JsonObject?)drop?.Detail?.DeepClone(), rank)
        {
            Task = Provenance.TaskOf(record),
            Parts = ExamplePart.Of(record),
            Lineage = lineage.Count == 0 ? null : new SortedDictionary<string, string>(lineage.ToDictionary(), StringComparer.Ordinal),
        };
    }
}
