using System.ComponentModel.DataAnnotations;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Cleaning;

/// <summary>Options of <c>clean</c>.</summary>
public sealed record CleanOptions
{
    /// <summary>
    /// Unicode normal form: `none`, `nfc` (default) or `nfkc`. Full-width forms of ASCII go by `width` alone, and `…` stays, so that
    /// `nfkc` leaves Chinese punctuation as it is.
    /// </summary>
    public UnicodeForm Unicode { get; init; } = UnicodeForm.Nfc;

    /// <summary>Text read in the wrong encoding: `keep`, `repair` (default) or `drop`, which repairs and drops what is lost.</summary>
    public MojibakeRule Mojibake { get; init; } = MojibakeRule.Repair;

    /// <summary>
    /// Most characters that may be lost for good (U+FFFD, 锟斤拷, 烫烫烫, 屯屯屯), as a share of the text, before `mojibake: drop` drops it.
    /// Default 0.01; range 0 to 1.
    /// </summary>
    [Range(0.0, 1.0)]
    public double MaxLost { get; init; } = 0.01;

    /// <summary>HTML left in the text: `keep` (default), `entities` or `strip`.</summary>
    public HtmlRule Html { get; init; } = HtmlRule.Keep;

    /// <summary>Full-width forms of ASCII characters: `keep`, `letters` (default) or `all`.</summary>
    public WidthRule Width { get; init; } = WidthRule.Letters;

    /// <summary>Whether control characters go, and terminal colour codes with them. Default true. Halves of surrogate pairs go in any case.</summary>
    public bool Controls { get; init; } = true;

    /// <summary>
    /// Whether characters without width go: zero-width spaces, byte order marks, soft hyphens, direction marks. Default true. Joiners stay
    /// inside emoji and in the scripts that need them.
    /// </summary>
    public bool Invisible { get; init; } = true;

    /// <summary>White space: `keep`, `tidy` (default) or `flat`.</summary>
    public WhitespaceRule Whitespace { get; init; } = WhitespaceRule.Tidy;

    /// <summary>Most blank lines in a row. Default 1; range 0 to 100. Ignored with `whitespace: keep`.</summary>
    [Range(0, 100)]
    public int MaxBlankLines { get; init; } = 1;
}

/// <summary>
/// Cleans the characters of every text of a record: wrong encodings, leftover HTML, full-width letters, control and invisible
/// characters, white space, Unicode form. A text that needs nothing is passed on as it is. Cleaning twice changes nothing more, unless HTML was escaped twice.
/// </summary>
/// <remarks>
/// The first of the Ziya2 data steps (Gan et al. 2023, arXiv:2311.03301, section 2.1: one encoding, no control characters or odd symbols).
/// <list type="number">
/// <item>One scan finds out what a text needs (<see cref="Survey"/>); most need nothing.</item>
/// <item>Wrong encodings are undone (<see cref="MojibakeRepair"/>). <c>mojibake</c>: with <c>mojibake: drop</c>, more than <c>max_lost</c> is beyond repair.</item>
/// <item>HTML goes (<see cref="HtmlLeftovers"/>).</item>
/// <item>Characters and white space (<see cref="CharacterPass"/>), then the normal form (<see cref="NormalForm"/>).</item>
/// <item><c>empty</c>: nothing is left of a document, an instruction, all messages of a dialogue, or the prompt or chosen answer of a preference.</item>
/// </list>
/// </remarks>
[Step("clean")]
public sealed class Clean : Step<Record, Record>
{
    // Two are rare, three were seen in made-up texts only.
    private const int MaxRounds = 6;

    private readonly CleanOptions _options;
    private readonly Survey _survey;
    private readonly CharacterPass _characters;
    private readonly Func<string, string> _rewrite;
    private double _lost;

    /// <summary>Makes the step.</summary>
    public Clean(CleanOptions options)
    {
        _options = options;
        _survey = new Survey(options);
        _characters = new CharacterPass(options);
        _rewrite = Text;
    }

    /// <inheritdoc/>
    public override Verdict<Record> Apply(Record record)
    {
        _lost = 0;
        var cleaned = RecordTexts.Rewrite(record, _rewrite);

        // 2.
        if (_lost > _options.MaxLost)
        {
            return Drop.Beyond("mojibake", _lost, _options.MaxLost);
        }

        // 5.
        return cleaned is null ? new Drop("empty") : cleaned;
    }

    /// <summary>The clean text; the same string where nothing changes.</summary>
    internal string Text(string text)
    {
        var needs = _survey.Of(text);
        if (needs.HasFlag(Needs.Html))
        {
            var plain = HtmlLeftovers.Remove(needs.HasFlag(Needs.Repair) ? MojibakeRepair.Repair(text) : text, _options.Html);
            needs = _survey.Of(plain) & ~Needs.Html;
            text = plain;
        }

        // What was repaired or normalised can need more than the survey saw: a wrong letter comes to light between two invisible characters.
        for (var round = 0; round < MaxRounds && needs != Needs.Nothing; round++)
        {
            var before = text;
            text = Round(text, needs);
            needs = ReferenceEquals(before, text) ? Needs.Nothing : _survey.Of(text) & ~Needs.Html;
        }

        return text;
    }

    private string Round(string text, Needs needs)
    {
        // 2.
        var result = needs.HasFlag(Needs.Repair) ? MojibakeRepair.Repair(text) : text;
        if (needs.HasFlag(Needs.LossCount))
        {
            _lost = Math.Max(_lost, MojibakeRepair.ShareLost(result));
        }

        // 4.
        if ((needs & (Needs.Characters | Needs.Form)) != 0)
        {
            result = _characters.Run(result);
        }

        return needs.HasFlag(Needs.Form) ? NormalForm.Of(result, _options.Unicode) : result;
    }
}
