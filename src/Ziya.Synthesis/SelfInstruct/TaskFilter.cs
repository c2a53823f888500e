using System.Text.RegularExpressions;
using Ziya.Synthesis.Prompts;

namespace Ziya.Synthesis.SelfInstruct;

/// <summary>Which tasks a language model cannot do, or nobody would set. The filters of Self-Instruct (Wang et al. 2023, arXiv:2212.10560, section 2.2 and its published code), with their counterparts for Chinese.</summary>
internal static partial class TaskFilter
{
    private const int LeastWords = 4;
    private const int MostWords = 150;
    private const int LeastCharacters = 5;
    private const int MostCharacters = 250;

    /// <summary>Why a task is not taken, or null. <paramref name="language"/>: that of the prompt, <c>zh</c> or <c>en</c>.</summary>
    public static string? Fault(string text, string language)
    {
        if (text.Length == 0 || !char.IsLetterOrDigit(text[0]) && text[0] is not ('“' or '《' or '「' or '"'))
        {
            return "no_text";
        }

        // Where Chinese was asked for, English is not wanted, and the other way round: in the paper, what does not begin with an ASCII character.
        if (PromptBook.LanguageOf(text.AsSpan()) != language)
        {
            return "other_language";
        }

        var isChinese = language == "zh";
        var length = isChinese ? text.Count(char.IsLetterOrDigit) : text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
        return length < (isChinese ? LeastCharacters : LeastWords) ? "too_short"
            : length > (isChinese ? MostCharacters : MostWords) ? "too_long"
            : (isChinese ? NotTextZh() : NotTextEn()).IsMatch(text) ? "not_text"
            : (isChinese ? ProgramZh() : ProgramEn()).IsMatch(text) ? "write_a_program"
            : null;
    }

    [GeneratedRegex(@"\b(?:images?|graphs?|pictures?|files?|maps?|draw|plot|go to|videos?|audios?|music|flowcharts?|diagrams?)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex NotTextEn();

    [GeneratedRegex(@"图片|图像|照片|截图|插图|视频|音频|录音|绘制|画出|画一|作图|图表|流程图|示意图|地图|文件|附件|点击|打开网页")]
    private static partial Regex NotTextZh();

    // The paper drops these: models asked for more of them than of all the rest, and they seldom say what the program is to do.
    [GeneratedRegex(@"^write a program\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ProgramEn();

    [GeneratedRegex(@"^(?:请)?(?:编写|写)(?:一个|一段|个)?程序")]
    private static partial Regex ProgramZh();
}
