using System.Numerics;
using System.Runtime.InteropServices;

namespace Ziya.Models.Generation;

/// <summary>
/// Finds where top k and top p end in a row of weights without ordering it, whatever its shape. Used by one thread; keeps its buffer.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>A weight is guessed, and how many tokens are not below it and what they weigh together is added up: enough or not. So the end is closed in
/// between two weights, by halves of the logarithm and by straight lines between what is known, turn about.</item>
/// <item>When few tokens lie between, these alone are ordered, and taken until it is enough.</item>
/// </list>
/// A pass over 16,000 weights takes two microseconds.
/// </remarks>
internal sealed class WeightCut
{
    /// <summary>Weights that are summed in single precision; the sums of blocks are added in double.</summary>
    public const int Block = 256;

    // exp(-7): of a model that has learned something few tokens have this share of the largest weight, and all that top p 0.9 needs are among them.
    private const float FirstGuess = 9e-4f;
    private const int Few = 128;

    private readonly List<Candidate> _between = [];

    /// <summary>The last token that stays, in the order of falling weight and rising id. The largest weight is 1, but for rounding.</summary>
    public Candidate FindLast(ReadOnlySpan<float> weights, Sampling sampling)
    {
        var last = new Candidate(0, int.MaxValue);
        var all = AtLeast(weights, 0);
        var mass = all.Mass;
        if (sampling.TopK > 0 && sampling.TopK < weights.Length)
        {
            (last, mass) = Find(weights, all, new Tally(0, sampling.TopK));
        }

        if (sampling.TopP < 1)
        {
            (last, _) = Find(weights, all, new Tally(sampling.TopP * mass, 0));
        }

        return last;
    }

    /// <summary>The weights of a span that are not below one: what they weigh and how many they are.</summary>
    public static Tally AtLeast(ReadOnlySpan<float> weights, float least)
    {
        var mass = 0.0;
        var count = 0;
        for (var start = 0; start < weights.Length; start += Block)
        {
            var block = weights[start..Math.Min(start + Block, weights.Length)];
            var vectors = MemoryMarshal.Cast<float, Vector<float>>(block);
            var bound = new Vector<float>(least);
            var (even, odd) = (Vector<float>.Zero, Vector<float>.Zero);
            var counts = Vector<int>.Zero;
            var i = 0;
            for (; i + 1 < vectors.Length; i += 2)
            {
                var (isFirst, isSecond) = (Vector.GreaterThanOrEqual(vectors[i], bound), Vector.GreaterThanOrEqual(vectors[i + 1], bound));
                even += Vector.ConditionalSelect(isFirst, vectors[i], Vector<float>.Zero);
                odd += Vector.ConditionalSelect(isSecond, vectors[i + 1], Vector<float>.Zero);
                counts -= isFirst + isSecond;
            }

            mass += Vector.Sum(even + odd);
            count += Vector.Sum(counts);
            foreach (var weight in block[(i * Vector<float>.Count)..])
            {
                if (weight >= least)
                {
                    mass += weight;
                    count++;
                }
            }
        }

        return new Tally(mass, count);
    }

    private (Candidate Last, double Mass) Find(ReadOnlySpan<float> weights, Tally all, Tally wanted)
    {
        // 1. Weights are not negative: their bits are in their order, and nearly their logarithms.
        // The largest is 1 but for rounding.
        var (low, high) = (0u, BitConverter.SingleToUInt32Bits(1.01f));
        var (below, above) = (all, new Tally(0, 0));
        var guess = BitConverter.SingleToUInt32Bits(FirstGuess);
        for (var isLine = false; below.Count - above.Count > Few && high - low > 1; isLine = !isLine)
        {
            var tally = AtLeast(weights, BitConverter.UInt32BitsToSingle(guess));
            if (tally.Reaches(wanted))
            {
                (low, below) = (guess, tally);
            }
            else
            {
                (high, above) = (guess, tally);
            }

            var share = isLine ? 0.5 : wanted.Count > 0 ? (double)(below.Count - wanted.Count) / (below.Count - above.Count) : (below.Mass - wanted.Mass) / (below.Mass - above.Mass);
            guess = Math.Clamp(low + (uint)((high - low) * Math.Clamp(share, 0, 1)), low + 1, Math.Max(low + 1, high - 1));
        }

        // 2.
        Gather(weights, BitConverter.UInt32BitsToSingle(low), BitConverter.UInt32BitsToSingle(high));
        var last = new Candidate(0, int.MaxValue);
        foreach (var candidate in _between)
        {
            last = candidate;
            above = new Tally(above.Mass + candidate.Weight, above.Count + 1);
            if (above.Reaches(wanted))
            {
                break;
            }
        }

        return (last, above.Mass);
    }

    private void Gather(ReadOnlySpan<float> weights, float low, float high)
    {
        _between.Clear();
        var (from, to) = (new Vector<float>(low), new Vector<float>(high));
        for (var start = 0; start < weights.Length; start += Vector<float>.Count)
        {
            var end = start + Vector<float>.Count;
            if (end <= weights.Length)
            {
                var vector = new Vector<float>(weights[start..]);
                if (Vector.EqualsAll(Vector.GreaterThanOrEqual(vector, from) & Vector.LessThan(vector, to), Vector<int>.Zero))
                {
                    continue;
                }
            }

            for (var id = start; id < Math.Min(end, weights.Length); id++)
            {
                if (weights[id] >= low && weights[id] < high)
                {
                    _between.Add(new Candidate(weights[id], id));
                }
            }
        }

        _between.Sort();
    }

    /// <summary>Some tokens: what they weigh together and how many they are.</summary>
    internal readonly record struct Tally(double Mass, int Count)
    {
        /// <summary>Whether it is enough.</summary>
        public bool Reaches(Tally wanted) => Mass >= wanted.Mass && Count >= wanted.Count;
    }
}
