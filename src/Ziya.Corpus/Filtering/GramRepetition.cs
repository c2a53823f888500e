using System.Numerics;
using System.Runtime.CompilerServices;

namespace Ziya.Corpus.Filtering;

/// <summary>
/// Finds the runs of words that a text says again. Every word is hashed once; the hash of a run follows from sums over all before (a polynomial in the
/// words' hashes, modulo 2^64), whatever its length. A run of n+1 words can only repeat where one of n does: after the first length few places are
/// left. Buffers are kept between texts.
/// </summary>
internal sealed class GramRepetition
{
    /// <summary>Words looked at, the first of the text.</summary>
    public const int MaxWords = 1 << 19;

    // Odd, without structure: the multipliers of splitmix64 and its like.
    private const ulong Base = 0xD6E8FEB86659FD93;
    private const ulong Mixer = 0x9E3779B97F4A7C15;

    // Of the first i words: the polynomial, and the characters.
    private ulong[] _sums = [];
    private int[] _characters = [];

    // The places that may start a repeated run, in order, and the slot of each in the table of runs.
    private int[] _places = [];
    private int[] _slots = [];
    private int _count;

    private ulong[] _keys = [];
    private int[] _times = [];
    private int[] _first = [];

    /// <summary>How many words the text has, as far as it is looked at.</summary>
    public int Words { get; private set; }

    /// <summary>Whether most words are characters of a script without spaces.</summary>
    public bool IsUnspaced { get; private set; }

    /// <summary>Share of characters in the most frequent run of the last length, the longest of them; 0 where none is there twice.</summary>
    public double Top { get; private set; }

    /// <summary>Share of characters in runs of the last length that stood before.</summary>
    public double Repeated { get; private set; }

    /// <summary>Takes the words of a text.</summary>
    public void Read(ReadOnlySpan<char> text)
    {
        Grow(Math.Min(text.Length, MaxWords) + 1);
        var unspaced = 0;
        Words = 0;
        for (var i = 0; i < text.Length && Words < MaxWords;)
        {
            var kind = TokenTable.Of(text[i]);
            if (kind is TokenClass.Han or TokenClass.Unspaced)
            {
                unspaced++;
                Add(text[i] * Mixer, 1);
                i++;
            }
            else if (kind is TokenClass.Letter or TokenClass.Digit)
            {
                var start = i;
                var hash = 0UL;
                do
                {
                    hash = (hash + text[i] + 1) * Mixer;
                    i++;
                }
                while (i < text.Length && TokenTable.Of(text[i]) is TokenClass.Letter or TokenClass.Digit);
                Add(hash, i - start);
            }
            else
            {
                i++;
            }
        }

        IsUnspaced = unspaced * 2 > Words;
        _count = Words;
        for (var i = 0; i < _count; i++)
        {
            _places[i] = i;
        }
    }

    /// <summary>Looks at runs of a length, which must not be less than the one before, and forgets the places where none repeats.</summary>
    public void Narrow(int length)
    {
        (Top, Repeated) = (0, 0);
        while (_count > 0 && _places[_count - 1] + length > Words)
        {
            _count--;
        }

        if (_count < 2)
        {
            _count = 0;
            return;
        }

        var repeated = Count(length);
        var total = (double)_characters[Words];
        Top = Math.Min(1, MostFrequent(length) / total);
        Repeated = repeated / total;

        var kept = 0;
        for (var i = 0; i < _count; i++)
        {
            if (_times[_slots[i]] > 1)
            {
                _places[kept++] = _places[i];
            }
        }

        _count = kept;
    }

    /// <summary>Enters all runs into the table; how many characters are in those that were there already.</summary>
    private int Count(int length)
    {
        var size = (int)BitOperations.RoundUpToPowerOf2((uint)_count * 2);
        var shift = 64 - BitOperations.Log2((uint)size);
        _times.AsSpan(0, size).Clear();
        var power = Power(length);
        int repeated = 0, covered = 0;
        for (var i = 0; i < _count; i++)
        {
            var place = _places[i];
            var key = _sums[place + length] - (_sums[place] * power);
            var slot = (int)((key ^ (key >> 32)) * Mixer >> shift);
            while (_times[slot] != 0 && _keys[slot] != key)
            {
                slot = (slot + 1) & (size - 1);
            }

            _slots[i] = slot;
            if (_times[slot]++ == 0)
            {
                (_keys[slot], _first[slot]) = (key, place);
                continue;
            }

            // No character counts twice, so only what lies beyond the run before.
            repeated += _characters[place + length] - _characters[Math.Max(place, covered)];
            covered = place + length;
        }

        return repeated;
    }

    private double MostFrequent(int length)
    {
        var (times, characters) = (1, 0);
        for (var i = 0; i < _count; i++)
        {
            var slot = _slots[i];
            if (_times[slot] >= times && _times[slot] > 1)
            {
                var size = _characters[_first[slot] + length] - _characters[_first[slot]];
                characters = _times[slot] > times ? size : Math.Max(size, characters);
                times = _times[slot];
            }
        }

        return times > 1 ? (double)times * characters : 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Add(ulong hash, int characters)
    {
        // The second half of a product is better mixed than the first: both are used.
        hash ^= hash >> 29;
        _sums[Words + 1] = (_sums[Words] * Base) + hash;
        _characters[Words + 1] = _characters[Words] + characters;
        Words++;
    }

    private static ulong Power(int exponent)
    {
        var power = 1UL;
        for (var i = 0; i < exponent; i++)
        {
            power *= Base;
        }

        return power;
    }

    private void Grow(int size)
    {
        if (_sums.Length >= size)
        {
            return;
        }

        size = (int)BitOperations.RoundUpToPowerOf2((uint)size);
        _sums = new ulong[size];
        _characters = new int[size];
        _places = new int[size];
        _slots = new int[size];
        _keys = new ulong[size * 2];
        _times = new int[size * 2];
        _first = new int[size * 2];
    }
}
