namespace Ziya.Synthesis.Code;

/// <summary>A piece of code in an answer.</summary>
/// <param name="Tag">What its fence names it, in lower case; empty where it names nothing.</param>
/// <param name="Text">The code, lines ended by a line feed.</param>
internal sealed record CodeBlock(string Tag, string Text)
{
    /// <summary>
    /// The fenced blocks of a text, as CommonMark 0.31 has them (section 4.5), which models do not always keep to: a fence may be indented as far as it likes, as below an item of a
    /// list, and its indentation is taken from the lines; a block that nothing closes ends with the text.
    /// </summary>
    public static IReadOnlyList<CodeBlock> In(string text)
    {
        var blocks = new List<CodeBlock>();
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        for (var at = 0; at < lines.Length; at++)
        {
            if (Fence(lines[at]) is not { } open || (open.Mark == '`' && open.Info.Contains('`', StringComparison.Ordinal)))
            {
                continue;
            }

            var code = new System.Text.StringBuilder();
            for (at++; at < lines.Length; at++)
            {
                if (Fence(lines[at]) is { Info.Length: 0 } close && close.Mark == open.Mark && close.Length >= open.Length)
                {
                    break;
                }

                code.Append(Outdented(lines[at], open.Indent)).Append('\n');
            }

            blocks.Add(new CodeBlock(TagOf(open.Info), code.ToString()));
        }

        return blocks;
    }

    private static (char Mark, int Length, int Indent, string Info)? Fence(string line)
    {
        var indent = line.AsSpan().IndexOfAnyExcept(' ', '\t');
        if (indent < 0 || line[indent] is not ('`' or '~'))
        {
            return null;
        }

        var mark = line[indent];
        var length = line.AsSpan(indent).IndexOfAnyExcept(mark);
        length = length < 0 ? line.Length - indent : length;
        return length < 3 ? null : (mark, length, indent, line[(indent + length)..].Trim());
    }

    // ```python, ```{.python}, ```Python 代码, ```python：, ```c++
    private static string TagOf(string info)
    {
        var word = info.TrimStart('{', '.', ' ');
        var end = word.AsSpan().IndexOfAnyExcept(TagCharacters);
        return (end < 0 ? word : word[..end]).ToLowerInvariant();
    }

    private static readonly System.Buffers.SearchValues<char> TagCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+#._-");

    private static ReadOnlySpan<char> Outdented(string line, int indent)
    {
        var own = line.AsSpan().IndexOfAnyExcept(' ', '\t');
        return line.AsSpan(Math.Min(indent, own < 0 ? line.Length : own));
    }
}
