using System.Text.RegularExpressions;
using Ziya.Corpus.Scoring;

namespace Ziya.Synthesis.Selection;

/// <summary>
/// <c>language</c>: 0 where the answer is in another language than it should be, else 1. It should be in the one that the question names (用英文, translate into French), or in the one it is asked in. Says
/// nothing of a question that speaks of translation or of several languages without naming one to answer in, and of answers too short to tell: under eight letters of prose, or code alone.
/// </summary>
internal sealed partial class LanguageRule() : AnswerRule("language")
{
    private const double LeastConfidence = 0.7;
    private const int LeastUnits = 8;

    private static readonly Dictionary<string, string> Codes = new(StringComparer.OrdinalIgnoreCase)
    {
        ["英"] = "en",
        ["中"] = "zh",
        ["汉"] = "zh",
        ["日"] = "ja",
        ["韩"] = "ko",
        ["法"] = "fr",
        ["德"] = "de",
        ["俄"] = "ru",
        ["西班牙"] = "es",
        ["english"] = "en",
        ["chinese"] = "zh",
        ["mandarin"] = "zh",
        ["japanese"] = "ja",
        ["korean"] = "ko",
        ["french"] = "fr",
        ["german"] = "de",
        ["russian"] = "ru",
        ["spanish"] = "es",
    };

    /// <inheritdoc/>
    public override double? Of(AnswerView answer)
    {
        if (Expected(answer.Question) is not { } expected || Letters(answer.Prose) < LeastUnits)
        {
            return null;
        }

        var guess = LanguageIdentifier.Default.Identify(answer.Prose);
        return guess.Language == expected ? 1 : guess.Confidence < LeastConfidence ? null : 0;
    }

    private static string? Expected(QuestionView question)
    {
        var named = Named().Matches(question.Text).Select(match => Codes[match.Groups["name"].Value]).Distinct().ToList();
        return named.Count == 1 ? named[0]
            : named.Count > 1 || Speaks().IsMatch(question.Text) ? null
            : question.Language.Confidence >= LeastConfidence ? question.Language.Language : null;
    }

    private static int Letters(string text)
    {
        var letters = 0;
        foreach (var c in text)
        {
            letters += char.IsLetter(c) ? 1 : 0;
        }

        return letters;
    }

    [GeneratedRegex(@"(?:用|以|使用|译成|译为|译作|翻成|改写成|回答用)\s*(?<name>英|中|汉|日|韩|法|德|俄|西班牙)(?:文|语)|\b(?:in|into|to)\s+(?<name>English|Chinese|Mandarin|Japanese|Korean|French|German|Russian|Spanish)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Named();

    [GeneratedRegex(@"翻译|译文|英译|中译|[英中汉日韩法德俄外](?:文|语)|双语|拼音|\btranslat|\b(?:English|Chinese|Mandarin|Japanese|Korean|French|German|Russian|Spanish|bilingual|language)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Speaks();
}
