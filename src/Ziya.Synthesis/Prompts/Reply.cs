using System.Text.RegularExpressions;

namespace Ziya.Synthesis.Prompts;

/// <summary>What models put around what they were asked for. Whatever was replied, something comes out.</summary>
internal static partial class Reply
{
    private static readonly (char Open, char Close)[] Quotes = [('"', '"'), ('“', '”'), ('「', '」'), ('『', '』'), ('\'', '\'')];

    /// <summary>The text without a heading such as <c>New instruction:</c>, without a fence or quotes around all of it.</summary>
    public static string Bare(string text)
    {
        text = Heading().Replace(text.Trim(), "", 1).Trim();
        if (text.StartsWith("```", StringComparison.Ordinal) && text.EndsWith("```", StringComparison.Ordinal) && text.IndexOf("```", 3, StringComparison.Ordinal) == text.Length - 3)
        {
            var line = text.IndexOf('\n', StringComparison.Ordinal);
            text = line < 0 ? text.Trim('`') : text[(line + 1)..^3].Trim();
        }

        foreach (var (open, close) in Quotes)
        {
            if (text.Length > 2 && text[0] == open && text[^1] == close && text.AsSpan(1, text.Length - 2).IndexOfAny(open, close) < 0)
            {
                return text[1..^1].Trim();
            }
        }

        return text;
    }

    [GeneratedRegex(@"^(?:#{1,4}\s*|\*{1,2})?(?:(?:the |my )?(?:new|rewritten|created|evolved|harder|revised)\s+(?:instruction|task|prompt|question)|instruction|task|prompt|(?:改写后的?|演化后的?|新的?|修改后的?)\s*(?:指令|题目|问题|任务|编程题)|指令|题目)(?:#{1,4}|\*{1,2})?\s*[:：](?:\*{1,2})?\s*", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Heading();
}
