using Ziya.Pipeline.Records;

namespace Ziya.Pipeline.Steps;

/// <summary>Fields of a record by the names that jobs use: in <c>by</c>, <c>within</c> and folder patterns.</summary>
public static class RecordField
{
    /// <summary>Numbers every record has: <c>length</c>, in UTF-16 code units.</summary>
    public static IReadOnlyList<string> Numbers { get; } = ["length", "difficulty"];

    /// <summary>Texts a record may have.</summary>
    public static IReadOnlyList<string> Texts { get; } = ["language", "bucket", "source", "id", "task"];

    /// <summary>Whether the name can always stand for a number: those of every record, or a path into the input.</summary>
    public static bool IsNumber(string name) => Numbers.Contains(name)
        || name.StartsWith("meta.", StringComparison.Ordinal) || name.StartsWith("scores.", StringComparison.Ordinal);

    /// <summary>Whether the name can stand for a text.</summary>
    public static bool IsText(string name) => Texts.Contains(name) || name.StartsWith("meta.", StringComparison.Ordinal);

    /// <summary>The number of that name, if the record has it.</summary>
    public static bool TryGetNumber(Record record, string name, out double value)
    {
        switch (name)
        {
            case "length":
                value = record.ContentLength;
                return true;
            case "difficulty":
                value = (record as Instruction)?.Difficulty ?? 0;
                return record is Instruction { Difficulty: not null };
            default:
                return name.StartsWith("meta.", StringComparison.Ordinal)
                    ? record.Meta.TryGetNumber(name["meta.".Length..], out value)
                    : record.Scores.TryGet(name.StartsWith("scores.", StringComparison.Ordinal) ? name["scores.".Length..] : name, out value);
        }
    }

    /// <summary>The text of that name, or null.</summary>
    public static string? GetText(Record record, string name) => name switch
    {
        "language" => record.Language,
        "bucket" => record.Bucket,
        "source" => record.Source,
        "id" => record.Id,
        "task" => (record as Instruction)?.Task,
        _ => record.Meta.GetText(name["meta.".Length..]),
    };
}
