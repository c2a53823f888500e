using System.Globalization;

namespace Ziya.Corpus.Cleaning;

/// <summary>Kinds of all UTF-16 units, and which of them may be out of a normal form.</summary>
internal static class CharacterTable
{
    /// <summary>From a full-width form to its ASCII character.</summary>
    public const int Wide = 0xFEE0;

    private static readonly CharacterKind[] Kinds = BuildKinds();

    /// <summary>The kind of a unit.</summary>
    public static CharacterKind Of(char c) => Kinds[c];

    /// <summary>Letter or digit of ASCII, in either width.</summary>
    public static bool IsAsciiWordChar(char c) => char.IsAsciiLetterOrDigit(c) || Kinds[c] == CharacterKind.WideLetter;

    /// <summary>Digit of ASCII, in either width.</summary>
    public static bool IsAsciiDigit(char c) => char.IsAsciiDigit(c) || c is >= '０' and <= '９';

    /// <summary>
    /// Whether a text with this unit may not be in the form. Marks may have to be composed or reordered; other characters are asked
    /// about one by one. Surrogates: only planes 1 (notes of music, scripts of India) and 2 (compatibility ideographs) have such characters.
    /// </summary>
    public static bool[] Suspects(UnicodeForm form)
    {
        var suspects = new bool[char.MaxValue + 1];
        if (form == UnicodeForm.None)
        {
            return suspects;
        }

        var normal = form == UnicodeForm.Nfc ? System.Text.NormalizationForm.FormC : System.Text.NormalizationForm.FormKC;
        Span<char> one = stackalloc char[1];
        for (var c = 0x80; c <= char.MaxValue; c++)
        {
            one[0] = (char)c;
            suspects[c] = char.IsHighSurrogate((char)c)
                ? c is not (>= 0xD83C and <= 0xD83E) and not (>= 0xD840 and < 0xD87E) || (form == UnicodeForm.Nfkc && c == 0xD83C)
                : !char.IsSurrogate((char)c) && !NormalForm.IsProtected((char)c) && Kinds[c] != CharacterKind.Control
                    && (IsMark((char)c) || !one.IsNormalized(normal));
        }

        return suspects;
    }

    // Marks, and the vowels and final consonants of Hangul that compose with what stands before them.
    private static bool IsMark(char c) => CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark
        ? c is not (>= '\uFE00' and <= '\uFE0F')
        : c is >= '\u1160' and <= '\u11FF';

    private static CharacterKind[] BuildKinds()
    {
        var kinds = new CharacterKind[char.MaxValue + 1];
        Fill(kinds, CharacterKind.Control, ('\0', '\x1F'), ('\x7F', '\x9F'), ('\uFDD0', '\uFDEF'), ('\uFFFE', '\uFFFF'));
        Fill(kinds, CharacterKind.Space, (' ', ' '));
        Fill(kinds, CharacterKind.Tab, ('\t', '\t'));
        Fill(kinds, CharacterKind.LineFeed, ('\n', '\n'));
        Fill(kinds, CharacterKind.CarriageReturn, ('\r', '\r'));
        Fill(kinds, CharacterKind.OtherLineEnd, ('\v', '\f'), ('\x85', '\x85'), ('\u2028', '\u2029'));
        Fill(kinds, CharacterKind.OtherSpace, ('\xA0', '\xA0'), ('\u1680', '\u1680'), ('\u2000', '\u200A'), ('\u202F', '\u202F'), ('\u205F', '\u205F'), ('\u3000', '\u3000'));

        // Soft hyphen, zero-width space, marks and overrides of direction, word joiner and invisible operators, byte order mark, annotation marks, object replacement.
        Fill(
            kinds,
            CharacterKind.Invisible,
            ('\xAD', '\xAD'), ('\u061C', '\u061C'), ('\u200B', '\u200B'), ('\u200E', '\u200F'), ('\u202A', '\u202E'), ('\u2060', '\u206F'), ('\uFEFF', '\uFEFF'), ('\uFFF9', '\uFFFC'));
        Fill(kinds, CharacterKind.Joiner, ('\u200C', '\u200D'));
        Fill(kinds, CharacterKind.WidePunctuation, ('！', '～'));
        Fill(kinds, CharacterKind.WideLetter, ('０', '９'), ('Ａ', 'Ｚ'), ('ａ', 'ｚ'));
        Fill(kinds, CharacterKind.WideJoiner, ('－', '／'), ('：', '：'), ('＠', '＠'), ('＿', '＿'), ('％', '＆'));
        Fill(kinds, CharacterKind.High, ('\uD800', '\uDBFF'));
        Fill(kinds, CharacterKind.Low, ('\uDC00', '\uDFFF'));
        return kinds;
    }

    private static void Fill(CharacterKind[] kinds, CharacterKind kind, params ReadOnlySpan<(char First, char Last)> ranges)
    {
        foreach (var (first, last) in ranges)
        {
            kinds.AsSpan(first, last - first + 1).Fill(kind);
        }
    }
}
