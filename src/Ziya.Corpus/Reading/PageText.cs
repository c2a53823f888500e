using System.Text;

namespace Ziya.Corpus.Reading;

/// <summary>Writes parts of a page as text: blocks apart by a blank line, list items, rows and line breaks by a line, cells by a bar.</summary>
internal static class PageText
{
    /// <summary>The text of parts.</summary>
    public static string Of(IEnumerable<PageNode> parts)
    {
        var text = new StringBuilder();
        foreach (var part in parts)
        {
            Write(part, text, false);
            Break(text, 2);
        }

        return text.ToString().Trim();
    }

    private static void Write(PageNode node, StringBuilder text, bool isPre)
    {
        if (node.Tag.Length == 0)
        {
            var isAtStart = text.Length == 0 || text[^1] is '\n' or ' ';
            text.Append(!isPre && isAtStart ? node.Text.AsSpan().TrimStart(' ') : node.Text);
            return;
        }

        if (node.Tag == "br")
        {
            TrimSpace(text);
            text.Append('\n');
            return;
        }

        var lines = node.IsBlock ? node.Tag is "li" or "tr" or "dt" or "dd" or "tbody" or "thead" ? 1 : node.Tag is "td" or "th" ? 0 : 2 : 0;
        Break(text, lines);
        if (node.Tag is "td" or "th" && text.Length > 0 && text[^1] != '\n')
        {
            TrimSpace(text);
            text.Append(" | ");
        }

        foreach (var child in node.Children)
        {
            Write(child, text, isPre || node.Tag == "pre");
        }

        Break(text, lines);
    }

    private static void TrimSpace(StringBuilder text)
    {
        while (text.Length > 0 && text[^1] is ' ' or '\u00a0')
        {
            text.Length--;
        }
    }

    private static void Break(StringBuilder text, int lines)
    {
        if (lines == 0 || text.Length == 0)
        {
            return;
        }

        TrimSpace(text);
        var have = 0;
        while (have < text.Length && have < 2 && text[text.Length - 1 - have] == '\n')
        {
            have++;
        }

        text.Append('\n', Math.Max(0, lines - have));
    }
}
