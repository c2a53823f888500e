using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;
using Ziya.Corpus.Cleaning;

namespace Ziya.Corpus.Deduplication;

/// <summary>
/// Brings texts into the form they are compared in: NFKC (which takes the width of letters and punctuation away), lower case, or
/// both. What comes out is what <see cref="string.Normalize(NormalizationForm)"/> and <see cref="string.ToLowerInvariant"/> give,
/// with U+FFFD where the text is no Unicode and hundreds of marks behind one character in pieces (<see cref="BoundedForm"/>), at ten times their pace for texts without combining marks.
/// </summary>
/// <param name="width">Whether to apply NFKC.</param>
/// <param name="letterCase">Whether to make letters lower case.</param>
internal sealed class TextFold(bool width, bool letterCase)
{
    private const int Block = 16;

    private readonly bool _common = width && letterCase;
    private readonly FoldTable _table = FoldTable.For(width, letterCase);
    private char[] _folded = new char[4096];

    /// <summary>The folded text. Valid until the next one is folded.</summary>
    public ReadOnlySpan<char> Fold(ReadOnlySpan<char> text)
    {
        Reserve(text.Length);
        var folded = _folded.AsSpan();
        var map = _table.Map;
        var used = 0;
        var blocksFrom = _common ? 0 : text.Length;
        for (var i = 0; i < text.Length; i++)
        {
            while (i >= blocksFrom && i + Block <= text.Length)
            {
                // There is room for the rest of the text at every moment. Where a block has a rare character, the next is tried behind it.
                if (!FoldCommon(text.Slice(i, Block), folded[used..]))
                {
                    blocksFrom = i + Block;
                    break;
                }

                i += Block;
                used += Block;
            }

            if (i == text.Length)
            {
                break;
            }

            var from = text[i];
            var to = map[from];
            if (to < FoldTable.Context)
            {
                folded[used++] = to;
            }
            else if (to == FoldTable.Many)
            {
                var several = _table.Several(from);
                folded = Reserve(used + several.Length + text.Length - i);
                several.CopyTo(folded[used..]);
                used += several.Length;
            }
            else if (char.IsSurrogate(from) && i + 1 < text.Length && IsPlainPair(from, text[i + 1]))
            {
                folded[used++] = from;
                folded[used++] = text[++i];
            }
            else
            {
                return FoldWhole(text);
            }
        }

        return folded[..used];
    }

    /// <summary>
    /// Folds a block where all of it is ASCII, full-width ASCII, Han of the first block, 、or 。; whether it is. Case and width are then a
    /// subtraction and an addition.
    /// </summary>
    private static bool FoldCommon(ReadOnlySpan<char> text, Span<char> folded)
    {
        var from = Vector256.LoadUnsafe(ref Unsafe.As<char, ushort>(ref MemoryMarshal.GetReference(text)));
        var isWide = Within(from, '\uff01', '\uff5e');
        var isKnown = isWide | Within(from, '\0', '\u007f') | Within(from, '\u4e00', '\u9fff') | Within(from, '\u3001', '\u3002');
        if (isKnown != Vector256<ushort>.AllBitsSet)
        {
            return false;
        }

        var narrow = from - (isWide & Vector256.Create((ushort)0xFEE0));
        var lower = narrow + (Within(narrow, 'A', 'Z') & Vector256.Create((ushort)0x20));
        lower.StoreUnsafe(ref Unsafe.As<char, ushort>(ref MemoryMarshal.GetReference(folded[..Block])));
        return true;
    }

    private static Vector256<ushort> Within(Vector256<ushort> value, char first, char last) =>
        Vector256.LessThanOrEqual(value - Vector256.Create((ushort)first), Vector256.Create((ushort)(last - first)));

    /// <summary>Emoji and rare Chinese characters, which are what they are.</summary>
    private static bool IsPlainPair(char high, char low) =>
        char.IsSurrogatePair(high, low) && char.ConvertToUtf32(high, low) is (>= 0x1F300 and <= 0x1FAFF) or (>= 0x20000 and < 0x2F800);

    private Span<char> Reserve(int length)
    {
        if (length > _folded.Length)
        {
            Array.Resize(ref _folded, Math.Max(length, 2 * _folded.Length));
        }

        return _folded;
    }

    /// <summary>The platform's own way: exact for every text, and an allocation or two.</summary>
    private ReadOnlySpan<char> FoldWhole(ReadOnlySpan<char> text)
    {
        var whole = Valid(text);
        whole = width ? BoundedForm.Of(whole, NormalizationForm.FormKC) : whole;
        return letterCase ? whole.ToLowerInvariant() : whole;
    }

    /// <summary>Half pairs and the last two characters of the plane, which no text may have, as U+FFFD.</summary>
    private static string Valid(ReadOnlySpan<char> text)
    {
        var valid = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            valid.Append(rune.Value is 0xFFFE or 0xFFFF ? "\ufffd" : rune.ToString());
        }

        return valid.ToString();
    }
}
