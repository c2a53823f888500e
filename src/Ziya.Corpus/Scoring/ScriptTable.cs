using System.Globalization;

namespace Ziya.Corpus.Scoring;

/// <summary>
/// Script of a UTF-16 unit, what a letter of it weighs, and the language of the scripts that have only one. Ranges follow the
/// Unicode blocks; inside a block only letters and combining marks count, so digits and punctuation are no evidence.
/// </summary>
internal static class ScriptTable
{
    /// <summary>Number of values of <see cref="WritingScript"/>.</summary>
    public const int Count = (int)WritingScript.Other + 1;

    private static readonly (int First, int Last, WritingScript Script)[] Blocks =
    [
        (0x0041, 0x02AF, WritingScript.Latin), (0x1E00, 0x1EFF, WritingScript.Latin), (0x2C60, 0x2C7F, WritingScript.Latin),
        (0xA720, 0xA7FF, WritingScript.Latin), (0xFB00, 0xFB06, WritingScript.Latin), (0xFF21, 0xFF5A, WritingScript.Latin),
        (0x0370, 0x03FF, WritingScript.Greek), (0x1F00, 0x1FFF, WritingScript.Greek),
        (0x0400, 0x052F, WritingScript.Cyrillic), (0x1C80, 0x1C8F, WritingScript.Cyrillic), (0xA640, 0xA69F, WritingScript.Cyrillic),
        (0x0530, 0x058F, WritingScript.Armenian), (0xFB13, 0xFB17, WritingScript.Armenian),
        (0x0590, 0x05FF, WritingScript.Hebrew), (0xFB1D, 0xFB4F, WritingScript.Hebrew),
        (0x0600, 0x06FF, WritingScript.Arabic), (0x0750, 0x077F, WritingScript.Arabic), (0x08A0, 0x08FF, WritingScript.Arabic),
        (0xFB50, 0xFDFF, WritingScript.Arabic), (0xFE70, 0xFEFC, WritingScript.Arabic),
        (0x0780, 0x07BF, WritingScript.Thaana), (0x0900, 0x097F, WritingScript.Devanagari), (0xA8E0, 0xA8FF, WritingScript.Devanagari),
        (0x0980, 0x09FF, WritingScript.Bengali), (0x0A00, 0x0A7F, WritingScript.Gurmukhi), (0x0A80, 0x0AFF, WritingScript.Gujarati),
        (0x0B00, 0x0B7F, WritingScript.Oriya), (0x0B80, 0x0BFF, WritingScript.Tamil), (0x0C00, 0x0C7F, WritingScript.Telugu),
        (0x0C80, 0x0CFF, WritingScript.Kannada), (0x0D00, 0x0D7F, WritingScript.Malayalam), (0x0D80, 0x0DFF, WritingScript.Sinhala),
        (0x0E00, 0x0E7F, WritingScript.Thai), (0x0E80, 0x0EFF, WritingScript.Lao), (0x0F00, 0x0FFF, WritingScript.Tibetan),
        (0x1000, 0x109F, WritingScript.Myanmar), (0x10A0, 0x10FF, WritingScript.Georgian), (0x1C90, 0x1CBF, WritingScript.Georgian),
        (0x1100, 0x11FF, WritingScript.Hangul), (0x3130, 0x318F, WritingScript.Hangul), (0xA960, 0xA97F, WritingScript.Hangul),
        (0xAC00, 0xD7FF, WritingScript.Hangul), (0xFFA0, 0xFFDC, WritingScript.Hangul),
        (0x1200, 0x139F, WritingScript.Ethiopic), (0x2D80, 0x2DDF, WritingScript.Ethiopic), (0xAB00, 0xAB2F, WritingScript.Ethiopic),
        (0x1780, 0x17FF, WritingScript.Khmer), (0x1800, 0x18AF, WritingScript.Mongolian),
        (0x3005, 0x3006, WritingScript.Han), (0x3400, 0x4DBF, WritingScript.Han), (0x4E00, 0x9FFF, WritingScript.Han),
        (0xF900, 0xFAFF, WritingScript.Han), (0x3100, 0x312F, WritingScript.Bopomofo), (0x31A0, 0x31BF, WritingScript.Bopomofo),
        (0x3041, 0x30FF, WritingScript.Kana), (0x31F0, 0x31FF, WritingScript.Kana), (0xFF66, 0xFF9F, WritingScript.Kana),
    ];

