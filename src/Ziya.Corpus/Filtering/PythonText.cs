using System.Buffers;

namespace Ziya.Corpus.Filtering;

/// <summary>What the reference programs of rules, which are in Python, take for white space, line ends and length: limits are only the same where these are.</summary>
internal static class PythonText
{
    private static readonly SearchValues<char> LineEnds = SearchValues.Create("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029");
    private static readonly bool[] Spaces = [.. Enumerable.Range(0, char.MaxValue + 1).Select(c => char.IsWhiteSpace((char)c) || c is >= 0x1c and <= 0x1f)];

    /// <summary>Whether <c>str.isspace</c> holds.</summary>
    public static bool IsSpace(char c) => Spaces[c];

    /// <summary>As <c>str.strip</c>.</summary>
    public static ReadOnlySpan<char> Strip(ReadOnlySpan<char> text)
    {
        var (start, end) = (0, text.Length);
        while (start < end && Spaces[text[start]])
        {
            start++;
        }

        while (end > start && Spaces[text[end - 1]])
        {
            end--;
        }

        return text[start..end];
    }

    /// <summary>The next line of <c>str.splitlines</c>, without its end, which is taken off the text too.</summary>
    public static ReadOnlySpan<char> TakeLine(ref ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAny(LineEnds);
        var line = end < 0 ? text : text[..end];
        var next = end < 0 ? text.Length : end + (text[end] == '\r' && end + 1 < text.Length && text[end + 1] == '\n' ? 2 : 1);
        text = text[next..];
        return line;
    }

    /// <summary><c>len</c>: code points, not the units of UTF-16.</summary>
    public static int Length(ReadOnlySpan<char> text)
    {
        var length = text.Length;
        for (var at = text.IndexOfAnyInRange('\ud800', '\udbff'); at >= 0;)
        {
            length -= at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]) ? 1 : 0;
            text = text[(at + 1)..];
            at = text.IndexOfAnyInRange('\ud800', '\udbff');
        }

        return length;
    }
}
