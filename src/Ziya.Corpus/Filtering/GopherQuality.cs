using System.ComponentModel.DataAnnotations;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Filtering;

/// <summary>Options of <c>gopher_quality</c>. The defaults are those of the paper, but for the ones of scripts without spaces.</summary>
public sealed record GopherQualityOptions : RuleOptions
{
    /// <summary>Fewest words of a text in a script with spaces. Default 50.</summary>
    [Range(0, int.MaxValue)]
    public int MinWords { get; init; } = 50;

    /// <summary>Most words of a text in a script with spaces. Default 100000.</summary>
    [Range(1, int.MaxValue)]
    public int MaxWords { get; init; } = 100_000;

    /// <summary>Fewest characters of a text in Chinese or another script without spaces, Latin words counting as one. Default 60; 50 English words are 80 in translation.</summary>
    [Range(0, int.MaxValue)]
    public int MinCharacters { get; init; } = 60;

    /// <summary>Most characters of a text in Chinese or another script without spaces. Default 200000.</summary>
    [Range(1, int.MaxValue)]
    public int MaxCharacters { get; init; } = 200_000;

    /// <summary>Least mean length of a word, in letters and digits. Default 3. Not asked of scripts without spaces.</summary>
    [Range(0.0, 100.0)]
    public double MinMeanLength { get; init; } = 3;

    /// <summary>Greatest mean length of a word, in letters and digits. Default 10. Not asked of scripts without spaces.</summary>
    [Range(0.0, 1000.0)]
    public double MaxMeanLength { get; init; } = 10;

    /// <summary>Most `#` a word, several together as one. Default 0.1.</summary>
    [Range(0.0, 10.0)]
    public double MaxHashes { get; init; } = 0.1;

    /// <summary>Most ellipses a word. Default 0.1.</summary>
    [Range(0.0, 10.0)]
    public double MaxEllipses { get; init; } = 0.1;

    /// <summary>Largest share of lines that begin with a bullet. Default 0.9; range 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public double MaxBulletLines { get; init; } = 0.9;

    /// <summary>Largest share of lines that end with an ellipsis. Default 0.3; range 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public double MaxEllipsisLines { get; init; } = 0.3;

    /// <summary>Least share of words with a letter. A Han character is one. Default 0.8; range 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public double MinAlphabeticWords { get; init; } = 0.8;

    /// <summary>
    /// How many different stop words there must be: in English of the, be, to, of, and, that, have, with; in Chinese of
    /// 的是不了在有和我这一之也其而以为与及于将被从对到把但就都很他她个更等已或, in either script. Default 2. Not asked of other languages; without the step `language`
    /// before this one, every text with spaces counts as English.
    /// </summary>
    [Range(0, 8)]
    public int MinStopWords { get; init; } = 2;
}

/// <summary>
/// Drops texts that are not prose by the quality rules of Gopher (Rae et al. 2021, arXiv:2112.11446, appendix A.1.1). The paper's rules
/// are for English words; in scripts without spaces each character counts as a word, punctuation does not, and the rules on length have limits of their own.
/// Made so because the rules with a word segmenter keep no Chinese at all: punctuation counts as words without letters, and words have two letters.
/// </summary>
/// <remarks>
/// In order, the first that is broken is the reason:
/// <list type="number">
/// <item><c>too_few_words</c>, <c>too_many_words</c>: 50 to 100,000 words; in scripts without spaces 60 to 200,000 characters.</item>
/// <item><c>short_words</c>, <c>long_words</c>: 3 to 10 letters in the mean; only where there are spaces.</item>
/// <item><c>hashes</c>, <c>ellipses</c>: at most 0.1 a word.</item>
/// <item><c>bullet_lines</c>, <c>ellipsis_lines</c>: at most 0.9 and 0.3 of the lines that are not blank, where there are two or more.</item>
/// <item><c>not_alphabetic</c>: at least 0.8 of the words have a letter; signs between spaces count as words here.</item>
/// <item><c>no_stop_words</c>: fewer than 2 of them.</item>
/// </list>
/// </remarks>
[Step("gopher_quality")]
public sealed class GopherQuality(GopherQualityOptions options)
    : RuleStep(
        options.Mode == RuleMode.Tag, "too_few_words", "too_many_words", "short_words", "long_words", "hashes", "ellipses", "bullet_lines", "ellipsis_lines", "not_alphabetic", "no_stop_words")
{
    /// <inheritdoc/>
    public override IEnumerable<string> Check()
    {
        if (options.MinWords > options.MaxWords || options.MinCharacters > options.MaxCharacters || options.MinMeanLength > options.MaxMeanLength)
        {
            yield return "a 'min_' is greater than its 'max_': no text would be left.";
        }
    }

    /// <inheritdoc/>
    protected override Record Judge(Record record, Ruling ruling)
    {
        var census = WordCensus.Take(record.Content);
        var words = Math.Max(1, census.Words);
        _ = JudgeLength(census, ruling)
            || ruling.Above("hashes", census.Hashes, words, options.MaxHashes)
            || ruling.Above("ellipses", census.Ellipses, words, options.MaxEllipses)
            || (census.Lines >= 2 && JudgeLines(census, ruling))
            || ruling.Below("not_alphabetic", (double)(census.AlphabeticWords + census.Han + census.Unspaced) / Math.Max(1, census.Tokens), options.MinAlphabeticWords)
            || (AsksStopWords(census, record.Language) && ruling.Below("no_stop_words", census.StopWords, options.MinStopWords));
        return record;
    }

    // 1 and 2.
    private bool JudgeLength(in WordCensus census, Ruling ruling)
    {
        var (fewest, most) = census.IsUnspaced ? (options.MinCharacters, options.MaxCharacters) : (options.MinWords, options.MaxWords);
        if (ruling.Below("too_few_words", census.Words, fewest) || ruling.Above("too_many_words", census.Words, most))
        {
            return true;
        }

        var mean = census.SpacedLetters / Math.Max(1.0, census.SpacedWords);
        return !census.IsUnspaced && (ruling.Below("short_words", mean, options.MinMeanLength) || ruling.Above("long_words", mean, options.MaxMeanLength));
    }

    // 4.
    private bool JudgeLines(in WordCensus census, Ruling ruling) => ruling.Above("bullet_lines", census.BulletLines, census.Lines, options.MaxBulletLines)
        || ruling.Above("ellipsis_lines", census.EllipsisLines, census.Lines, options.MaxEllipsisLines);

    // 6.
    private static bool AsksStopWords(in WordCensus census, string? language) => census.IsChinese ? language is null or "zh" : !census.IsUnspaced && language is null or "en";
}
