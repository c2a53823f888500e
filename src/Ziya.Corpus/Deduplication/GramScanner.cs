namespace Ziya.Corpus.Deduplication;

/// <summary>
/// Hashes the n-grams of texts, each occurrence by itself, in both languages:
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>Fold the text: NFKC, lower case.</item>
/// <item>Cut it into units (<see cref="TextUnits"/>): a Chinese character is one, and so is an English word with what apostrophes it has inside. White
/// space and punctuation only part them.</item>
/// <item>Hash n units in a row by a polynomial modulo 2⁶⁴, rolled on from one to the next. A text of fewer units is one n-gram.</item>
/// </list>
/// </remarks>
/// <param name="ngram">Units of an n-gram.</param>
/// <param name="take">Takes some of the hashes, which still need mixing: their lower bits depend on little.</param>
internal sealed class GramScanner(int ngram, GramScanner.Taker take)
{
    /// <summary>Most hashes that are taken at once.</summary>
    public const int ChunkUnits = 2048;

    // 16 kB of units and as many of n-grams stay in the first cache while they are worked on.
    private const ulong WordBase = 0x9FB21C651E98DF25;
    private const ulong UnitBase = 0xD6E8FEB86659FD93;

    private readonly TextFold _fold = new(true, true);
    private readonly ulong[] _units = new ulong[ChunkUnits + ngram - 1];
    private readonly ulong[] _sums = new ulong[ChunkUnits];
    private readonly ulong _oldest = Power(UnitBase, ngram);

    /// <summary>Takes hashes of n-grams.</summary>
    public delegate void Taker(ReadOnlySpan<ulong> hashes);

    /// <summary>Hashes all n-grams of a text; false where it has no unit.</summary>
    public bool Scan(ReadOnlySpan<char> text)
    {
        // 1.
        var folded = _fold.Fold(text);

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
            _sums[0] = Sum(used);
            take(_sums.AsSpan(0, 1));
        }

        return used > 0 || flushed;
    }

    /// <summary>Step 3 for the units so far; how many of them begin the next chunk.</summary>
    private int Flush(int used)
    {
        // 3.
        var count = used - ngram + 1;
        var sum = Sum(ngram);
        _sums[0] = sum;
        var units = _units.AsSpan(0, used);
        var sums = _sums.AsSpan(0, count);
        for (var i = 1; i < sums.Length; i++)
        {
            sum = sum * UnitBase + (units[i + ngram - 1] - units[i - 1] * _oldest);
            sums[i] = sum;
        }

        take(sums);
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
