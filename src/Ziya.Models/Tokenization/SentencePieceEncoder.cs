using System.Text;

namespace Ziya.Models.Tokenization;

/// <summary>The work of <see cref="SentencePieceTokenizer"/> with its buffers. Used by one thread.</summary>
internal sealed class SentencePieceEncoder(SentencePieceVocabulary vocabulary) : SegmentEncoder(vocabulary.Merges)
{
    private char[] _text = new char[4096];
    private bool _afterUnknown;

    /// <summary>Appends the ids of a text.</summary>
    public void Encode(ReadOnlySpan<char> text, TokenBuffer ids, bool prefix)
    {
        if (text.IsEmpty)
        {
            return;
        }

        // 1.
        var spelled = Spell(text, prefix && vocabulary.AddsPrefix);
        _afterUnknown = false;
        for (var start = 0; start < spelled.Length;)
        {
            // 2.
            var end = start + 1;
            while (end < spelled.Length && (vocabulary.Joined.Joins(spelled[end - 1], spelled[end]) || char.IsHighSurrogate(spelled[end - 1])))
            {
                end++;
            }

            Encode(spelled[start..end], ids);
            start = end;
        }
    }

    private ReadOnlySpan<char> Spell(ReadOnlySpan<char> text, bool prefix)
    {
        var length = text.Length + (prefix ? 1 : 0);
        if (_text.Length < length)
        {
            _text = new char[Math.Max(length, _text.Length * 2)];
        }

        _text[0] = SentencePieceTokenizer.Space;
        var spelled = _text.AsSpan(length - text.Length, text.Length);
        text.Replace(spelled, ' ', SentencePieceTokenizer.Space);
        LoneSurrogates.Replace(spelled);
        return _text.AsSpan(0, length);
    }

    private void Encode(ReadOnlySpan<char> segment, TokenBuffer ids)
    {
        // 3.
        if (segment.Length == 1 && vocabulary.Single(segment[0]) is var single and >= 0)
        {
            ids.Add(single);
            _afterUnknown = false;
            return;
        }

        // Without bytes, what an unknown character becomes depends on the one before its segment.
        if (!vocabulary.HasBytes)
        {
            Merge(segment, ids);
            return;
        }

        EncodeSegment(segment, ids);
    }

    /// <inheritdoc/>
    protected override void Merge(ReadOnlySpan<char> segment, TokenBuffer ids)
    {
        // 4. A character that is in no token is a symbol below -1 by its place, which nothing merges with.
        Merger.Begin(segment.Length);
        for (var at = 0; at < segment.Length; at += Width(segment, at))
        {
            var symbol = vocabulary.Find(segment.Slice(at, Width(segment, at)));
            Merger.Add(symbol >= 0 ? symbol : -2 - at);
        }

        Merger.Merge();

        // 5.
        foreach (var symbol in Merger.Symbols)
        {
            if ((uint)symbol < (uint)vocabulary.Size)
            {
                ids.Add(symbol);
                _afterUnknown = false;
            }
            else
            {
                var at = -2 - symbol;
                AddUnknown(symbol < 0 ? segment.Slice(at, Width(segment, at)) : vocabulary.Character(symbol), ids);
            }
        }
    }

    private void AddUnknown(ReadOnlySpan<char> character, TokenBuffer ids)
    {
        if (!vocabulary.HasBytes)
        {
            // A run of unknown characters is one unknown token.
            if (!_afterUnknown)
            {
                ids.Add(vocabulary.UnknownId);
            }

            _afterUnknown = true;
            return;
        }

        Span<byte> bytes = stackalloc byte[4];
        foreach (var value in bytes[..Encoding.UTF8.GetBytes(character, bytes)])
        {
            ids.Add(vocabulary.ByteIds[value]);
        }
    }

    private static int Width(ReadOnlySpan<char> text, int at) => char.IsHighSurrogate(text[at]) ? 2 : 1;
}
