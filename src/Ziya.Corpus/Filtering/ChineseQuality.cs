using System.ComponentModel.DataAnnotations;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Filtering;

/// <summary>Options of <c>chinese_quality</c>.</summary>
public sealed record ChineseQualityOptions : RuleOptions
{
    /// <summary>Fewest Han characters. Default 50. A quatrain of classical poetry has 20 to 28: lower it for those.</summary>
    [Range(0, int.MaxValue)]
    public int MinHan { get; init; } = 50;

    /// <summary>Least share of Han characters among all but white space. Default 0.15, which leaves articles with much code or many links; range 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public double MinHanShare { get; init; } = 0.15;

    /// <summary>Largest share of digits among all but white space. Default 0.4: reports of markets and epidemics have 0.3; range 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public double MaxDigits { get; init; } = 0.4;

    /// <summary>Largest share of signs that are no punctuation of sentences, such as `|`, `★` and emoji. Default 0.15; range 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public double MaxSymbols { get; init; } = 0.15;

    /// <summary>
    /// Most Han characters in the mean between two marks that end a sentence or a clause (`。，！？；…`). Default 40; prose has 8 to 15, lists of names and
    /// of search words have no marks.
    /// </summary>
    [Range(1.0, 1_000_000.0)]
    public double MaxClause { get; init; } = 40;

    /// <summary>Most exclamation marks a Han character, not counting the first of several together. Default 0.05.</summary>
    [Range(0.0, 10.0)]
    public double MaxExclamations { get; init; } = 0.05;

    /// <summary>Largest share of characters in runs of four and more equal ones but digits, as in `哈哈哈哈`. Default 0.2; range 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public double MaxRuns { get; init; } = 0.2;

    /// <summary>Largest share of characters in lines of under 20 characters without punctuation: menus, tables of contents. Default 0.5; range 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public double MaxMenu { get; init; } = 0.5;

    /// <summary>Largest share of lines with a phrase of page furniture (版权所有, 上一篇, 设为首页), of texts with two such lines or more. Default 0.4; range 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public double MaxBoilerplate { get; init; } = 0.4;

    /// <summary>Most different advertising phrases (加微信, 货到付款, 娱乐城) in a hundred Han characters, of texts that have three or more. Default 2.</summary>
    [Range(0.0, 100.0)]
    public double MaxAdvertising { get; init; } = 2;
}

/// <summary>
/// Drops Chinese texts that are no prose: too short, hardly Chinese, without sentences, menus and page furniture, advertising. Simplified and traditional are
/// treated alike, other languages pass.
/// </summary>
/// <remarks>
/// What is looked at follows the rules of document and sentence level of Ziya2 (Gan et al. 2023, arXiv:2311.03301, section 2.1: length, format, advertising), the
/// Chinese recipe of Data-Juicer (shares of letters, repeated characters, length; Chen et al. 2023, arXiv:2309.02033) and the share of
/// lines without punctuation of FineWeb (Penedo et al. 2024, arXiv:2406.17557); the limits are our own. A text is Chinese if the step <c>language</c> says so,
/// and without it if Han characters carry most of it. In order, the first that is broken is the reason:
/// <list type="number">
/// <item><c>too_short</c>: under 50 Han characters.</item>
/// <item><c>advertising</c>: three or more different phrases that advertise, and more than 2 in a hundred Han characters.</item>
/// <item><c>boilerplate</c>: two or more lines of page furniture, and more than 0.4 of all.</item>
/// <item><c>few_han</c>, <c>digits</c>, <c>symbols</c>: shares of all characters but white space; at least 0.15, at most 0.4 and 0.15.</item>
/// <item><c>runs</c>: more than 0.2 of the characters stand four times in a row or more.</item>
/// <item><c>exclamations</c>: more than 0.05 a Han character that follow another one.</item>
/// <item><c>menu</c>: more than half of the characters are in short lines without punctuation.</item>
/// <item><c>no_sentences</c>: more than 40 Han characters a mark of sentence or clause.</item>
/// </list>
/// </remarks>
[Step("chinese_quality")]
public sealed class ChineseQuality(ChineseQualityOptions options)
    : RuleStep(options.Mode == RuleMode.Tag, "too_short", "advertising", "boilerplate", "few_han", "digits", "symbols", "runs", "exclamations", "menu", "no_sentences")
{
    private const int FewestAdvertising = 3;
    private const int FewestBoilerplate = 2;

    /// <inheritdoc/>
    protected override Record Judge(Record record, Ruling ruling)
    {
        if (record.Language is null or "zh")
        {
            var census = ChineseCensus.Take(record.Content);
            if (record.Language is "zh" || census.IsChinese)
            {
                Judge(census, ruling);
            }
        }

        return record;
    }

    private void Judge(in ChineseCensus census, Ruling ruling)
    {
        var all = Math.Max(1, census.Characters);
        var han = Math.Max(1, census.Han);

        // 1 to 8. Few phrases say nothing, however short the text.
        var advertising = census.Advertising < FewestAdvertising ? 0 : census.Advertising;
        var boilerplate = census.BoilerplateLines < FewestBoilerplate ? 0 : census.BoilerplateLines;
        _ = ruling.Below("too_short", census.Han, options.MinHan)
            || ruling.Above("advertising", 100 * advertising, han, options.MaxAdvertising)
            || ruling.Above("boilerplate", boilerplate, census.Lines, options.MaxBoilerplate)
            || ruling.Below("few_han", (double)census.Han / all, options.MinHanShare)
            || ruling.Above("digits", census.Digits, all, options.MaxDigits)
            || ruling.Above("symbols", census.Symbols, all, options.MaxSymbols)
            || ruling.Above("runs", census.RunCharacters, all, options.MaxRuns)
            || ruling.Above("exclamations", census.Exclamations, han, options.MaxExclamations)
            || ruling.Above("menu", census.MenuCharacters, all, options.MaxMenu)
            || ruling.Above("no_sentences", census.Han, Math.Max(1, census.Clauses), options.MaxClause);
    }
}
