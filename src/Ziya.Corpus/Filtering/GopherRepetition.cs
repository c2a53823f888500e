using System.ComponentModel.DataAnnotations;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Filtering;

/// <summary>Options of <c>gopher_repetition</c>. The defaults are those of the paper; a limit of 1 turns a rule off.</summary>
public sealed record GopherRepetitionOptions : RuleOptions
{
    /// <summary>Largest share of lines that stood before. Default 0.3; range 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public double MaxLines { get; init; } = 0.30;

    /// <summary>Largest share of characters in lines that stood before. Default 0.2; range 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public double MaxLineCharacters { get; init; } = 0.20;

    /// <summary>Largest share of paragraphs (between blank lines) that stood before. Default 0.3; range 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public double MaxParagraphs { get; init; } = 0.30;

    /// <summary>Largest share of characters in paragraphs that stood before. Default 0.2; range 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public double MaxParagraphCharacters { get; init; } = 0.20;

    /// <summary>Largest shares of characters in the most frequent run of 2, 3 and 4 words. Default 0.2, 0.18, 0.16; range 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public IReadOnlyList<double> MaxTop { get; init; } = [0.20, 0.18, 0.16];

    /// <summary>Largest shares of characters in runs of 5 to 10 words that stood before. Default 0.15, 0.14, 0.13, 0.12, 0.11, 0.1; range 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public IReadOnlyList<double> MaxRepeated { get; init; } = [0.15, 0.14, 0.13, 0.12, 0.11, 0.10];

    /// <summary>
    /// Fewest words of a text of which the rules on runs of words are asked. Default 30; in scripts without spaces that is 48 characters. In a
    /// title or a one-line review the name of the thing, said twice, is a large share.
    /// </summary>
    [Range(0, int.MaxValue)]
    public int MinWords { get; init; } = 30;

    /// <summary>
    /// Characters that stand for a word in Chinese and other scripts without spaces. Default 1.6, the mean of modern Chinese prose; range 1 to 4.
    /// Runs of 5 words are there runs of 8 characters.
    /// </summary>
    [Range(1.0, 4.0)]
    public double CharactersPerWord { get; init; } = 1.6;
}

/// <summary>
/// Drops texts that repeat themselves by the repetition rules of Gopher (Rae et al. 2021, arXiv:2112.11446, appendix A.1.1, table A1). Writes the score
/// <c>repetition</c>: the share, 0 to 1, of characters in runs of five words that stood before in the text; low is good.
/// </summary>
/// <remarks>
/// Words are runs of letters and digits, case and punctuation aside from them; in scripts without spaces characters take their place, and n words are n
/// times <c>characters_per_word</c> of them. Shares are of the characters of words, of lines without surrounding white space. What stands first is not repeated: a line
/// that is there twice counts once. Only the first 2^19 words of a text are looked at.
/// <list type="number">
/// <item><c>repeated_lines</c>, <c>repeated_line_characters</c>, <c>repeated_paragraphs</c>, <c>repeated_paragraph_characters</c>: at most 0.3, 0.2, 0.3, 0.2.</item>
/// <item>Of texts of at least <c>min_words</c>: <c>top_2_gram</c> to <c>top_4_gram</c>: the most frequent one times its length is at most 0.2, 0.18, 0.16; it must be there twice.</item>
/// <item>Of those too: <c>repeated_5_gram</c> to <c>repeated_10_gram</c>: at most 0.15 to 0.1, no character counted twice.</item>
/// </list>
/// </remarks>
[Step("gopher_repetition")]
public sealed class GopherRepetition(GopherRepetitionOptions options)
    : RuleStep(options.Mode == RuleMode.Tag, [.. LineReasons, .. TopReasons, .. RepeatedReasons])
{
    private const string Score = "repetition";
    private const int FirstTop = 2;
    private const int FirstRepeated = 5;

    private static readonly string[] LineReasons = ["repeated_lines", "repeated_line_characters", "repeated_paragraphs", "repeated_paragraph_characters"];
    private static readonly string[] TopReasons = ["top_2_gram", "top_3_gram", "top_4_gram"];
    private static readonly string[] RepeatedReasons =
        ["repeated_5_gram", "repeated_6_gram", "repeated_7_gram", "repeated_8_gram", "repeated_9_gram", "repeated_10_gram"];

    private readonly LineRepetition _lines = new();
    private readonly GramRepetition _grams = new();

    /// <inheritdoc/>
    protected override IEnumerable<string> AlsoWrites => [Score];

    /// <inheritdoc/>
    public override IEnumerable<string> Check()
    {
        if (options.MaxTop.Count != TopReasons.Length)
        {
            yield return "'max_top' needs three shares: for runs of 2, 3 and 4 words.";
        }

        if (options.MaxRepeated.Count != RepeatedReasons.Length)
        {
            yield return "'max_repeated' needs six shares: for runs of 5 to 10 words.";
        }
    }

    /// <inheritdoc/>
    protected override Record Judge(Record record, Ruling ruling)
    {
        var text = record.Content;

        // 1.
        _lines.Read(text);
        if (ruling.Above(LineReasons[0], _lines.Lines, options.MaxLines)
            || ruling.Above(LineReasons[1], _lines.LineCharacters, options.MaxLineCharacters)
            || ruling.Above(LineReasons[2], _lines.Paragraphs, options.MaxParagraphs)
            || ruling.Above(LineReasons[3], _lines.ParagraphCharacters, options.MaxParagraphCharacters))
        {
            return record;
        }

        // 2. Longer runs repeat only where shorter ones do, so each length looks at what the one before left.
        _grams.Read(text);
        var isAsked = _grams.Words >= Length(options.MinWords);
        for (var i = 0; i < TopReasons.Length; i++)
        {
            _grams.Narrow(Length(FirstTop + i));
            if (isAsked && ruling.Above(TopReasons[i], _grams.Top, options.MaxTop[i]))
            {
                return record;
            }
        }

        // 3.
        var repetition = 0.0;
        for (var i = 0; i < RepeatedReasons.Length; i++)
        {
            _grams.Narrow(Length(FirstRepeated + i));
            repetition = i == 0 ? _grams.Repeated : repetition;
            if (isAsked && ruling.Above(RepeatedReasons[i], _grams.Repeated, options.MaxRepeated[i]))
            {
                return record;
            }
        }

        return record with { Scores = record.Scores.With(Score, Math.Round(repetition, 4)) };
    }

    private int Length(int words) => _grams.IsUnspaced ? (int)Math.Round(words * options.CharactersPerWord) : words;
}
