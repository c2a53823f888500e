using Ziya.Pipeline.Records;

namespace Ziya.Synthesis.Selection;

/// <summary>A part of a condition: a number, a text, either (a name of the input, by what it is compared with), or a truth.</summary>
/// <param name="At">Where it begins, from 0.</param>
internal sealed record ConditionTerm(int At)
{
    /// <summary>It as a number, if it can be one; null of a record that does not have it.</summary>
    public Func<Record, double?>? Number { get; init; }

    /// <summary>It as a text, if it can be one.</summary>
    public Func<Record, string?>? Text { get; init; }

    /// <summary>It as a truth, if it is one.</summary>
    public Func<Record, bool?>? Truth { get; init; }

    /// <summary>The name, where it is one that the record may have.</summary>
    public string? Name { get; init; }

    /// <summary>What it is, for messages.</summary>
    public string Noun => Truth is not null ? "a condition" : Number is not null ? "a number" : "a text";
}
