using System.Text;
using System.Text.RegularExpressions;
using Ziya.Synthesis.EvolInstruct;

namespace Ziya.Synthesis.AnswerToInstruction;

/// <summary>What makes an instruction for a passage worthless, for Chinese and English.</summary>
internal static partial class InstructionFault
{
    // As many in a row are no name or title any more. A Chinese character says about as much as half a word.
    private const int CopiedCharacters = 25;
    private const int CopiedWords = 12;

    /// <summary>Why an instruction is not taken, or null.</summary>
    public static string? Of(string instruction, string passage, int maxCharacters) =>
        Elimination.OfInstruction("", instruction, maxCharacters) is { } fault ? fault
        : Leak().IsMatch(instruction) ? "leaked_prompt"
        : IsCopied(instruction, passage) ? "copied"
        : null;

    /// <summary>Whether the instruction quotes the passage: so many Chinese characters or words in a row, whatever the punctuation, case and spacing.</summary>
    internal static bool IsCopied(string instruction, string passage)
    {
        var (inside, starts) = Units(instruction);
        var (whole, _) = Units(passage);
        for (var first = 0; first < starts.Count; first++)
        {
            // A run of Chinese characters weighs one each, a word two: 25 characters, 12 words, or a mixture.
            var weight = 0;
            for (var next = first; next < starts.Count; next++)
            {
                weight += inside[starts[next]] is >= '\u4e00' and <= '\u9fff' ? CopiedWords : CopiedCharacters;
                if (weight >= CopiedCharacters * CopiedWords)
                {
                    var end = next + 1 < starts.Count ? starts[next + 1] : inside.Length;
                    if (whole.AsSpan().IndexOf(inside.AsSpan(starts[first], end - starts[first]), StringComparison.Ordinal) >= 0)
                    {
                        return true;
                    }

                    break;
                }
            }
        }

        return false;
    }

    /// <summary>The text as words in lower case and Chinese characters, a space before each, and where each begins.</summary>
    private static (string Text, List<int> Starts) Units(string text)
    {
        var units = new StringBuilder();
        var starts = new List<int>();
        var inWord = false;
        foreach (var c in text)
        {
            var chinese = c is >= '\u4e00' and <= '\u9fff';
            var letter = char.IsLetterOrDigit(c);
            if (letter && (chinese || !inWord))
            {
                units.Append(' ');
                starts.Add(units.Length);
            }

            if (letter)
            {
                units.Append(char.ToLowerInvariant(c));
            }

            inWord = letter && !chinese;
        }

        return (units.Append(' ').ToString(), starts);
    }

    [GeneratedRegex(@"\b(?:the|this) (?:above|following|given|provided) (?:text|passage|document|article)\b|\b(?:text|passage|article|document) (?:above|below)\b|\b(?:the|this) passage\b|(?:上|下)面的?(?:这篇|这段|这份)?(?:文章|文字|内容|短文|公文|文本|段落)|(?:上述|以上|以下|给定的?|这篇|这段|原文的?|本文的?)(?:文章|文字|内容|短文|公文|文案|讲话稿|文本|段落)|根据原文|只写出指令|能够单独成立|\bstands? alone\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Leak();
}
