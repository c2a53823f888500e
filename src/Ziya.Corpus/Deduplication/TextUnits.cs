using System.Globalization;

namespace Ziya.Corpus.Deduplication;

/// <summary>What the units are that n-grams are made of: single characters of scripts without spaces, words of the others.</summary>
internal static class TextUnits
{
    private static readonly UnitKind[] Kinds = [.. Enumerable.Range(0, 1 << 16).Select(i => KindOf((char)i))];

    /// <summary>What each character of the Basic Multilingual Plane is part of. Half of a pair counts as a character of its own: rare Chinese ones are the letters there.</summary>
    public static ReadOnlySpan<UnitKind> Kind => Kinds;

    /// <summary>Whether the character counts where punctuation does not.</summary>
    public static bool IsLetter(char c) => Kinds[c] != UnitKind.None;

    /// <summary>How many units a text has, as far as it matters: counting ends at <paramref name="most"/>.</summary>
    public static int Count(ReadOnlySpan<char> text, int most)
    {
        var count = 0;
        var before = UnitKind.None;
        foreach (var c in text)
        {
            var kind = Kinds[c];
            count += kind == UnitKind.Single || (kind == UnitKind.Word && before != UnitKind.Word) ? 1 : 0;
            if (count >= most)
            {
                break;
            }

            before = kind;
        }

        return count;
    }

    private static UnitKind KindOf(char c) => char.GetUnicodeCategory(c) switch
    {
        _ when IsUnspaced(c) && char.IsLetter(c) => UnitKind.Single,
        UnicodeCategory.Surrogate => UnitKind.Single,
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
            or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter
            or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark
            or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => UnitKind.Word,
        _ => UnitKind.None,
    };

    /// <summary>Han, kana, Bopomofo, and the scripts of Southeast Asia that write no spaces between words. Korean does.</summary>
    private static bool IsUnspaced(char c) => c is
        (>= '\u2e80' and <= '\u30ff') or (>= '\u3100' and <= '\u312f') or (>= '\u31a0' and <= '\u31ff') or (>= '\u3400' and <= '\u9fff') or (>= '\uf900' and <= '\ufaff')
        or (>= '\u0e00' and <= '\u0fff') or (>= '\u1000' and <= '\u109f') or (>= '\u1780' and <= '\u17ff');
}
