using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Scoring;

/// <summary>Options of the step <c>language</c>.</summary>
public sealed record IdentifyLanguageOptions
{
    /// <summary>
    /// Languages that stay, as ISO 639-1 codes such as <c>zh</c> and <c>en</c>; <c>und</c> for texts of no known language.
    /// Default: none given, which keeps every language.
    /// </summary>
    public IReadOnlyList<string> Keep { get; init; } = [];

    /// <summary>
    /// Least confidence of a record that stays. Default 0, which keeps all; range 0 to 1. The confidence is near the share of right
    /// answers: 0.5 drops what is a guess, 0.9 most short lines in alphabets that many languages share. <c>und</c> has 0.
    /// </summary>
    [Range(0.0, 1.0)]
    public double MinConfidence { get; init; }
}

/// <summary>
/// Names the language of a record by its text and drops the languages that are not wanted. Writes <c>language</c> (ISO 639-1,
/// <c>und</c> if undetermined), the score <c>language_confidence</c> and, for Chinese, <c>meta.language_script</c>: <c>Hans</c>
/// (simplified), <c>Hant</c> (traditional) or <c>Hani</c> (mixed), absent where no character tells.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>Identify the language (<see cref="LanguageIdentifier"/>); a mixed text has the language that carries most of it.</item>
/// <item><c>other_language</c>: it is not one of <c>keep</c>.</item>
/// <item><c>low_confidence</c>: it is, but less sure than <c>min_confidence</c>.</item>
/// </list>
/// The name <c>language_script</c> and its ISO 15924 values are those of FineWeb2 (Penedo et al. 2025, arXiv:2506.20920), which like
/// CCNet (Wenzek et al. 2020, arXiv:1911.00359) filters by the confidence of the most probable language.
/// </remarks>
[Step("language")]
public sealed class IdentifyLanguage(IdentifyLanguageOptions options) : Step<Record, Record>
{
    private const string Score = "language_confidence";
    private const string Script = "language_script";
    private const string Undetermined = "und";

    private readonly HashSet<string> _keep = [.. options.Keep];

    /// <inheritdoc/>
    public override IEnumerable<string> Writes => [Score];

    /// <inheritdoc/>
    public override IEnumerable<string> Check() =>
        from code in options.Keep
        where code != Undetermined && !LanguageIdentifier.Languages.Contains(code)
        select $"'keep' has '{code}', which is never answered. Languages: {string.Join(", ", LanguageIdentifier.Languages)}, {Undetermined}.";

    /// <inheritdoc/>
    public override Verdict<Record> Apply(Record record)
    {
        ArgumentNullException.ThrowIfNull(record);

        // 1. Four digits: the last bits of a sum may differ between processors.
        var guess = LanguageIdentifier.Default.Identify(record.Content);
        var confidence = Math.Round(guess.Confidence, 4);

        // 2.
        if (_keep.Count > 0 && !_keep.Contains(guess.Language))
        {
            return Dropped("other_language", guess.Language, confidence);
        }

        // 3.
        if (confidence < options.MinConfidence)
        {
            return Dropped("low_confidence", guess.Language, confidence);
        }

        return record with
        {
            Language = guess.Language,
            Meta = record.Meta.With(Script, guess.Script),
            Scores = record.Scores.With(Score, confidence),
        };
    }

    private static Drop Dropped(string reason, string language, double confidence) =>
        new(reason, new JsonObject { ["language"] = language, ["confidence"] = confidence });
}
