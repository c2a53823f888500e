using System.Numerics;

namespace Ziya.Synthesis.SelfInstruct;

/// <summary>
/// Lengths of the longest common subsequence of one text with many others, 64 tokens of it at a time: Hyyrö 2004, "Bit-parallel LCS-length computation revisited". A bit of the row is 0
/// where the plain table's row grows by one.
/// </summary>
internal sealed class CommonSubsequence
{
    private const int Bits = 64;

    // Of each token the number of its masks, from 1 on; 0: the text does not have it.
    private readonly List<int> _masksOf = [];
    private ulong[] _masks = [];
    private ulong[] _row = [];
    private int _words;

    /// <summary>Makes room for tokens below this number.</summary>
    public void Know(int tokens)
    {
        while (_masksOf.Count < tokens)
        {
            _masksOf.Add(0);
        }
    }

    /// <summary>Takes the text that the others are compared with. Call <see cref="Clear"/> with the same before the next.</summary>
    public void Set(ReadOnlySpan<int> text)
    {
        _words = (text.Length + Bits - 1) / Bits;
        _row = _row.Length < _words ? new ulong[_words] : _row;
        var most = (text.Length + 1) * _words;
        _masks = _masks.Length < most ? new ulong[most] : _masks;
        _masks.AsSpan(0, most).Clear();
        var distinct = 0;
        for (var at = 0; at < text.Length; at++)
        {
            if (_masksOf[text[at]] == 0)
            {
                _masksOf[text[at]] = ++distinct;
            }

            _masks[(_masksOf[text[at]] * _words) + (at / Bits)] |= 1UL << (at % Bits);
        }
    }

    /// <summary>Forgets the text.</summary>
    public void Clear(ReadOnlySpan<int> text)
    {
        foreach (var token in text)
        {
            _masksOf[token] = 0;
        }
    }

    /// <summary>Tokens of the longest subsequence that the text has in common with this one.</summary>
    public int With(ReadOnlySpan<int> other)
    {
        var row = _row.AsSpan(0, _words);
        row.Fill(ulong.MaxValue);
        foreach (var token in other)
        {
            if (_masksOf[token] is > 0 and var masks)
            {
                Step(row, _masks.AsSpan(masks * _words, _words));
            }
        }

        // Bits behind the text stay 1: no mask has them.
        var zeros = _words * Bits;
        foreach (var word in row)
        {
            zeros -= BitOperations.PopCount(word);
        }

        return zeros;
    }

    /// <summary>row = (row + (row and mask)) or (row and not mask), over all words with the carry of the sum.</summary>
    private static void Step(Span<ulong> row, ReadOnlySpan<ulong> mask)
    {
        var carry = 0UL;
        for (var i = 0; i < row.Length; i++)
        {
            var (old, met) = (row[i], row[i] & mask[i]);
            var sum = unchecked(old + met);
            var over = sum < old ? 1UL : 0;
            sum = unchecked(sum + carry);
            carry = over | (sum < carry ? 1UL : 0);
            row[i] = sum | (old & ~mask[i]);
        }
    }
}
