using System.Net;
using System.Text;

namespace Ziya.Corpus.Reading;

/// <summary>Takes the tags out of a page that is not to be parsed, in one pass: a line where a tag stood between texts. Scripts, styles and comments go with what is in them.</summary>
internal static class MarkupStripper
{
    /// <summary>The text of a page.</summary>
    public static string Strip(string html)
    {
        var text = new StringBuilder();
        for (var at = 0; at < html.Length;)
        {
            var tag = html.IndexOf('<', at);
            var end = tag < 0 ? html.Length : tag;
            var piece = html.AsSpan(at..end).Trim();
            if (!piece.IsEmpty)
            {
                text.Append(text.Length > 0 ? "\n" : "").Append(WebUtility.HtmlDecode(piece.ToString()));
            }

            at = tag < 0 ? html.Length : EndOf(html, tag);
        }

        return text.ToString();
    }

    /// <summary>Where a comment, a script or a style that begins here ends; null where none does.</summary>
    public static int? EndOfRaw(string html, int tag)
    {
        var rest = html.AsSpan(tag);
        var close = rest.StartsWith("<!--") ? "-->"
            : rest.StartsWith("<script", StringComparison.OrdinalIgnoreCase) ? "</script"
            : rest.StartsWith("<style", StringComparison.OrdinalIgnoreCase) ? "</style" : null;
        if (close is null)
        {
            return null;
        }

        var end = html.IndexOf(close, tag + 1, StringComparison.OrdinalIgnoreCase);
        return end < 0 ? html.Length : end + close.Length;
    }

    private static int EndOf(string html, int tag)
    {
        var from = EndOfRaw(html, tag) ?? tag;
        var end = from > tag && html[from - 1] == '>' ? from - 1 : from < html.Length ? html.IndexOf('>', from) : -1;
        return end < 0 ? html.Length : end + 1;
    }
}
