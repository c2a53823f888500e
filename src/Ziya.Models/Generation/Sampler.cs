using System.Numerics.Tensors;

namespace Ziya.Models.Generation;

/// <summary>
/// Chooses the next token from a row of logits. Used by one thread; keeps its buffers.
/// </summary>
/// <remarks>
/// In the order of the Transformers library:
/// <list type="number">
/// <item>Penalties on tokens that occurred; banned tokens are out.</item>
/// <item>Temperature, then probabilities relative to the largest.</item>
/// <item>The top k of them, of these the smallest set that reaches top p, of these those above min p. Equal probabilities are ordered by id.</item>
/// <item>One of them, in the order of ids, by a number in [0, 1) that depends on seed and position alone.</item>
/// </list>
/// </remarks>
public sealed class Sampler
{
    private readonly WeightCut _cut = new();
    private float[] _weights = [];
    private double[] _masses = [];

    /// <summary>The token chosen.</summary>
    /// <param name="logits">Logits of all tokens; changed by penalties and bans.</param>
    /// <param name="sampling">How to choose.</param>
    /// <param name="seen">Distinct ids of prompt and output.</param>
    /// <param name="written">Distinct ids of the output.</param>
    /// <param name="banned">Ids that must not be chosen.</param>
    /// <param name="random">A number in [0, 1).</param>
    /// <exception cref="InvalidDataException">No token is left, or the logits are no numbers.</exception>
    public int Choose(Span<float> logits, Sampling sampling, ReadOnlySpan<int> seen, ReadOnlySpan<int> written, ReadOnlySpan<int> banned, double random)
    {
        ArgumentNullException.ThrowIfNull(sampling);

        // 1.
        Penalise(logits, sampling, seen, written);
        foreach (var id in banned)
        {
            logits[id] = float.NegativeInfinity;
        }

        var largest = logits.IsEmpty ? float.NegativeInfinity : TensorPrimitives.Max<float>(logits);
        if (!float.IsFinite(largest))
        {
            throw new InvalidDataException(float.IsNaN(largest) ? "the model's logits are not numbers (NaN)." : "no token is left to choose from.");
        }

        if (sampling.Temperature == 0)
        {
            return logits.IndexOf(largest);
        }

        // 2.
        var weights = Weigh(logits, largest, sampling.Temperature);

        // 3.
        var last = _cut.FindLast(weights, sampling);

        // 4.
        return Draw(weights, last, (float)sampling.MinP, random);
    }

    /// <summary>A number in [0, 1) for a position of a request; neighbouring seeds and positions are unrelated (SplitMix64).</summary>
    public static double Uniform(ulong seed, int position)
    {
        var z = seed * 0xD6E8_FEB8_6659_FD93 + ((ulong)position + 1) * 0x9E37_79B9_7F4A_7C15;
        z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9;
        z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
        z ^= z >> 31;
        return (z >> 11) * (1.0 / (1UL << 53));
    }

    private static void Penalise(Span<float> logits, Sampling sampling, ReadOnlySpan<int> seen, ReadOnlySpan<int> written)
    {
        if (sampling.RepetitionPenalty != 1)
        {
            var penalty = (float)sampling.RepetitionPenalty;
            foreach (var id in seen)
            {
                logits[id] = logits[id] > 0 ? logits[id] / penalty : logits[id] * penalty;
            }
        }

        if (sampling.PresencePenalty != 0)
        {
            foreach (var id in written)
            {
                logits[id] -= (float)sampling.PresencePenalty;
            }
        }
    }

    private Span<float> Weigh(ReadOnlySpan<float> logits, float largest, double temperature)
    {
        if (_weights.Length < logits.Length)
        {
            _weights = new float[logits.Length];
            _masses = new double[(logits.Length + WeightCut.Block - 1) / WeightCut.Block];
        }

        var weights = _weights.AsSpan(0, logits.Length);
        TensorPrimitives.Subtract(logits, largest, weights);
        TensorPrimitives.Multiply(weights, (float)(1 / temperature), weights);
        TensorPrimitives.Exp(weights, weights);
        return weights;
    }

    private int Draw(ReadOnlySpan<float> weights, Candidate last, float least, double random)
    {
        // Of those as likely as the last one, only ids up to its own stay.
        var upTo = Math.Max(Math.Max(least, last.Weight), float.Epsilon);
        var behind = Math.Max(Math.Max(least, MathF.BitIncrement(last.Weight)), float.Epsilon);
        var masses = _masses.AsSpan(0, (weights.Length + WeightCut.Block - 1) / WeightCut.Block);
        var (mass, held) = (0.0, 0);
        for (var i = 0; i < masses.Length; i++)
        {
            var start = i * WeightCut.Block;
            var block = weights[start..Math.Min(start + WeightCut.Block, weights.Length)];
            var split = last.Id >= start + block.Length ? block.Length : Math.Max(0, last.Id + 1 - start);
            masses[i] = WeightCut.AtLeast(block[..split], upTo).Mass + WeightCut.AtLeast(block[split..], behind).Mass;
            mass += masses[i];
            held = masses[i] > 0 ? i : held;
        }

        var left = random * mass;
        var at = 0;
        for (; at < held && left >= masses[at]; at++)
        {
            left -= masses[at];
        }

        var chosen = -1;
        for (var id = at * WeightCut.Block; id < Math.Min((at + 1) * WeightCut.Block, weights.Length) && (chosen < 0 || left >= 0); id++)
        {
            if (weights[id] >= (id <= last.Id ? upTo : behind))
            {
                chosen = id;
                left -= weights[id];
            }
        }

        return chosen;
    }
}
