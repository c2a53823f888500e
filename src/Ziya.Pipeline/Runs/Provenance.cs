using System.Text.Json;
using Ziya.Pipeline.Records;

namespace Ziya.Pipeline.Runs;

/// <summary>What the lineage of a record says of how it was made: of an instruction its own, of others what went along as <c>meta.lineage</c>.</summary>
internal static class Provenance
{
    private const int MostText = 160;

    /// <summary>The short texts and numbers of a record's lineage, by name.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Of(Record record)
    {
        if (record is Document or Instruction { Lineage.IsEmpty: true } || (record is not Instruction && record.Meta.IsEmpty))
        {
            return [];
        }

        using var json = JsonDocument.Parse(record is Instruction instruction ? instruction.Lineage.ToObject() : record.Meta.ToObject());
        var lineage = record is Instruction ? json.RootElement : json.RootElement.TryGetProperty("lineage", out var inner) ? inner : default;
        return lineage.ValueKind != JsonValueKind.Object ? [] :
        [
            .. from member in lineage.EnumerateObject()
               where member.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number
               let text = member.Value.ToString()
               where text.Length is > 0 and <= MostText
               select KeyValuePair.Create(member.Name, text) into pair
               group pair by pair.Key into same
               select same.Last(),
        ];
    }

    /// <summary>The type of task of a record; null where it has none.</summary>
    public static string? TaskOf(Record record) => record switch
    {
        Instruction instruction => instruction.Task,
        Dialogue or Preference when !record.Meta.IsEmpty => record.Meta.GetText("task"),
        _ => null,
    };

    /// <summary>The models that had a part in a record, each with its part: <c>model</c>, <c>answer_model</c>, <c>rater</c>, <c>chosen</c>, <c>candidate</c>.</summary>
    public static IEnumerable<(string Model, string Part)> ModelsOf(Record record, IEnumerable<KeyValuePair<string, string>> lineage)
    {
        foreach (var (name, value) in lineage.Where(pair => pair.Key is "model" or "rater" or "repaired_by" || pair.Key.EndsWith("_model", StringComparison.Ordinal)))
        {
            yield return (value, name);
        }

        foreach (var model in (record as Instruction)?.Candidates.Select(candidate => candidate.Model).OfType<string>() ?? [])
        {
            yield return (model, "candidate");
        }

        foreach (var part in record is Preference ? Pair : [])
        {
            if (((Preference)record).Models.GetText(part) is { } model)
            {
                yield return (model, part);
            }
        }
    }

    /// <summary>The prompts that a record was made with, with their versions.</summary>
    public static IEnumerable<string> PromptsOf(IEnumerable<KeyValuePair<string, string>> lineage) =>
        lineage.Where(pair => pair.Key == "prompt" || pair.Key.EndsWith("_prompt", StringComparison.Ordinal)).Select(pair => pair.Value);

    private static readonly string[] Pair = ["chosen", "rejected"];
}
