using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Ziya.Synthesis.Selection;

/// <summary>
/// <c>format</c>: whether the answer has the form that the question asks for, where the question says it in words that a rule can read; the least of what follows. Says nothing where it asks for none.
/// 1. JSON, by itself or in a fence: 1 where it parses, else 0.
/// 2. A list of n things (列出三种, list five): 1 where a list has n items, else 0. Nothing where the answer is no list by lines.
/// 3. At most, at least or about so many words, characters or 字: 1 within, and by 10 % beyond 0.2 less. 字 are Chinese characters and words of other scripts. "About" leaves 20 %.
/// 4. One sentence: 1, else 0.
/// </summary>
internal sealed partial class FormatRule() : AnswerRule("format")
{
    private const double Slack = 0.2;
    private const double Slope = 2;

    /// <inheritdoc/>
    public override double? Of(AnswerView answer)
    {
        var question = answer.Question.Text;
        double? least = null;
        void Add(double score) => least = Math.Min(least ?? 1, score);

        // 1.
        if (Json().IsMatch(question))
        {
            Add(HasJson(answer.Text) ? 1 : 0);
        }

        // 2.
        if (List().Match(question) is { Success: true } list && Number(list.Groups["n"].Value) is { } wanted && Items(answer.Text) is > 0 and var items)
        {
            Add(items == wanted ? 1 : 0);
        }

        // 3.
        foreach (Match match in Limit().Matches(question))
        {
            if (Number(match.Groups["n"].Value) is { } limit and > 0)
            {
                Add(Within(match, limit, Count(match.Groups["unit"].Value, answer)));
            }
        }

        // 4.
        if (OneSentence().IsMatch(question))
        {
            Add(Sentences().Count(answer.Text) <= 1 ? 1 : 0);
        }

        return least;
    }

    private static double Within(Match match, int limit, int count)
    {
        var ratio = (double)count / limit;
        var beyond = match.Groups["most"].Success ? ratio - 1
            : match.Groups["least"].Success ? count == 0 ? 1 : (1 / ratio) - 1
            : Math.Abs(ratio - 1) - Slack;
        return Math.Clamp(1 - (Slope * beyond), 0, 1);
    }

    private static int Count(string unit, AnswerView answer) => unit.StartsWith("char", StringComparison.OrdinalIgnoreCase) || unit == "字符"
        ? new StringInfo(answer.Text).LengthInTextElements
        : answer.Units;

    private static bool HasJson(string text)
    {
        var block = Block().Match(text);
        try
        {
            using var json = JsonDocument.Parse(block.Success ? block.Groups[1].Value : text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>The items of the list that is least indented.</summary>
    private static int Items(string text)
    {
        var items = Item().Matches(text).Select(match => match.Groups["in"].Length).ToList();
        return items.Count(indent => indent == items.Min());
    }

    private static int? Number(string text)
    {
        const string Digits = "零一二三四五六七八九";
        string[] words = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        if (Array.FindIndex(words, word => word.Equals(text, StringComparison.OrdinalIgnoreCase)) is >= 0 and var word)
        {
            return word;
        }

        text = text.Replace('两', '二');
        var (total, digit) = (0, -1);
        foreach (var c in text)
        {
            var scale = c switch { '十' => 10, '百' => 100, '千' => 1000, _ => 0 };
            if (scale == 0 && (digit = Digits.IndexOf(c, StringComparison.Ordinal)) < 0)
            {
                return null;
            }

            total += scale > 0 ? (digit < 0 ? 1 : digit) * scale : 0;
            digit = scale > 0 ? 0 : digit;
        }

        return total + Math.Max(digit, 0);
    }

    private const string Count1 = @"(?<n>\d{1,5}|[一二两三四五六七八九十百千]{1,6})";
    private const string Count2 = @"(?<n>\d{1,5}|one|two|three|four|five|six|seven|eight|nine|ten)";

    [GeneratedRegex(@"(?:用|以|按|输出|返回|生成|给出|转换?[成为])[^。！？\n]{0,12}json(?!\s*(?:解析|库|文件))|\b(?:as|in|into|return|output|produce|give|write|generate|respond with)\s(?:[\w-]+\s){0,4}json(?:\s+(?:object|array|format|string|document|list))?\s*(?=[.,:;!?]|with\b|containing\b|that\b|for\b|only\b|$)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Json();

    [GeneratedRegex(@"```(?:json)?[^\n]*\n(.*?)```", RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Block();

    [GeneratedRegex(@"(?:列出|列举|举出|写出|给出|提出)\s*" + Count1 + @"\s*(?:个|种|条|项|点|款|件|类|句)|\b(?:list|name|give|suggest|provide|write)\s(?:me\s)?" + Count2 + @"\s(?!words?\b|characters?\b|sentences?\b|paragraphs?\b)\w", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex List();

    [GeneratedRegex(@"^(?<in>[ \t]*)(?:[-*+•·]\s|(?:\d{1,3}|[一二三四五六七八九十]{1,3})[.)、．）]\s?|[(（](?:\d{1,3}|[一二三四五六七八九十]{1,3})[)）])", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Item();

    [GeneratedRegex(
        "(?<most>不超过|不多于|不得超过|少于|最多|至多|限|控制在)\\s*" + Count1 + "\\s*(?:个)?(?<unit>字符|字|词)|" + Count1 + "\\s*(?:个)?(?<unit>字符|字|词)(?<most>以内|之内|以下)"
        + "|(?<least>不少于|不低于|至少|超过|多于)(?<!不超过|得超过)\\s*" + Count1 + "\\s*(?:个)?(?<unit>字符|字|词)|" + Count1 + "\\s*(?:个)?(?<unit>字符|字|词)(?<least>以上)"
        + "|(?:大约|约|大概)\\s*" + Count1 + "\\s*(?:个)?(?<unit>字符|字|词)|" + Count1 + "\\s*(?:个)?(?<unit>字符|字|词)左右"
        + @"|\b(?<most>at most|no more than|not more than|under|below|fewer than|less than|within|up to|a maximum of|maximum)\s" + Count2 + @"\s(?<unit>words?|characters?)\b|\b" + Count2 + @"\s(?<unit>words?|characters?)\s(?<most>or less|or fewer|at most|max)\b"
        + @"|\b(?<least>at least|no fewer than|no less than|a minimum of|minimum|more than)(?<!no more than|not more than)\s" + Count2 + @"\s(?<unit>words?|characters?)\b"
        + @"|\b(?:about|around|approximately|roughly|in)\s" + Count2 + @"\s(?<unit>words?|characters?)\b(?!\s(?:or less|or fewer|at most|max))",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Limit();

    [GeneratedRegex(@"[用以](?:不超过)?一句话|\bin (?:exactly |just |only )?(?:one|a single) sentence\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex OneSentence();

    [GeneratedRegex(@"[。！？!?]+[”’」』）)""']*|(?<![\dA-Z])\.(?=\s+[^a-z0-9\s]|\s*$)", RegexOptions.CultureInvariant)]
    private static partial Regex Sentences();
}
