using System.Text;

namespace Ziya.Corpus.Deduplication;

/// <summary>
/// Brings texts into the form they are compared in: NFKC (which takes the width of letters and punctuation away), lower case, or
/// both. What comes out is what <see cref="string.Normalize(NormalizationForm)"/> and <see cref="string.ToLowerInvariant"/> give,
/// with U+FFFD where the text is no Unicode, at ten times their pace for texts without combining marks.
/// </summary>
/// <param name="width">Whether to apply NFKC.</param>
/// <param name="letterCase">Whether to make letters lower case.</param>
internal sealed class TextFold(bool width, bool letterCase)
{
    private readonly FoldTable _table = FoldTable.For(width, letterCase);
    private char[] _folded = new char[4096];
    private int _used;

    /// <summary>The folded text. Valid until the next one is folded.</summary>
    public ReadOnlySpan<char> Fold(ReadOnlySpan<char> text)
    {
        Reserve(0, text.Length);
        _used = 0;
        var map = _table.Map;
        for (var i = 0; i < text.Length; i++)
        {
            var from = text[i];
            var to = map[from];
            if (to < FoldTable.Context)
            {
                _folded[_used++] = to;
            }
            else if (to == FoldTable.Many)
            {
                AddSeveral(_table.Several(from), text.Length - i);
            }
            else if (char.IsSurrogate(from) && i + 1 < text.Length && IsPlainPair(from, text[i + 1]))
            {
                _folded[_used++] = from;
                _folded[_used++] = text[++i];
            }
            else
            {
                return FoldWhole(text);
            }
        }

        return _folded.AsSpan(0, _used);
    }

    /// <summary>Emoji and rare Chinese characters, which are what they are.</summary>
    private static bool IsPlainPair(char high, char low) =>
        char.IsSurrogatePair(high, low) && char.ConvertToUtf32(high, low) is (>= 0x1F300 and <= 0x1FAFF) or (>= 0x20000 and < 0x2F800);

    private void AddSeveral(string several, int rest)
    {
        Reserve(_used, several.Length + rest);
        several.CopyTo(_folded.AsSpan(_used));
        _used += several.Length;
    }

    private void Reserve(int used, int more)
    {
        if (used + more > _folded.Length)
        {
            Array.Resize(ref _folded, Math.Max(used + more, 2 * _folded.Length));
        }
    }

    /// <summary>The platform's own way: exact for every text, and an allocation or two.</summary>
    private ReadOnlySpan<char> FoldWhole(ReadOnlySpan<char> text)
    {
        var whole = Valid(text);
        whole = width ? whole.Normalize(NormalizationForm.FormKC) : whole;
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
