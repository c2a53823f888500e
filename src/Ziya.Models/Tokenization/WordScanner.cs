using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Ziya.Models.Tokenization;

/// <summary>
/// Cuts text into the words that byte-level vocabularies merge within, as GPT-2's expression does:
/// <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c>
/// (openai/gpt-2, encoder.py). Classes are those of code points, not of UTF-16 units.
/// </summary>
internal static partial class WordScanner
{
    private const byte Other = 0;
    private const byte Letter = 1;
    private const byte Number = 2;
    private const byte Space = 3;
    private const byte Surrogate = 4;

    private static readonly byte[] Classes = Make();

    /// <summary>UTF-16 units of the first word of a text that is not empty.</summary>
    public static int Next(ReadOnlySpan<char> text)
    {
        var first = text[0];
        if (first == '\'' && Contraction(text) is var contraction and > 0)
        {
            return contraction;
        }

        var at = first == ' ' && text.Length > 1 ? 1 : 0;
        var kind = Class(text, at, out var width);
        if (kind == Space)
        {
            return Spaces(text);
        }

        at += width;
        while (at < text.Length && Class(text, at, out width) == kind)
        {
            at += width;
        }

        return at;
    }

    /// <summary>Where the first number (<c>\p{N}</c>) is and how many units it has; -1 if there is none.</summary>
    public static int IndexOfNumber(ReadOnlySpan<char> text, out int width)
    {
        for (var at = 0; at < text.Length; at += width)
        {
            if (Class(text, at, out width) == Number)
            {
                return at;
            }
        }

        width = 0;
        return -1;
    }

    private static int Contraction(ReadOnlySpan<char> text)
    {
        if (text.Length < 2)
        {
            return 0;
        }

        return text[1] switch
        {
            's' or 't' or 'm' or 'd' => 2,
            'r' or 'v' when text.Length > 2 && text[2] == 'e' => 3,
            'l' when text.Length > 2 && text[2] == 'l' => 3,
            _ => 0,
        };
    }

    /// <summary>The last space of several is left to the word that follows.</summary>
    private static int Spaces(ReadOnlySpan<char> text)
    {
        var end = 1;
        while (end < text.Length && Classes[text[end]] == Space)
        {
            end++;
        }

        return end == text.Length || end == 1 ? end : end - 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte Class(ReadOnlySpan<char> text, int at, out int width)
    {
        width = 1;
        var kind = Classes[text[at]];
        return kind == Surrogate ? WideClass(text[at..], out width) : kind;
    }

    private static byte WideClass(ReadOnlySpan<char> text, out int width)
    {
        Rune.DecodeFromUtf16(text, out var rune, out width);
        return Class(Rune.GetUnicodeCategory(rune));
    }

    private static byte Class(UnicodeCategory category) => category switch
    {
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
            or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => Letter,
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Number,
        UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => Space,
        _ => Other,
    };

    private static byte[] Make()
    {
        var classes = new byte[char.MaxValue + 1];
        for (var unit = 0; unit < classes.Length; unit++)
        {
            classes[unit] = char.IsSurrogate((char)unit) ? Surrogate
                : char.IsWhiteSpace((char)unit) ? Space
                : Class(CharUnicodeInfo.GetUnicodeCategory((char)unit));
        }

        return classes;
    }
}
