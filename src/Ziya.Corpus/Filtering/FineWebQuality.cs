using System.ComponentModel.DataAnnotations;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Filtering;

/// <summary>Options of <c>fineweb_quality</c>. The defaults are those of FineWeb, and of FineWeb 2 for Chinese.</summary>
public sealed record FineWebQualityOptions : RuleOptions
{
    /// <summary>Least share of lines that end in a mark that ends sentences. Default 0.12; range 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public double MinLinePunctuation { get; init; } = 0.12;

    /// <summary>Largest share of lines of at most `short_line` characters. Default 0.67; range 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public double MaxShortLines { get; init; } = 0.67;

    /// <summary>Most characters of a short line. Default 30.</summary>
    [Range(0, 10_000)]
    public int ShortLine { get; init; } = 30;

    /// <summary>Largest share of characters in lines that stood before. Default 0.01; range 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public double MaxDuplicates { get; init; } = 0.01;

    /// <summary>Most line ends a word, signs counting as words. Default 0.3.</summary>
    [Range(0.0, 10.0)]
    public double MaxLineEnds { get; init; } = 0.3;

    /// <summary>As `min_line_punctuation`, of Chinese and other scripts without spaces. Default 0.106; range 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public double UnspacedMinLinePunctuation { get; init; } = 0.106;

    /// <summary>As `max_short_lines`, of scripts without spaces. Default 1: off, as in FineWeb 2; range 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public double UnspacedMaxShortLines { get; init; } = 1;

    /// <summary>As `max_duplicates`, of scripts without spaces. Default 0.1; range 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public double UnspacedMaxDuplicates { get; init; } = 0.1;

    /// <summary>As `max_line_ends`, of scripts without spaces, where a word is 1.6 characters. Default 0.178.</summary>
    [Range(0.0, 10.0)]
    public double UnspacedMaxLineEnds { get; init; } = 0.178;
}

/// <summary>
/// Drops what is no running text by the rules of FineWeb: lines that end no sentence, short lines, lines that are there again, lists. Chinese and other scripts without spaces
/// have the limits that FineWeb 2 found for Chinese.
/// </summary>
/// <remarks>
/// Penedo et al. 2024 (arXiv:2406.17557, section 3.6), in the reading of datatrove's FineWebQualityFilter (0.10), and its FineWeb 2 (arXiv:2506.20920, <c>cmn_Hani</c>). Lines are those that are not blank. In order, the first
/// that is broken is the reason:
/// <list type="number">
/// <item><c>empty</c>: no line.</item>
/// <item><c>line_punct_ratio</c>: under 0.12 of the lines end in <c>. ? ! 。！？</c> or the like of other scripts; Chinese 0.106.</item>
/// <item><c>short_line_ratio</c>: over 0.67 of them have at most 30 characters; Chinese: not asked.</item>
/// <item><c>char_dup_ratio</c>: over 0.01 of the characters are in lines that stood before; Chinese 0.1.</item>
/// <item><c>list_ratio</c>: over 0.3 line ends a word; Chinese 0.178.</item>
/// </list>
/// Words are runs of letters and digits, and each other sign; the originals ask word splitters. With such words in the place of its own, datatrove decides the same on 2,391 real English texts.
/// </remarks>
[Step("fineweb_quality")]
public sealed class FineWebQuality(FineWebQualityOptions options)
    : RuleStep(options.Mode == RuleMode.Tag, "empty", "line_punct_ratio", "short_line_ratio", "char_dup_ratio", "list_ratio")
{
    private readonly FineWebCensus _census = new();

    /// <inheritdoc/>
    protected override Record Judge(Record record, Ruling ruling)
    {
        var text = record.Content;
        var isUnspaced = record.Language is null ? FineWebCensus.IsUnspaced(text) : record.Language is "zh" or "ja" or "th" or "lo" or "km" or "my" or "bo";
        _census.Read(text, options.ShortLine);
        var lines = _census.Lines;
        if (ruling.If("empty", lines == 0) || lines == 0)
        {
            return record;
        }

        var mostLineEnds = isUnspaced ? options.UnspacedMaxLineEnds : options.MaxLineEnds;
        _ = ruling.Below("line_punct_ratio", (double)_census.Ended / lines, isUnspaced ? options.UnspacedMinLinePunctuation : options.MinLinePunctuation)
            || ruling.Above("short_line_ratio", (double)_census.Short / lines, isUnspaced ? options.UnspacedMaxShortLines : options.MaxShortLines)
            || ruling.Above("char_dup_ratio", _census.Repeated, _census.Characters, isUnspaced ? options.UnspacedMaxDuplicates : options.MaxDuplicates)
            || ruling.Above("list_ratio", _census.LineEnds / FineWebCensus.Words(text, ruling.Tags ? double.MaxValue : _census.LineEnds / Math.Max(1e-9, mostLineEnds)), mostLineEnds);
        return record;
    }
}
