using System.Text.RegularExpressions;
using Ziya.Synthesis.Prompts;

namespace Ziya.Synthesis.EvolInstruct;

/// <summary>What makes an evolved instruction worthless, for Chinese and English. Rules of WizardLM (arXiv:2304.12244, section 3), and what its users found missing.</summary>
internal static partial class Elimination
{
    private const int SorryWords = 80;
    private const int SorryCharacters = 120;
    private const int MostLines = 60;

    /// <summary>Why an instruction is not taken, or null.</summary>
    public static string? OfInstruction(string before, string after, int maxCharacters) =>
        !HasWords(after) ? "empty"
        : Same(before, after) ? "unchanged"
        : Leak().IsMatch(after) && !Leak().IsMatch(before) ? "leaked_prompt"
        : Refusal().IsMatch(after) ? "refusal"
        : AnswerInside().IsMatch(after) && !AnswerInside().IsMatch(before) ? "answer_inside"
        : after.Length > maxCharacters || after.AsSpan().Count('\n') >= MostLines ? "too_long"
        : null;

    /// <summary>Why an instruction with this answer is not taken, or null.</summary>
    public static string? OfAnswer(string answer) =>
        !HasWords(answer) ? "empty_answer"
        : Sorry().IsMatch(answer) && IsShort(answer) ? "refused_answer"
        : null;

    /// <summary>Whether the judge found no difference. What says neither word counts as a gain: the judge decides, it does not veto by babbling.</summary>
    public static bool IsEqual(string verdict) => Equal().IsMatch(verdict) && !Different().IsMatch(verdict);

    private static bool HasWords(string text) => text.Any(char.IsLetterOrDigit);

    private static bool Same(string before, string after) =>
        before.Where(char.IsLetterOrDigit).Select(char.ToLowerInvariant).SequenceEqual(after.Where(char.IsLetterOrDigit).Select(char.ToLowerInvariant));

    private static bool IsShort(string text) =>
        PromptBook.LanguageOf(text.AsSpan()) == "zh" ? text.Length < SorryCharacters : text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length < SorryWords;

    [GeneratedRegex(@"\b(?:given|rewritten|created|evolved|new|original) (?:prompt|instruction)\b|(?:改写|给定|原始|演化|改写后|演化后)的?(?:指令|提示|题目)|不要提到“改写”|do not speak of rewriting", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Leak();

    [GeneratedRegex(@"\bas an? (?:ai|language model|artificial intelligence)\b|作为一个?(?:人工智能|AI|语言模型|大型语言模型)|我是一个?(?:人工智能|AI|语言模型)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Refusal();

    [GeneratedRegex(@"\bsorry\b|\bI (?:can't|cannot|am unable to|can not)\b|抱歉|对不起|很遗憾|我(?:不能|无法|没有办法)(?:回答|提供|帮|完成)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Sorry();

    [GeneratedRegex(@"^\s*(?:#{1,4}\s*|\*{1,2})?(?:answer|response|solution|output|答案|回答|答|参考答案|解答|解)\s*(?:\*{1,2})?\s*[:：]", RegexOptions.IgnoreCase | RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex AnswerInside();

    [GeneratedRegex(@"\bequal\b|相同", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Equal();

    [GeneratedRegex(@"\b(?:different|unequal|not equal)\b|不同|不相同", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Different();
}
