using System.Text;

namespace Ziya.Models.Tokenization;

/// <summary>The work of <see cref="ByteLevelTokenizer"/> with its buffers. Used by one thread.</summary>
internal sealed class ByteLevelEncoder(ByteLevelVocabulary vocabulary, WordSplitting splitting) : SegmentEncoder(vocabulary.Merges)
{
    private char[] _text = [];
    private char[] _composed = [];
    private char[] _prefixed = [];
    private byte[] _bytes = new byte[256];

    /// <summary>Appends the ids of a text.</summary>
    public void Encode(ReadOnlySpan<char> text, TokenBuffer ids)
    {
        // 1.
        if (LoneSurrogates.IndexIn(text, 0) >= 0)
        {
            Grow(ref _text, text.Length);
            var whole = _text.AsSpan(0, text.Length);
            text.CopyTo(whole);
            LoneSurrogates.Replace(whole);
            text = whole;
        }

        // 2.
        if (splitting.Compose && !IsComposed(text))
        {
            Grow(ref _composed, text.GetNormalizedLength());
            text.TryNormalize(_composed, out var length);
            text = _composed.AsSpan(0, length);
        }

        // 3.
        while (!text.IsEmpty)
        {
            var end = splitting.NextPart(text);
            EncodePart(text[..end], ids);
            text = text[end..];
        }
    }

    private void EncodePart(ReadOnlySpan<char> text, TokenBuffer ids)
    {
        if (splitting.AddPrefixSpace && text[0] != ' ')
        {
            Grow(ref _prefixed, text.Length + 1);
            _prefixed[0] = ' ';
            text.CopyTo(_prefixed.AsSpan(1));
            text = _prefixed.AsSpan(0, text.Length + 1);
        }

        // 4.
        while (!text.IsEmpty)
        {
            var end = splitting.NextWord(text);
            EncodeWord(text[..end], ids);
            text = text[end..];
        }
    }

    private void EncodeWord(ReadOnlySpan<char> word, TokenBuffer ids)
    {
        // 5.
        if (splitting.WholeWords && vocabulary.Word(word) is { } whole)
        {
            ids.Add(whole);
            return;
        }

        // 6. Words that end in ASCII come again and again; runs of Chinese are sentences, of which only the segments do.
        if (word.Length > SegmentCache.Longest || word[^1] >= 0x80)
        {
            EncodeSegments(word, ids);
            return;
        }

        EncodeSegment(word, ids);
    }

    private void EncodeSegments(ReadOnlySpan<char> word, TokenBuffer ids)
    {
        // 7.
        for (var start = 0; start < word.Length;)
        {
            var end = start + 1;
            while (end < word.Length && (char.IsHighSurrogate(word[end - 1]) || vocabulary.Joins(word[end - 1], word[end])))
            {
                end++;
            }

            EncodeSegment(word[start..end], ids);
            start = end;
        }
    }

    /// <inheritdoc/>
    protected override void Merge(ReadOnlySpan<char> segment, TokenBuffer ids)
    {
        // 8.
        if (_bytes.Length < segment.Length * 3)
        {
            _bytes = new byte[Math.Max(segment.Length * 3, _bytes.Length * 2)];
        }

        var bytes = _bytes.AsSpan(0, Encoding.UTF8.GetBytes(segment, _bytes));
        Merger.Begin(bytes.Length);
        foreach (var value in bytes)
        {
            if (vocabulary.ByteIds[value] is var id and >= 0)
            {
                Merger.Add(id);
            }
        }

        Merger.Merge();
        ids.Add(Merger.Symbols);
    }

    // Most texts have nothing but characters that compose with none; the rest ask the platform.
    private static bool IsComposed(ReadOnlySpan<char> text)
    {
        foreach (var unit in text)
        {
            if (unit is not (< '\u0300' or (>= '\u4E00' and <= '\u9FFF') or (>= '\u3000' and <= '\u3029') or (>= '\u2010' and <= '\u2027') or (>= '\uFF00' and <= '\uFFEF')))
            {
                return text.IsNormalized();
            }
        }

        return true;
    }

    private static void Grow(ref char[] buffer, int length)
    {
        if (buffer.Length < length)
        {
            buffer = new char[Math.Max(length, buffer.Length * 2)];
        }
    }
}
