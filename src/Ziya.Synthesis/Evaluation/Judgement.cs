using System.Text.Json;
using System.Text.Json.Serialization;
using Ziya.Pipeline.Records;

namespace Ziya.Synthesis.Evaluation;

/// <summary>Two candidates of an instruction as a model compared them, kept in the record's lineage.</summary>
/// <param name="First">Which candidate, from 0.</param>
/// <param name="Second">Which other.</param>
/// <param name="Shown">The verdict where the first was shown first: <c>first</c>, <c>second</c> (the candidate, whatever its place) or <c>tie</c>.</param>
/// <param name="Swapped">The verdict where the second was shown first.</param>
internal sealed record Judgement(int First, int Second, string Shown, string Swapped)
{
    /// <summary>The member of the lineage that holds a list of these.</summary>
    public const string Name = "comparisons";

    /// <summary>For the first candidate: 1, 0, or 0.5 unless both orders agree on a better one.</summary>
    [JsonIgnore]
    public double Points => Shown != Swapped ? 0.5 : Shown == "first" ? 1 : Shown == "second" ? 0 : 0.5;

    /// <summary>Whether both orders name a better answer, and not the same.</summary>
    [JsonIgnore]
    public bool IsSwayed => Shown != Swapped && Named == 2;

    /// <summary>Verdicts for the answer that was shown first.</summary>
    [JsonIgnore]
    public int FirstPlace => (Shown == "first" ? 1 : 0) + (Swapped == "second" ? 1 : 0);

    /// <summary>Verdicts that name a better answer.</summary>
    [JsonIgnore]
    public int Named => (Shown == "tie" ? 0 : 1) + (Swapped == "tie" ? 0 : 1);

    /// <summary>Who judged; null where nobody had to.</summary>
    [JsonIgnore]
    public string? Judge { get; init; }

    /// <summary>The replies, where one of them holds no verdict.</summary>
    [JsonIgnore]
    public string? Unread { get; init; }

    /// <summary>Those in a record's lineage; none where no step <c>judge</c> saw it.</summary>
    public static IReadOnlyList<Judgement> Of(Instruction record)
    {
        try
        {
            return record.Lineage.GetText(Name) is { } json ? JsonSerializer.Deserialize<List<Judgement>>(json, JsonText.Options) ?? [] : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }
}
