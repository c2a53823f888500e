using System.Text;

namespace Ziya.Models.Tokenization;

/// <summary>The work of <see cref="ByteLevelTokenizer"/> with its buffers. Used by one thread.</summary>
internal sealed class ByteLevelEncoder(ByteLevelVocabulary vocabulary, WordSplitting splitting) : SegmentEncoder(vocabulary.Merges)
{
    private char[] _text = [];
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
        while (splitting.Digits != DigitSplit.None && WordScanner.IndexOfNumber(text, out var width) is var number and >= 0)
        {
            while (splitting.Digits == DigitSplit.Runs && WordScanner.IndexOfNumber(text[(number + width)..], out var more) == 0)
            {
                width += more;
            }

            EncodePart(text[..number], ids);
            EncodePart(text.Slice(number, width), ids);
            text = text[(number + width)..];
        }

        EncodePart(text, ids);
    }

    private void EncodePart(ReadOnlySpan<char> text, TokenBuffer ids)
    {
        if (text.IsEmpty)
        {
            return;
        }

        if (splitting.AddPrefixSpace && text[0] != ' ')
        {
            Grow(ref _prefixed, text.Length + 1);
            _prefixed[0] = ' ';
            text.CopyTo(_prefixed.AsSpan(1));
            text = _prefixed.AsSpan(0, text.Length + 1);
        }

        // 3.
        while (!text.IsEmpty)
        {
            var end = splitting.Words ? WordScanner.Next(text) : text.Length;
            EncodeWord(text[..end], ids);
            text = text[end..];
        }
    }

    private void EncodeWord(ReadOnlySpan<char> word, TokenBuffer ids)
    {
        // 4. Words that end in ASCII come again and again; runs of Chinese are sentences, of which only the segments do.
        if (word.Length > SegmentCache.Longest || word[^1] >= 0x80)
        {
            EncodeSegments(word, ids);
            return;
        }

        EncodeSegment(word, ids);
    }

    private void EncodeSegments(ReadOnlySpan<char> word, TokenBuffer ids)
    {
        // 5.
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
        // 6.
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

    private static void Grow(ref char[] buffer, int length)
    {
        if (buffer.Length < length)
        {
            buffer = new char[Math.Max(length, buffer.Length * 2)];
        }
    }
}
