namespace Ziya.Corpus.Deduplication;

/// <summary>
/// Makes MinHash signatures of texts: for each of some permutations the smallest value over the text's n-grams. Two texts agree at a
/// place with the probability of their Jaccard similarity, the n-grams they share over those that either has (Broder, "On the resemblance and containment of documents", 1997).
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>Fold the text: NFKC, lower case.</item>
/// <item>Cut it into units (<see cref="TextUnits"/>): a Chinese character is one, and so is an English word with what apostrophes it has inside. White
/// space and punctuation only part them.</item>
/// <item>Hash n units in a row by a polynomial modulo 2⁶⁴, rolled on from one to the next, and mix it down to 32 bits. A text of fewer units is one n-gram.</item>
/// <item>Take the minima.</item>
/// </list>
/// </remarks>
/// <param name="ngram">Units of an n-gram.</param>
/// <param name="permutations">The permutations.</param>
internal sealed class MinHasher(int ngram, Permutations permutations)
{
    // 16 kB of units and 8 kB of n-grams stay in the first cache while the permutations go over them.
    private const int ChunkUnits = 2048;
    private const ulong WordBase = 0x9FB21C651E98DF25;
    private const ulong UnitBase = 0xD6E8FEB86659FD93;

    private readonly TextFold _fold = new(true, true);
    private readonly ulong[] _units = new ulong[ChunkUnits + ngram];
    private readonly uint[] _grams = new uint[ChunkUnits + ngram];
    private readonly uint[] _minima = new uint[permutations.Padded];
    private readonly ulong _oldest = Power(UnitBase, ngram);

    /// <summary>The signature of a text, valid until the next one; empty where it has no unit.</summary>
    public ReadOnlySpan<uint> Sign(ReadOnlySpan<char> text)
    {
        // 1.
        var folded = _fold.Fold(text);
        Array.Fill(_minima, uint.MaxValue);

        // 2. The first units of a chunk are the last of the one before.
        var kinds = TextUnits.Kind;
        var used = 0;
        var flushed = false;
        for (var at = 0; at < folded.Length; at++)
        {
            var c = folded[at];
            var kind = (uint)(c - '\u4e00') < 0x5200 ? UnitKind.Single : kinds[c];
            if (kind == UnitKind.None)
            {
                continue;
            }

            ulong unit = c;
            if (kind == UnitKind.Word)
            {
                unit *= WordBase;
                while (at + 1 < folded.Length)
                {
                    c = folded[at + 1];
                    if (kinds[c] != UnitKind.Word)
                    {
                        if (!(c is '\'' or '\u2019') || at + 2 >= folded.Length || kinds[folded[at + 2]] != UnitKind.Word)
                        {
                            break;
                        }

                        c = '\'';
                    }

                    unit = (unit + c) * WordBase;
                    at++;
                }
            }

            _units[used++] = Mix(unit);
            if (used == _units.Length)
            {
                used = Flush(used);
                flushed = true;
            }
        }

        if (used >= ngram)
        {
            Flush(used);
        }
        else if (!flushed && used > 0)
        {
            _grams[0] = Finish(Sum(used));
            permutations.Lower(_grams.AsSpan(0, 1), _minima);
        }

        return used > 0 ? _minima.AsSpan(0, permutations.Count) : default;
    }

    /// <summary>Steps 3 and 4 for the units so far; how many of them begin the next chunk.</summary>
    private int Flush(int used)
    {
        // 3.
        var count = used - ngram + 1;
        var sum = Sum(ngram);
        _grams[0] = Finish(sum);
        var units = _units.AsSpan(0, used);
        var grams = _grams.AsSpan(0, count);
        for (var i = 1; i < grams.Length; i++)
        {
            sum = sum * UnitBase + (units[i + ngram - 1] - units[i - 1] * _oldest);
            grams[i] = Finish(sum);
        }

        // 4.
        permutations.Lower(grams, _minima);
        _units.AsSpan(count, ngram - 1).CopyTo(_units);
        return ngram - 1;
    }

    private ulong Sum(int count)
    {
        var sum = 0UL;
        foreach (var unit in _units.AsSpan(0, count))
        {
            sum = sum * UnitBase + unit;
        }

        return sum;
    }

    private static ulong Mix(ulong unit)
    {
        var mixed = (unit + 0x9E3779B97F4A7C15) * 0xBF58476D1CE4E5B9;
        return mixed ^ (mixed >> 32);
    }

    /// <summary>The finish of MurmurHash3 (Appleby), of which the upper half is taken.</summary>
    private static uint Finish(ulong sum)
    {
        sum = (sum ^ (sum >> 33)) * 0xFF51AFD7ED558CCD;
        sum = (sum ^ (sum >> 33)) * 0xC4CEB9FE1A85EC53;
        return (uint)(sum >> 32);
    }

    private static ulong Power(ulong value, int exponent)
    {
        var power = 1UL;
        for (var i = 0; i < exponent; i++)
        {
            power *= value;
        }

        return power;
    }
}
