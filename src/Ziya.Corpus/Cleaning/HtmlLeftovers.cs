using System.Collections.Frozen;
using System.Net;
using System.Text;

namespace Ziya.Corpus.Cleaning;

/// <summary>
/// Takes the HTML out of a text that is otherwise plain. Only tags that HTML has count, so <c>a &lt; b</c> and <c>List&lt;string&gt;</c> stay.
/// Pages that are HTML as a whole need a parser that knows what their main text is.
/// </summary>
internal static class HtmlLeftovers
{
    // Longer ones are text that happens to have a < and, far away, a >.
    private const int LongestTag = 4096;

    private static readonly FrozenSet<string> Blocks = Set(
        "address article aside blockquote body br caption center dd details dir div dl dt fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html iframe legend li link main menu meta nav noscript ol optgroup option p pre section select summary table tbody td tfoot th thead title tr ul");

    private static readonly FrozenSet<string> Inline = Set(
        "a abbr acronym audio b base bdi bdo big button canvas cite code col colgroup data del dfn em embed font i img input ins kbd label map mark object param picture q rp rt ruby s samp script small source span strike strong style sub sup template textarea time tt u var video wbr");

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> IsBlock = Blocks.GetAlternateLookup<ReadOnlySpan<char>>();
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> IsInline = Inline.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The text without; the same string where there is none.</summary>
    public static string Remove(string text, HtmlRule rule)
    {
        var result = rule == HtmlRule.Strip ? Tags(text) : text;
        if (!result.Contains('&'))
        {
            return result;
        }

        var decoded = WebUtility.HtmlDecode(result);
        return decoded == result ? result : decoded;
    }

    private static string Tags(string text)
    {
        StringBuilder? result = null;
        var copied = 0;
        for (var at = text.IndexOf('<'); at >= 0; at = at + 1 < text.Length ? text.IndexOf('<', at + 1) : -1)
        {
            var (length, isBlock) = Measure(text.AsSpan(at));
            if (length == 0)
            {
                continue;
            }

            result = (result ?? new StringBuilder(text.Length)).Append(text, copied, at - copied).Append(isBlock ? "\n" : "");
            copied = at + length;
            at = copied - 1;
        }

        return result is null ? text : result.Append(text, copied, text.Length - copied).ToString();
    }

    /// <summary>Length of the tag, comment or script that the text starts with; 0 where it is none.</summary>
    private static (int Length, bool IsBlock) Measure(ReadOnlySpan<char> text)
    {
        if (text.StartsWith("<!--") || text.StartsWith("<!doctype", StringComparison.OrdinalIgnoreCase))
        {
            var end = text.StartsWith("<!--") ? text.IndexOf("-->") + 2 : text.IndexOf('>');
            return (end > 1 ? end + 1 : 0, true);
        }

        var nameStart = text.Length > 1 && text[1] == '/' ? 2 : 1;
        var nameEnd = nameStart;
        while (nameEnd < text.Length && char.IsAsciiLetterOrDigit(text[nameEnd]))
        {
            nameEnd++;
        }

        var name = text[nameStart..nameEnd];
        var isBlock = IsBlock.Contains(name);
        if (!isBlock && !IsInline.Contains(name))
        {
            return default;
        }

        // "<b or c>" is no tag: after the name comes the end, or white space and an attribute.
        var rest = text[nameEnd..Math.Min(text.Length, LongestTag)];
        var close = rest.IndexOfAny('<', '>');
        if (close < 0 || rest[close] == '<' || (rest[0] is not ('>' or '/') && !(char.IsWhiteSpace(rest[0]) && rest[..close].ContainsAny('=', '/'))))
        {
            return default;
        }

        var length = nameEnd + close + 1;
        var isCode = nameStart == 1 && (name.Equals("script", StringComparison.OrdinalIgnoreCase) || name.Equals("style", StringComparison.OrdinalIgnoreCase));
        return (isCode ? length + LengthOfCode(text[length..], name) : length, isBlock);
    }

    private static int LengthOfCode(ReadOnlySpan<char> rest, ReadOnlySpan<char> name)
    {
        var end = rest.IndexOf($"</{name}>", StringComparison.OrdinalIgnoreCase);
        return end < 0 ? 0 : end + name.Length + 3;
    }

    private static FrozenSet<string> Set(string names) => names.Split(' ').ToFrozenSet(StringComparer.OrdinalIgnoreCase);
}
