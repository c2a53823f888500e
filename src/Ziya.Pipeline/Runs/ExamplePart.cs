using System.Globalization;
using Ziya.Pipeline.Records;

namespace Ziya.Pipeline.Runs;

/// <summary>One text of a record shown to people: what was asked, an answer, a turn.</summary>
/// <param name="Name">Its field, the role of a turn, or <c>answer 2</c> for a candidate.</param>
/// <param name="Text">Its start.</param>
/// <param name="Length">Length of the whole, in UTF-16 code units.</param>
public sealed record ExamplePart(string Name, string Text, int Length)
{
    private const int MostText = 900;
    private const int MostParts = 12;

    /// <summary>The model that wrote it, by its name in the job; null where that is not known.</summary>
    public string? Model { get; init; }

    /// <summary>Scores of this text by itself; null where it has none.</summary>
    public IReadOnlyDictionary<string, double>? Scores { get; init; }

    /// <summary>The texts of a record; null for a document, which is one.</summary>
    internal static IReadOnlyList<ExamplePart>? Of(Record record) => record switch
    {
        Instruction instruction => [.. Of(instruction).OfType<ExamplePart>().Take(MostParts)],
        Dialogue dialogue => [.. dialogue.Messages.Take(MostParts).Select(message => Of(message.Role, message.Content)!)],
        Preference preference => [.. Of(preference).OfType<ExamplePart>()],
        _ => null,
    };

    /// <summary>One text; null where there is none.</summary>
    internal static ExamplePart? Of(string name, string? text) => string.IsNullOrEmpty(text) ? null : new ExamplePart(name, Excerpt.Of(text, MostText), text.Length);

    private static IEnumerable<ExamplePart?> Of(Instruction record) =>
    [
        Of("system", record.System),
        Of("instruction", record.Text),
        Of("input", record.Input),
        Of("output", record.Output),
        .. record.Candidates.Select((candidate, at) => Of(string.Create(CultureInfo.InvariantCulture, $"answer {at + 1}"), candidate.Output) is { } part
            ? part with { Model = candidate.Model, Scores = candidate.Scores.Count > 0 ? candidate.Scores.ToDictionary() : null } : null),
    ];

    private static IEnumerable<ExamplePart?> Of(Preference record) =>
    [
        Of("system", record.System),
        Of("prompt", record.Prompt),
        Answer(record, "chosen", record.Chosen),
        Answer(record, "rejected", record.Rejected),
    ];

    // The scores of the two are among the record's, by these names.
    private static ExamplePart? Answer(Preference record, string name, string text) => Of(name, text) is { } part
        ? part with { Model = record.Models.GetText(name), Scores = record.Scores.TryGet(name, out var score) ? new Dictionary<string, double> { ["score"] = score } : null }
        : null;
}
