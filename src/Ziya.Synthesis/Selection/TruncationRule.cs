using System.Buffers;
using System.Text.RegularExpressions;

namespace Ziya.Synthesis.Selection;

/// <summary>
/// <c>truncation</c>: 0 where the answer stops in the middle, else 1.
/// 1. A code fence that is not closed; a comma, a colon, an opening bracket or the like at the end.
/// 2. Fine are: a sentence's end, a closed fence or bracket, a table row, a list item, an emoji.
/// 3. Otherwise the last line is cut where sentences stand before it: one in the line itself, or two in the answer. An answer without any (a name, a number, a verse) is not, unless it is one
/// line of sixteen words or characters with a comma in it.
/// </summary>
internal sealed partial class TruncationRule() : AnswerRule("truncation")
{
    private static readonly SearchValues<char> Ends = SearchValues.Create(".!?。！？…~～;；");
    private static readonly SearchValues<char> Cut = SearchValues.Create(",，、:：([{（【《「『“‘—–=+&/<");

    // Longer than a couplet of seven characters a line.
    private const int LongLine = 16;

    /// <inheritdoc/>
    public override double? Of(AnswerView answer) => answer.Text.Length == 0 ? null : IsCut(answer) ? 0 : 1;

    private static bool IsCut(AnswerView answer)
    {
        // 1.
        var text = answer.Text;
        if (Fences().Count(text) % 2 == 1)
        {
            return true;
        }

        var bare = text.AsSpan().TrimEnd(Closing);
        var last = bare.IsEmpty ? text[^1] : bare[^1];
        if (Cut.Contains(text[^1]))
        {
            return true;
        }

        // 2.
        var line = text.AsSpan(text.LastIndexOf('\n') + 1).Trim();
        if (Ends.Contains(last) || line.StartsWith("```") || line.EndsWith("|") || text[^1] is '}' or ']' or ')' or '）' or '>' or '$' or '》' or '】' || Item().IsMatch(line) || IsSign(text))
        {
            return false;
        }

        // 3.
        return Sentences().Count(answer.Prose) switch
        {
            0 => answer.Units >= LongLine && !text.Contains('\n') && (text.Contains('，') || text.Contains(", ", StringComparison.Ordinal)),
            1 => SentenceBefore().IsMatch(line),
            _ => true,
        };
    }

    private const string Closing = "\"'”’」』*_`)）]】》 ";

    private static bool IsSign(string text) =>
        text.Length > 1 && char.IsLowSurrogate(text[^1]) ? !char.IsLetter(text, text.Length - 2) : char.GetUnicodeCategory(text[^1]) is System.Globalization.UnicodeCategory.OtherSymbol;

    [GeneratedRegex(@"^[ \t]*(?:```|~~~)", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Fences();

    [GeneratedRegex(@"^(?:[-*+•·]\s|(?:\d{1,3}|[一二三四五六七八九十]{1,3})[.)、．）]|[(（](?:\d{1,3}|[一二三四五六七八九十]{1,3})[)）])", RegexOptions.CultureInvariant)]
    private static partial Regex Item();

    // A sentence, not "Dr." or "J. K.", and something behind it.
    [GeneratedRegex(@"\S{4,}[。！？]\S|\S+\s\S+\s\S+[.!?]\s+\S", RegexOptions.CultureInvariant)]
    private static partial Regex SentenceBefore();

    [GeneratedRegex(@"[。！？!?]|(?<!\d)\.(?=\s|$)", RegexOptions.CultureInvariant)]
    private static partial Regex Sentences();
}
