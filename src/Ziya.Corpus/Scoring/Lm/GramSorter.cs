using System.Runtime.InteropServices;
using Ziya.Pipeline.Shuffle;

namespace Ziya.Corpus.Scoring.Lm;

/// <summary>
/// Sorts n-grams by their keys within a memory budget, as <see cref="ExternalSorter"/> does entries of any form; being of one size they are sorted by
/// their digits, in time that does not depend on how alike they are. Can be read once.
/// </summary>
/// <param name="scratch">Folder for what does not fit into memory.</param>
/// <param name="memoryBytes">Budget for n-grams in memory; half of it is needed for sorting.</param>
/// <param name="bits">Bits of the keys.</param>
/// <param name="adds">Whether n-grams of the same key become one with the sum of their values.</param>
internal sealed unsafe class GramSorter(string scratch, long memoryBytes, int bits, bool adds = false) : IDisposable
{
    private const int GramBytes = 24;
    private const int FirstGrams = 1 << 12;
    private const int DigitBits = 11;

    // Each run that is read costs a buffer of 100 KiB and an open file.
    private const int MostRuns = 64;

    private readonly int _most = (int)Math.Clamp(memoryBytes / GramBytes / 2, 16, 1 << 30);
    private readonly List<GramRun> _runs = [];

    // Not of the garbage collector, which would keep what it outgrew: the budget is meant for both.
    private Gram* _grams;
    private Gram* _other;
    private int _room;
    private int _used;

    /// <summary>How many runs are on the disk.</summary>
    public int Runs => _runs.Count;

    public void Add(in Gram gram)
    {
        if (_used == _room)
        {
            if (_used >= _most)
            {
                Spill();
            }
            else
            {
                _room = (int)Math.Min(_most, Math.Max(FirstGrams, _room * 2L));
                _grams = (Gram*)NativeMemory.Realloc(_grams, (nuint)_room * GramBytes);
            }
        }

        _grams[_used++] = gram;
    }

    /// <summary>The n-grams in order. Nothing can be added after.</summary>
    public GramCursor Sorted()
    {
        Sort();
        NativeMemory.Free(_other);
        _other = null;
        GramCursor last = new MemoryCursor(_grams, _used);
        return _runs.Count == 0 ? last : new MergeCursor([last, .. _runs.Select(run => run.Read())], adds);
    }

    public void Dispose()
    {
        _runs.ForEach(run => run.Dispose());
        NativeMemory.Free(_grams);
        NativeMemory.Free(_other);
        _grams = _other = null;
        _room = _used = 0;
    }

    private void Spill()
    {
        Sort();
        AddRun(0, new MemoryCursor(_grams, _used));
        _used = 0;
        for (var level = 0; _runs.Count(run => run.Level == level) >= MostRuns; level++)
        {
            var merged = _runs.FindAll(run => run.Level == level);
            AddRun(level + 1, new MergeCursor([.. merged.Select(run => run.Read())], adds));
            _runs.RemoveAll(merged.Contains);
            merged.ForEach(run => run.Dispose());
        }
    }

    private void AddRun(int level, GramCursor grams)
    {
        var run = new GramRun(scratch, level);
        _runs.Add(run);
        while (grams.Next())
        {
            run.Add(grams.Current);
        }

        run.Finish();
    }

    private void Sort()
    {
        if (_other == null)
        {
            _other = (Gram*)NativeMemory.Alloc((nuint)_room, GramBytes);
        }

        var counts = new int[1 << DigitBits];
        for (var shift = 0; shift < bits; shift += DigitBits)
        {
            Array.Clear(counts);
            foreach (ref readonly var gram in new ReadOnlySpan<Gram>(_grams, _used))
            {
                counts[Digit(gram, shift)]++;
            }

            if (Array.IndexOf(counts, _used) >= 0)
            {
                continue;
            }

            Scatter(counts, shift);
            var sorted = _other;
            _other = _grams;
            _grams = sorted;
        }

        if (adds)
        {
            Unite();
        }
    }

    private void Scatter(int[] counts, int shift)
    {
        var sum = 0;
        for (var digit = 0; digit < counts.Length; digit++)
        {
            (counts[digit], sum) = (sum, sum + counts[digit]);
        }

        var target = _other;
        foreach (ref readonly var gram in new ReadOnlySpan<Gram>(_grams, _used))
        {
            target[counts[Digit(gram, shift)]++] = gram;
        }
    }

    private void Unite()
    {
        var kept = 0;
        for (var i = 0; i < _used; i++)
        {
            if (kept > 0 && _grams[kept - 1].IsSame(_grams[i]))
            {
                _grams[kept - 1] = _grams[kept - 1] with { Value = _grams[kept - 1].Value + _grams[i].Value };
            }
            else
            {
                _grams[kept++] = _grams[i];
            }
        }

        _used = kept;
    }

    private static int Digit(in Gram gram, int shift)
    {
        const int Mask = (1 << DigitBits) - 1;
        return shift >= 64 ? (int)(gram.High >> (shift - 64)) & Mask
            : shift > 64 - DigitBits ? (int)((gram.Low >> shift) | (gram.High << (64 - shift))) & Mask
            : (int)(gram.Low >> shift) & Mask;
    }
}
