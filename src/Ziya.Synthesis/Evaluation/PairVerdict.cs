using System.Text.RegularExpressions;

namespace Ziya.Synthesis.Evaluation;

/// <summary>Finds the verdict in what a model replied about answers A and B, in Chinese or English. Whatever the reply is, the outcome is A, B, C for a tie, or none.</summary>
internal static partial class PairVerdict
{
    /// <summary>The verdict, or null where there is none or nothing tells several apart.</summary>
    /// <remarks>
    /// 1. What a model thinks aloud between <c>think</c> tags does not count. Full-width letters become plain ones, marks of Markdown go.
    /// 2. The last <c>[[A]]</c>; else the whole reply, if it is a letter.
    /// 3. Else the last of <c>verdict: A</c>, <c>答案：A</c>, <c>A is better</c>, <c>回答A更好</c>, <c>A比B更好</c>, <c>B不如A</c>, <c>一样好</c> and the like, wherever it stands.
    /// 4. Else the letter that the reply begins with before a full stop, comma or the like, if no other heads a line or sentence.
    /// 5. Else the only letter of the last line that is not empty, if it ends it.
    /// </remarks>
    public static char? Read(string reply)
    {
        // 1.
        var text = Thoughts().Replace(string.Concat(reply.Where(c => c is not ('*' or '`')).Select(c => c is >= '！' and <= '～' ? (char)(c - '！' + '!') : c)), "").Trim();

        // 2.
        if (Bracketed().Matches(text) is { Count: > 0 } bracketed)
        {
            return Letter(bracketed[^1]);
        }

        if (Bare().Match(text) is { Success: true } bare)
        {
            return Letter(bare);
        }

        // 3.
        if (Said().Matches(text) is { Count: > 0 } said)
        {
            return Letter(said[^1]);
        }

        // 4.
        if (Leading().Match(text) is { Success: true } leading && Heads().Count(text) == 1)
        {
            return Letter(leading);
        }

        // 5.
        var line = text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? "";
        return Lone().Matches(line) is [var lone] && line.AsSpan(lone.Index + lone.Length).Trim(".。!\"'”」)").IsEmpty ? Letter(lone) : null;
    }

    private static char Letter(Match match) => match.Groups["n"].Success ? char.ToUpperInvariant(match.Groups["n"].ValueSpan[0]) : 'C';

    [GeneratedRegex(@"<think>.*?(?:</think>|$)", RegexOptions.Singleline | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Thoughts();

    [GeneratedRegex(@"\[\[\s*(?<n>[ABC])\s*\]\]", RegexOptions.CultureInvariant)]
    private static partial Regex Bracketed();

    [GeneratedRegex(@"^[\s""'“「(\[]*(?:answer|response|assistant|回答|选项|选|选择)?\s*(?<n>[ABCabc])[\s.。!""'”」)\]:]*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Bare();

    [GeneratedRegex(
        """
        (?:(?:\b(?:verdict|choice|judge?ment|decision|winner)\b|答案|选择|结论|判断|判定|结果|胜者|胜出)\s*(?:is|was|是|为|应为)?\s*[:=]?|\banswer\s*(?:(?:is|was)\s*[:=]?|[:=]))\s*(?:(?:answer|response|assistant|回答|选项)\s*)?(?<n>(?-i:[ABC]|[bc]|a(?!\s+[a-z])))(?![\p{L}\d'’]|\s+(?:is|and|or|和|与|tie|draw)\b)
        |(?<n>[AB])\s*比\s*(?:answer|response|assistant|回答|选项)?\s*[AB]\s*(?:的)?(?:回答)?(?:明显|显然|略|稍|要)?(?:更|较|要)?(?:好|优|佳|强|胜)
        |[AB]\s*不如\s*(?:answer|response|assistant|回答|选项)?\s*(?<n>[AB])(?![\p{Lu}\p{Ll}\d])
        |(?<![\p{Lu}\p{Ll}\d]|(?:\bnor|比)\s*(?:answer|response|assistant|回答|选项)?\s*)(?:(?:answer|response|assistant|回答|选项)\s*)?(?<n>[AB])\s*(?:is\s+(?:the\s+)?(?:clearly\s+|slightly\s+|much\s+)?(?:better|best|stronger|superior)|wins\b|(?:的)?(?:回答)?(?:明显|显然|略|稍|要)?(?:更好|更优|更佳|较好|胜出|优于|好于))
        |\b(?:(?<!\bnot\s+)a\s+(?:tie|draw)(?!-)|(?:both|they)(?:\s+\w+)?\s+are\s+(?:about\s+)?(?:equal|equally)|equally\s+good|no\s+(?:clear\s+)?difference)\b|平局|打平|一样好|差不多|不相上下|不分上下|同样好|难分高下
        """,
        RegexOptions.IgnoreCase | RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant)]
    private static partial Regex Said();

    [GeneratedRegex(@"^(?<n>[ABC])\s*[.。,，:;\n]", RegexOptions.CultureInvariant)]
    private static partial Regex Leading();

    [GeneratedRegex(@"(?<=^|[\n.。!?？])\s*[ABC]\s*[.。,，:;)、\n]", RegexOptions.CultureInvariant)]
    private static partial Regex Heads();

    [GeneratedRegex(@"(?<![\p{Lu}\p{Ll}\d'’])(?<n>[ABC])(?![\p{Lu}\p{Ll}\d'’])", RegexOptions.CultureInvariant)]
    private static partial Regex Lone();
}
