using System.Buffers;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Ziya.Corpus.Cleaning;

/// <summary>
/// Finds out in one scan what a text needs. Sixteen units at a time are compared with the ranges that never need anything; only where one
/// lies outside, or white space stands together, are the sixteen looked up one by one.
/// </summary>
internal sealed class Survey
{
    // Rare characters that the commonest beginnings of Chinese in UTF-8 become when read as GBK: of 的, of full-width and of ideographic punctuation.
    private static readonly SearchValues<char> GbkTraces = SearchValues.Create("锛銆鐨");
    private static readonly SearchValues<char> LossTraces = SearchValues.Create("\uFFFD锟烫屯");
    private static readonly SearchValues<char> HtmlTraces = SearchValues.Create("<&");

    private readonly CleanOptions _options;
    private readonly byte[] _flags;
    private readonly bool _flat;
    private readonly bool _tidy;

    /// <summary>Prepares for the options.</summary>
    public Survey(CleanOptions options)
    {
        _options = options;
        _flags = SurveyTable.Of(options.Unicode);
        _tidy = options.Whitespace != WhitespaceRule.Keep;
        _flat = options.Whitespace == WhitespaceRule.Flat;
    }

    /// <summary>What the text may need.</summary>
    public Needs Of(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
        {
            return Needs.Nothing;
        }

        var needs = _tidy && (char.IsWhiteSpace(text[0]) || char.IsWhiteSpace(text[^1])) ? Needs.Characters : Needs.Nothing;
        if (_options.Mojibake != MojibakeRule.Keep && text.ContainsAny(GbkTraces))
        {
            needs |= Needs.Repair;
        }

        if (_options.Mojibake == MojibakeRule.Drop && text.ContainsAny(LossTraces))
        {
            needs |= Needs.LossCount;
        }

        if (_options.Html != HtmlRule.Keep && text.ContainsAny(HtmlTraces))
        {
            needs |= Needs.Html;
        }

        return needs | Characters(text);
    }

    private Needs Characters(ReadOnlySpan<char> text)
    {
        var needs = Needs.Nothing;
        var i = 0;
        var widePunctuation = _options.Width == WidthRule.All ? Vector256<ushort>.Zero : Vector256<ushort>.AllBitsSet;
        ref var first = ref MemoryMarshal.GetReference(MemoryMarshal.Cast<char, ushort>(text));
        for (; Vector256.IsHardwareAccelerated && i + Vector256<ushort>.Count < text.Length; i += Vector256<ushort>.Count)
        {
            var here = Vector256.LoadUnsafe(ref first, (nuint)i);
            var next = Vector256.LoadUnsafe(ref first, (nuint)i + 1);
            var lineFeed = Vector256.Equals(here, Vector256.Create((ushort)'\n'));
            var plain = Within(here, 0x20, 0x7E) | lineFeed;
            if (plain != Vector256<ushort>.AllBitsSet)
            {
                // Han; 、。〈 to 〩; curly quotes; — and ….
                plain |= Within(here, 0x3400, 0x9FFF) | Within(here, 0x3001, 0x3029) | Within(here, 0x2018, 0x201D)
                    | Vector256.Equals(here, Vector256.Create((ushort)0x2014)) | Vector256.Equals(here, Vector256.Create((ushort)0x2026));

                // （ to ，; ； to ？; ！.
                plain |= widePunctuation & (Within(here, 0xFF08, 0xFF0C) | Within(here, 0xFF1B, 0xFF1F) | Vector256.Equals(here, Vector256.Create((ushort)0xFF01)));
            }

            var space = Vector256.Equals(here, Vector256.Create((ushort)' '));
            var afterSpace = Vector256.Equals(next, Vector256.Create((ushort)' ')) | Vector256.Equals(next, Vector256.Create((ushort)'\n'));
            if ((~plain | ((space | lineFeed) & afterSpace)) != Vector256<ushort>.Zero)
            {
                needs |= OneByOne(text, i, i + Vector256<ushort>.Count);
            }
        }

        return needs | OneByOne(text, i, text.Length);
    }

    private static Vector256<ushort> Within(Vector256<ushort> units, ushort low, ushort high) =>
        Vector256.LessThanOrEqual(units - Vector256.Create(low), Vector256.Create((ushort)(high - low)));

    private Needs OneByOne(ReadOnlySpan<char> text, int start, int end)
    {
        var needs = Needs.Nothing;
        for (var i = start; i < end; i++)
        {
            var flags = _flags[text[i]];
            if (flags == 0)
            {
                continue;
            }

            if ((flags & SurveyTable.Suspect) != 0)
            {
                needs |= Needs.Form;
            }

            if ((flags & SurveyTable.Lead) != 0 && i + 1 < text.Length && MisreadBytes.IsContinuation(text[i + 1]) && _options.Mojibake != MojibakeRule.Keep)
            {
                needs |= Needs.Repair;
            }

            if ((flags & SurveyTable.Special) != 0 && NeedsPass(text, i, CharacterTable.Of(text[i])))
            {
                needs |= Needs.Characters;
            }
        }

        return needs;
    }

    private bool NeedsPass(ReadOnlySpan<char> text, int i, CharacterKind kind)
    {
        var next = i + 1 < text.Length ? CharacterTable.Of(text[i + 1]) : CharacterKind.LineFeed;
        switch (kind)
        {
            case CharacterKind.Space:
                return _tidy && IsSpare(text, i, next);
            case CharacterKind.Tab:
                return _tidy && (_flat || IsSpare(text, i, next));
            case CharacterKind.LineFeed:
                return (_flat && next is CharacterKind.Space or CharacterKind.Tab) || (_tidy && HasSpareBlankLine(text, i));
            case CharacterKind.CarriageReturn or CharacterKind.OtherLineEnd or CharacterKind.OtherSpace:
                return _tidy;
            case CharacterKind.Control:
                return _options.Controls || text[i] >= '\uFFFE';
            case CharacterKind.Invisible:
            case CharacterKind.Joiner:
                return _options.Invisible;
            case CharacterKind.WideLetter:
                return _options.Width != WidthRule.Keep;
            case CharacterKind.WideJoiner:
                return _options.Width == WidthRule.All || (_options.Width == WidthRule.Letters && CharacterPass.BelongsInside(text, i));
            case CharacterKind.WidePunctuation:
                return _options.Width == WidthRule.All;
            case CharacterKind.High:
                return next != CharacterKind.Low;
            case CharacterKind.Low:
                return i == 0 || CharacterTable.Of(text[i - 1]) != CharacterKind.High;
            default:
                return false;
        }
    }

    /// <summary>Whether white space ends a line or stands beside more of it, other than in an indentation that stays.</summary>
    private bool IsSpare(ReadOnlySpan<char> text, int i, CharacterKind next)
    {
        const int Furthest = 64;
        if (next is not (CharacterKind.Space or CharacterKind.Tab))
        {
            return next == CharacterKind.LineFeed;
        }

        if (_flat)
        {
            return true;
        }

        var start = i;
        while (start > 0 && i - start < Furthest && text[start - 1] is ' ' or '\t')
        {
            start--;
        }

        return start == 0 || text[start - 1] != '\n';
    }

    private bool HasSpareBlankLine(ReadOnlySpan<char> text, int i)
    {
        var rest = text[(i + 1)..];
        return rest.Length > _options.MaxBlankLines && !rest[..(_options.MaxBlankLines + 1)].ContainsAnyExcept('\n');
    }
}