    private static readonly byte[] Scripts = BuildScripts();
    private static readonly float[] Weights = BuildWeights();
    private static readonly string?[] SoleLanguages = BuildSoleLanguages();

    /// <summary>Script of a UTF-16 unit; <see cref="WritingScript.None"/> for all that is not a letter or mark.</summary>
    public static WritingScript Of(char c) => (WritingScript)Scripts[c];

    /// <summary>
    /// What one letter of the script says, in Latin letters. Letters of the same declaration (UDHR) in English divided by those
    /// in the other language: Han 3.2, Hangul 2.6, kana of a Japanese text 2.3, Hebrew 1.5, Arabic 1.4, Thai 1.2. Han is set
    /// to 4 because modern prose is terser than that text.
    /// </summary>
    public static float Weight(WritingScript script) => Weights[(int)script];

    /// <summary>The language of a script that only one known language uses, else null.</summary>
    public static string? SoleLanguage(WritingScript script) => SoleLanguages[(int)script];

    private static byte[] BuildScripts()
    {
        var scripts = new byte[char.MaxValue + 1];
        for (var c = 0; c <= char.MaxValue; c++)
        {
            if (IsLetterOrMark((char)c))
            {
                scripts[c] = (byte)(c is >= 0x0300 and <= 0x036F ? WritingScript.None : WritingScript.Other);
            }
        }

        foreach (var (first, last, script) in Blocks)
        {
            for (var c = first; c <= last; c++)
            {
                scripts[c] = (byte)(IsLetterOrMark((char)c) ? script : WritingScript.None);
            }
        }

        // High surrogates of planes 2 and 3, where all rare Han characters are: one unit a character.
        scripts.AsSpan(0xD840, 0xD888 - 0xD840 + 1).Fill((byte)WritingScript.Han);
        return scripts;
    }

    private static bool IsLetterOrMark(char c) => char.IsLetter(c)
        || CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    private static float[] BuildWeights()
    {
        var weights = new float[Count];
        Array.Fill(weights, 1.2f);
        weights[(int)WritingScript.None] = 0;
        weights[(int)WritingScript.Latin] = 1;
        weights[(int)WritingScript.Cyrillic] = 1;
        weights[(int)WritingScript.Greek] = 1;
        weights[(int)WritingScript.Arabic] = 1.4f;
        weights[(int)WritingScript.Hebrew] = 1.5f;
        weights[(int)WritingScript.Ethiopic] = 2;
        weights[(int)WritingScript.Han] = 4;
        weights[(int)WritingScript.Bopomofo] = 2;
        weights[(int)WritingScript.Kana] = 2.3f;
        weights[(int)WritingScript.Hangul] = 2.6f;
        return weights;
    }

    private static string?[] BuildSoleLanguages()
    {
        var languages = new string?[Count];
        foreach (var (script, language) in new[]
        {
            (WritingScript.Greek, "el"), (WritingScript.Armenian, "hy"), (WritingScript.Georgian, "ka"),
            (WritingScript.Bengali, "bn"), (WritingScript.Gurmukhi, "pa"), (WritingScript.Gujarati, "gu"),
            (WritingScript.Oriya, "or"), (WritingScript.Tamil, "ta"), (WritingScript.Telugu, "te"),
            (WritingScript.Kannada, "kn"), (WritingScript.Malayalam, "ml"), (WritingScript.Sinhala, "si"),
            (WritingScript.Thai, "th"), (WritingScript.Lao, "lo"), (WritingScript.Khmer, "km"),
            (WritingScript.Myanmar, "my"), (WritingScript.Tibetan, "bo"), (WritingScript.Thaana, "dv"),
            (WritingScript.Mongolian, "mn"),
        })
        {
            languages[(int)script] = language;
        }

        return languages;
    }
}
