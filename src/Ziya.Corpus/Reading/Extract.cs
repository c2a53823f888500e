using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;
using Ziya.Corpus.Cleaning;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Reading;

/// <summary>Options of <c>extract</c>.</summary>
public sealed record ExtractOptions
{
    /// <summary>Where the HTML is: `text` (default) or `meta.NAME`. What comes out is always the text.</summary>
    public string Field { get; init; } = "text";

    /// <summary>Most megabytes of HTML that are parsed; of a longer page only the beginning. Default 4, 1 to 64.</summary>
    [Range(1, 64)]
    public int MostMb { get; init; } = 4;

    /// <summary>Fewest characters of main text; a page with less is dropped as `no_main_text`. Default 1, 1 to 100000.</summary>
    [Range(1, 100_000)]
    public int MinLength { get; init; } = 1;
}

/// <summary>
/// Turns HTML into its main text, without menus, notices and what is beside the article, for Chinese and English pages. Title and day of publication go into `meta.title` and `meta.published`, unless they are there. A page that was read in a wrong encoding is repaired first, as `clean` does it. What does not begin with a tag is no HTML
/// and passes as it is, so that a job can read WARC and WET files, or pages and texts, at once.
/// </summary>
/// <remarks>
/// The way of Readability (Arc90 2009; Mozilla, https://github.com/mozilla/readability): <see cref="MainText"/>; parsed by AngleSharp as browsers do.
/// A page whose parsing would cost more than its length justifies (nested a thousand deep, millions of elements) is not parsed: only its tags are taken out, in one pass, and `meta.extracted` says so. So the time is bounded by the length of the page.
/// </remarks>
[Step("extract")]
public sealed partial class Extract(ExtractOptions options) : Step<Document, Document>
{
    private const int MostTag = 4096;

    private static readonly Survey Encodings = new(new CleanOptions());

    /// <inheritdoc/>
    public override IEnumerable<string> Check() => options.Field == "text" || options.Field.StartsWith("meta.", StringComparison.Ordinal)
        ? [] : [$"'field' is '{options.Field}'; it can be text or meta.NAME."];

    /// <inheritdoc/>
    public override Verdict<Document> Apply(Document record)
    {
        ArgumentNullException.ThrowIfNull(record);
        var html = options.Field == "text" ? record.Text : record.Meta.GetText(options.Field["meta.".Length..]);
        if (string.IsNullOrWhiteSpace(html))
        {
            return new Drop("no_main_text");
        }

        if (!IsHtml(html))
        {
            return options.Field == "text" ? record : record with { Text = html };
        }

        html = (html.Length > options.MostMb << 20 ? html[..(options.MostMb << 20)] : html).TrimStart('\ufeff');

        // Whoever stored the page as text may have read it in the wrong encoding; parsing would take some of its bytes for white space.
        var page = Page.Of(Encodings.Of(html).HasFlag(Needs.Repair) ? MojibakeRepair.Repair(html) : html);
        if (page.Text.Length < options.MinLength)
        {
            return Drop.Beyond("no_main_text", page.Text.Length, options.MinLength);
        }

        var meta = With(With(record.Meta, "title", page.Title), "published", page.Published);
        meta = page.IsParsed ? meta : meta.With("extracted", "tags taken out");
        return record with { Text = page.Text, Meta = meta };
    }

    private static Fields With(Fields meta, string name, string? value) => value is null || meta.GetText(name) is not null ? meta : meta.With(name, value);

    /// <summary>Whether a text begins as pages and parts of them do: with a tag, behind white space, comments and an XML declaration. Prose that shows or mentions tags further on is no HTML.</summary>
    internal static bool IsHtml(ReadOnlySpan<char> text)
    {
        while (true)
        {
            text = text.TrimStart(" \t\r\n\f\ufeff\u3000");
            var end = text.StartsWith("<!--") ? "-->" : text.StartsWith("<?xml", StringComparison.OrdinalIgnoreCase) ? ">" : null;
            var at = end is null ? -1 : text.IndexOf(end);
            if (at < 0)
            {
                return Markup().IsMatch(text[..Math.Min(text.Length, MostTag)]);
            }

            text = text[(at + end!.Length)..];
        }
    }

    [GeneratedRegex(@"\A(?:<!doctype\s+html|</?(?:html|head|body|title|meta|script|style|div|p|table|article|section|main|h[1-6]|ul|ol|br|span|a|b|i|em|strong|font|center|header|nav|pre|img)(?:\s[^<>]*)?/?>)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Markup();
}
