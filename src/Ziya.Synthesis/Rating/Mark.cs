using System.Globalization;
using System.Text.RegularExpressions;

namespace Ziya.Synthesis.Rating;

/// <summary>Finds the mark in what a model replied, in Chinese or English. Whatever the reply is, the outcome is a mark in range or none.</summary>
internal static partial class Mark
{
    private const string ChineseDigits = "一二三四五六七八九";

    /// <summary>The mark, or null where there is none, it is out of range, or there are several that nothing tells apart.</summary>
    /// <remarks>
    /// 1. The last <c>score: 4</c>, <c>评分：4</c>, <c>打4分</c>, wherever it stands; what follows as <c>/5</c> is its scale.
    /// 2. Else the only number of the last line that is not empty.
    /// </remarks>
    public static double? Read(string reply, int most)
    {
        // Full-width digits and signs become their plain forms; marks of Markdown go.
        var text = string.Concat(reply.Where(c => c is not ('*' or '`')).Select(c => c is >= '！' and <= '～' ? (char)(c - '！' + '!') : c));

        // 1.
        if (Labelled().Matches(text) is { Count: > 0 } labelled)
        {
            return InRange(labelled[^1].Groups["n"].Value, labelled[^1].Groups["of"].Value, most);
        }

        // 2.
        var line = text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? "";
        var numbers = Number().Matches(line);
        return numbers.Count == 1 && numbers[0].Groups["n"].Success && !numbers[0].Groups["less"].Success ? InRange(numbers[0].Groups["n"].Value, numbers[0].Groups["of"].Value, most) : null;
    }

    private static double? InRange(string digits, string scale, int most)
    {
        var value = digits.Length == 1 && ChineseDigits.IndexOf(digits[0], StringComparison.Ordinal) is >= 0 and var at ? at + 1 : double.Parse(digits, CultureInfo.InvariantCulture);
        var isScale = scale.Length == 0 || scale == most.ToString(CultureInfo.InvariantCulture) || (scale.Length == 1 && ChineseDigits.IndexOf(scale[0], StringComparison.Ordinal) == most - 1);
        return isScale && value >= 1 && value <= most ? value : null;
    }

    [GeneratedRegex(@"(?:\b(?:score|rating|rate|mark|grade)\b|评分|打分|得分|分数|评级|等级|难度|评价|打)\s*(?:\([^()\n]{0,24}\))?\s*(?:is|of|was|为|是|应为|[:=])?\s*(?<n>\d{1,9}(?:\.\d{1,9})?|[一二三四五六七八九](?=分))(?![\d.]*\d|\s*(?:-|–|~|到|至|to\b)\s*\d)\s*分?(?:\s*(?:/|out of)\s*(?<of>\d{1,9}))?", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Labelled();

    [GeneratedRegex(@"(?<![\d.])(?<less>-(?=\d))?(?<n>\d{1,9}(?:\.\d{1,9})?(?!\d)|(?<!十)[一二三四五六七八九](?=分|$))(?:\s*分?\s*(?:/|out of)\s*(?<of>\d{1,9}))?|\d{10}", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}
