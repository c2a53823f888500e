using System.ComponentModel.DataAnnotations;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Filtering;

/// <summary>Options of <c>c4_quality</c>. The defaults are those of C4.</summary>
public sealed record C4QualityOptions : RuleOptions
{
    /// <summary>Fewest sentences of the lines that stay. Default 5; 0 turns the rule off.</summary>
    [Range(0, 1_000_000)]
    public int MinSentences { get; init; } = 5;

    /// <summary>Fewest words of a line; a character of a script without spaces counts as 0.6. Default 3, which is 5 Chinese characters; 0 turns the rule off.</summary>
    [Range(0, 1_000_000)]
    public int MinWordsPerLine { get; init; } = 3;

    /// <summary>Most characters of a word: a line with a longer one goes. Default 1000; 0 turns the rule off. Chinese characters make no long words.</summary>
    [Range(0, int.MaxValue)]
    public int MaxWordLength { get; init; } = 1000;

    /// <summary>Whether lines go that do not end a sentence. Default true; the recipe of FineWeb turns it off, because it costs a third of a crawl.</summary>
    public bool TerminalPunctuation { get; init; } = true;

    /// <summary>Whether marks of Wikipedia are cut out: `[12]`, `[edit]`, `[citation needed]`. Default true.</summary>
    public bool Citations { get; init; } = true;

    /// <summary>Whether pages with `lorem ipsum` go. Default true.</summary>
    public bool LoremIpsum { get; init; } = true;

    /// <summary>Whether pages with a `{` go: there is code in them. Default true.</summary>
    public bool CurlyBracket { get; init; } = true;

    /// <summary>Whether lines with the word Javascript go. Default true.</summary>
    public bool Javascript { get; init; } = true;

    /// <summary>Whether lines go that speak of terms of use, privacy policies and cookies. Default true.</summary>
    public bool Policies { get; init; } = true;
}

/// <summary>
/// Drops pages and lines by the rules of C4: lines that end no sentence, are shorter than three words or speak of Javascript and cookies go, and pages
/// with code, filler text or under five sentences. With <c>mode: tag</c> texts stay as they are, and <c>c4_quality_kept_lines</c> is the share of lines that would stay.
/// </summary>
/// <remarks>
/// Raffel et al. 2020 (JMLR 21/140, section 2.2), in the reading of datatrove's C4QualityFilter (0.10). Of every line, in order; a line is what stands between line ends, without
/// the white space around it:
/// <list type="number">
/// <item>It goes with a word of over 1,000 characters; citation marks are cut out of it.</item>
/// <item>It goes unless it ends in <c>. ? ! " '</c>, but not in <c>...</c>; and with fewer than three words.</item>
/// <item><c>lorem_ipsum</c>, <c>curly_bracket</c>: the page goes with such a line, of those that are left.</item>
/// <item>It goes with <c>javascript</c> or one of six phrases on cookies and terms.</item>
/// <item><c>too_few_sentences</c>: the page goes with under five in what stays (<see cref="SentenceCount"/>; the original asks a trained splitter, which decided otherwise on 10 of 2,391 real pages; all lines were the same).</item>
/// </list>
/// C4 is English: its rules keep nothing of a Chinese page. A line with more Chinese characters than words also ends well in <c>。！？……</c> and what closes quotes and brackets behind
/// them or a full stop; the other limits are the same, words being 1.6 characters.
/// </remarks>
[Step("c4_quality")]
public sealed class C4Quality(C4QualityOptions options) : RuleStep(options.Mode == RuleMode.Tag, "lorem_ipsum", "curly_bracket", "too_few_sentences")
{
    private const string KeptLines = "c4_quality_kept_lines";

    private readonly C4Lines _lines = new(options);

    /// <inheritdoc/>
    public override IReadOnlyList<RecordKind> Kinds => [RecordKind.Document];

    /// <inheritdoc/>
    protected override IEnumerable<string> AlsoWrites => options.Mode == RuleMode.Tag ? [KeptLines] : [];

    /// <inheritdoc/>
    protected override Record Judge(Record record, Ruling ruling)
    {
        var document = (Document)record;
        _lines.Read(document.Text, ruling.Tags);
        if ((options.LoremIpsum && ruling.If("lorem_ipsum", _lines.HasLoremIpsum)) || (options.CurlyBracket && ruling.If("curly_bracket", _lines.HasCurlyBracket)) || ruling.Below("too_few_sentences", _lines.Sentences, options.MinSentences))
        {
            return record;
        }

        if (ruling.Tags)
        {
            return record with { Scores = record.Scores.With(KeptLines, Math.Round(_lines.KeptShare, 6)) };
        }

        return _lines.Kept.SequenceEqual(document.Text) ? record : document with { Text = _lines.Kept.ToString() };
    }
}
