using System.Globalization;
using System.Text;

namespace Ziya.Corpus.Scoring;

/// <summary>
/// Brings a text into the form that CCNet's language models are trained on and score: <c>normalize</c> of its <c>text_normalizer.py</c> (https://github.com/facebookresearch/cc_net, 1341eec), with the defaults its pipeline uses.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>White space at the ends goes, letters become small ones.</item>
/// <item>Accents go: canonical decomposition without nonspacing marks. That takes the dots of voiced kana too, and Hangul apart.</item>
/// <item>Every decimal digit of any script is 0.</item>
/// <item>Chinese and typographic punctuation becomes that of ASCII.</item>
/// <item>Control characters go, line ends among them: CCNet does this to a whole document, which is one line then.</item>
/// </list>
/// Each character is looked up by itself, so that the order of marks does not matter and the time is linear. Not told apart is the final sigma of Greek, which Python's small letters have.
/// </remarks>
internal static class CcNetText
{
    private static readonly Dictionary<int, string> Punctuation = new (char From, string To)[]
    {
        ('，', ","), ('。', "."), ('、', ","), ('„', "\""), ('”', "\""), ('“', "\""), ('«', "\""), ('»', "\""), ('」', "\""), ('「', "\""), ('《', "\""),
        ('》', "\""), ('´', "'"), ('∶', ":"), ('：', ":"), ('？', "?"), ('！', "!"), ('（', "("), ('）', ")"), ('；', ";"), ('–', "-"), ('—', " - "),
        ('．', ". "), ('～', "~"), ('’', "'"), ('…', "..."), ('━', "-"), ('〈', "<"), ('〉', ">"), ('【', "["), ('】', "]"), ('％', "%"), ('►', "-"),
    }.ToDictionary(pair => (int)pair.From, pair => pair.To);

    // What characters become, found out once each. Two threads may find the same.
    private static readonly string?[] Known = new string?[char.MaxValue + 1];

    /// <summary>The text in that form.</summary>
    public static string Normalize(string text)
    {
        var rest = Trim(text);
        var normal = new StringBuilder(rest.Length);
        foreach (var rune in rest.EnumerateRunes())
        {
            normal.Append(rune.IsBmp ? Known[rune.Value] ??= Of(rune) : Of(rune));
        }

        return normal.ToString();
    }

    private static string Of(Rune rune)
    {
        // 1. In small letters this one has a dot as a mark of its own, which goes.
        const int DottedCapital = 0x130;
        var small = rune.Value == DottedCapital ? "i" : Rune.ToLowerInvariant(rune).ToString();
        var result = new StringBuilder();

        // 2.
        foreach (var part in small.Normalize(NormalizationForm.FormD).EnumerateRunes())
        {
            // 3. to 5.
            result.Append(Rune.GetUnicodeCategory(part) switch
            {
                UnicodeCategory.NonSpacingMark => "",
                UnicodeCategory.DecimalDigitNumber => "0",
                _ when part.Value is < 32 or (>= 127 and < 160) => "",
                _ => Punctuation.GetValueOrDefault(part.Value) ?? part.ToString(),
            });
        }

        return result.ToString();
    }

    /// <summary>Without what Python calls white space at the ends, which the separators of ASCII are too.</summary>
    private static ReadOnlySpan<char> Trim(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty && IsSpace(text[0]))
        {
            text = text[1..];
        }

        while (!text.IsEmpty && IsSpace(text[^1]))
        {
            text = text[..^1];
        }

        return text;

        static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\x1c' and <= '\x1f';
    }
}
