using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Ziya.Corpus.Deduplication;

/// <summary>
/// A family of permutations of the 32-bit numbers and the smallest value of each over a set. Permutation i is x → aᵢ·x + bᵢ mod 2³²
/// with aᵢ odd: the multiply-add hashing of Dietzfelbinger ("Universal hashing and k-wise independent random variables via integer
/// arithmetic without primes", STACS 1996). Linear permutations are min-wise independent but for an error that vanishes with the size of the set (Bohman, Cooper and
/// Frieze, "Min-wise independent linear permutations", 2000), and the x are the output of a strong hash. Arithmetic modulo a
/// power of two is one instruction for 16 permutations, where the usual prime 2⁶¹-1 takes several for one.
/// </summary>
internal sealed class Permutations
{
    private readonly uint[] _factors;
    private readonly uint[] _terms;
    private readonly bool _vectors;

    /// <summary>The first permutations of a fixed series, so that signatures are the same in every job and on every machine.</summary>
    /// <param name="count">How many.</param>
    /// <param name="vectors">Whether to use the vectors the machine has.</param>
    public Permutations(int count, bool vectors = true)
    {
        _vectors = vectors;
        Count = count;
        Padded = (count + 15) / 16 * 16;
        _factors = new uint[Padded];
        _terms = new uint[Padded];
        var state = 0x5A59_4D48_0000_0001UL;
        for (var i = 0; i < Padded; i++)
        {
            var random = SplitMix(ref state);
            _factors[i] = (uint)random | 1;
            _terms[i] = (uint)(random >> 32);
        }
    }

    /// <summary>How many permutations there are.</summary>
    public int Count { get; }

    /// <summary>How many minima have to be given: <see cref="Count"/> in whole vectors.</summary>
    public int Padded { get; }

    /// <summary>Lowers each minimum to the smallest value that its permutation has for one of the numbers.</summary>
    public void Lower(ReadOnlySpan<uint> numbers, Span<uint> minima)
    {
        if (_vectors && Vector512.IsHardwareAccelerated)
        {
            LowerBy512(numbers, minima);
        }
        else if (_vectors && Vector256.IsHardwareAccelerated)
        {
            LowerBy256(numbers, minima);
        }
        else
        {
            LowerOneByOne(numbers, minima);
        }
    }

    /// <summary>As <see cref="Lower"/>, without vectors.</summary>
    internal void LowerOneByOne(ReadOnlySpan<uint> numbers, Span<uint> minima)
    {
        for (var i = 0; i < Padded; i++)
        {
            var factor = _factors[i];
            var term = _terms[i];
            var least = minima[i];
            foreach (var number in numbers)
            {
                least = Math.Min(least, factor * number + term);
            }

            minima[i] = least;
        }
    }

    /// <summary>As <see cref="Lower"/>, eight permutations an instruction.</summary>
    internal void LowerBy256(ReadOnlySpan<uint> numbers, Span<uint> minima)
    {
        ref var first = ref MemoryMarshal.GetReference(numbers);
        ref var least = ref MemoryMarshal.GetReference(minima[..Padded]);
        for (var i = 0; i < Padded; i += 16)
        {
            // Two vectors at once: six registers of the sixteen there are, and the loads of the numbers are shared.
            var factors0 = Vector256.LoadUnsafe(ref _factors[i]);
            var factors1 = Vector256.LoadUnsafe(ref _factors[i + 8]);
            var terms0 = Vector256.LoadUnsafe(ref _terms[i]);
            var terms1 = Vector256.LoadUnsafe(ref _terms[i + 8]);
            var least0 = Vector256.LoadUnsafe(ref least, (nuint)i);
            var least1 = Vector256.LoadUnsafe(ref least, (nuint)i + 8);
            for (var at = 0; at < numbers.Length; at++)
            {
                var number = Vector256.Create(Unsafe.Add(ref first, at));
                least0 = Vector256.Min(least0, factors0 * number + terms0);
                least1 = Vector256.Min(least1, factors1 * number + terms1);
            }

            least0.StoreUnsafe(ref least, (nuint)i);
            least1.StoreUnsafe(ref least, (nuint)i + 8);
        }
    }

    /// <summary>As <see cref="Lower"/>, sixteen permutations an instruction.</summary>
    internal void LowerBy512(ReadOnlySpan<uint> numbers, Span<uint> minima)
    {
        var i = 0;
        for (; i + 64 <= Padded; i += 64)
        {
            LowerFour(numbers, minima.Slice(i, 64), ref _factors[i], ref _terms[i]);
        }

        ref var first = ref MemoryMarshal.GetReference(numbers);
        for (; i < Padded; i += 16)
        {
            var factors = Vector512.LoadUnsafe(ref _factors[i]);
            var terms = Vector512.LoadUnsafe(ref _terms[i]);
            var least = Vector512.LoadUnsafe(ref minima[i]);
            for (var at = 0; at < numbers.Length; at++)
            {
                least = Vector512.Min(least, factors * Vector512.Create(Unsafe.Add(ref first, at)) + terms);
            }

            least.StoreUnsafe(ref minima[i]);
        }
    }

    private static void LowerFour(ReadOnlySpan<uint> numbers, Span<uint> minima, ref uint factor, ref uint term)
    {
        ref var first = ref MemoryMarshal.GetReference(numbers);
        ref var least = ref MemoryMarshal.GetReference(minima);
        var factors0 = Vector512.LoadUnsafe(ref factor);
        var factors1 = Vector512.LoadUnsafe(ref factor, 16);
        var factors2 = Vector512.LoadUnsafe(ref factor, 32);
        var factors3 = Vector512.LoadUnsafe(ref factor, 48);
        var terms0 = Vector512.LoadUnsafe(ref term);
        var terms1 = Vector512.LoadUnsafe(ref term, 16);
        var terms2 = Vector512.LoadUnsafe(ref term, 32);
        var terms3 = Vector512.LoadUnsafe(ref term, 48);
        var least0 = Vector512.LoadUnsafe(ref least);
        var least1 = Vector512.LoadUnsafe(ref least, 16);
        var least2 = Vector512.LoadUnsafe(ref least, 32);
        var least3 = Vector512.LoadUnsafe(ref least, 48);
        for (var at = 0; at < numbers.Length; at++)
        {
            var number = Vector512.Create(Unsafe.Add(ref first, at));
            least0 = Vector512.Min(least0, factors0 * number + terms0);
            least1 = Vector512.Min(least1, factors1 * number + terms1);
            least2 = Vector512.Min(least2, factors2 * number + terms2);
            least3 = Vector512.Min(least3, factors3 * number + terms3);
        }

        least0.StoreUnsafe(ref least);
        least1.StoreUnsafe(ref least, 16);
        least2.StoreUnsafe(ref least, 32);
        least3.StoreUnsafe(ref least, 48);
    }

    /// <summary>SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).</summary>
    private static ulong SplitMix(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        var mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }
}
