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
/// <item>Only tokens that can be in the set are gathered and sorted: those above a threshold that is lowered until the set is sure.</item>
/// <item>The top k of them, of these the smallest set that reaches top p, of these those above min p.</item>
/// <item>One of them by a number in [0, 1) that depends on seed and position alone. Equal probabilities are ordered by id.</item>
/// </list>
/// </remarks>
public sealed class Sampler
{
    // exp(-7): what a token needs of the largest probability to be gathered at first. With top_p 0.9 one round is nearly always enough.
    private const float FirstThreshold = 9e-4f;

    private float[] _weights = [];
    private readonly List<(float Weight, int Id)> _set = [];

    /// <summary>The token chosen.</summary>
    /// <param name="logits">Logits of all tokens; changed by penalties and bans.</param>
    /// <param name="sampling">How to choose.</param>
    /// <param name="seen">Distinct ids of prompt and output.</param>
    /// <param name="written">Distinct ids of the output.</param>
    /// <param name="banned">Ids that must not be chosen.</param>
    /// <param name="random">A number in [0, 1).</param>
    /// <exception cref="InvalidDataException">No token is left, or the logits are no numbers.</exception>
    public int Choose(Span<float> logits, Sampling sampling, IReadOnlyCollection<int> seen, IReadOnlyCollection<int> written, ReadOnlySpan<int> banned, double random)
    {
        ArgumentNullException.ThrowIfNull(sampling);

        // 1.
        Penalise(logits, sampling, seen, written);
        foreach (var id in banned)
        {
            logits[id] = float.NegativeInfinity;
        }

        var best = TensorPrimitives.IndexOfMax<float>(logits);
        if (best < 0 || !float.IsFinite(logits[best]))
        {
            throw new InvalidDataException(best >= 0 && float.IsNaN(logits[best]) ? "the model's logits are not numbers (NaN)." : "no token is left to choose from.");
        }

        if (sampling.Temperature == 0)
        {
            return best;
        }

        // 2.
        var weights = Weigh(logits, logits[best], sampling.Temperature);
        var total = TensorPrimitives.Sum<float>(weights);

        // 3. and 4.
        Gather(weights, sampling, total);

        // 5.
        return Draw(random);
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

    private static void Penalise(Span<float> logits, Sampling sampling, IReadOnlyCollection<int> seen, IReadOnlyCollection<int> written)
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
        }

        var weights = _weights.AsSpan(0, logits.Length);
        TensorPrimitives.Subtract(logits, largest, weights);
        TensorPrimitives.Multiply(weights, (float)(1 / temperature), weights);
        TensorPrimitives.Exp(weights, weights);
        return weights;
    }

    private void Gather(ReadOnlySpan<float> weights, Sampling sampling, float total)
    {
        // Without top k nothing below min p matters; with it, the mass of all k does.
        var least = sampling.TopK > 0 ? 0 : (float)sampling.MinP;
        for (var threshold = Math.Max(FirstThreshold, least); ; threshold = threshold < 1e-30f ? 0 : Math.Max(threshold / 64, least))
        {
            var mass = Collect(weights, threshold);
            if (threshold <= least || (sampling.TopK > 0 ? _set.Count >= sampling.TopK : mass >= sampling.TopP * total))
            {
                break;
            }
        }

        _set.Sort((left, right) => left.Weight != right.Weight ? right.Weight.CompareTo(left.Weight) : left.Id.CompareTo(right.Id));
        if (sampling.TopK > 0 && _set.Count > sampling.TopK)
        {
            _set.RemoveRange(sampling.TopK, _set.Count - sampling.TopK);
        }

        KeepTopP(sampling, sampling.TopK > 0 ? _set.Sum(pair => (double)pair.Weight) : total);
        var beyond = _set.FindIndex(pair => pair.Weight < sampling.MinP);
        if (beyond >= 0)
        {
            _set.RemoveRange(beyond, _set.Count - beyond);
        }
    }

    private double Collect(ReadOnlySpan<float> weights, float threshold)
    {
        _set.Clear();
        var mass = 0.0;
        for (var id = 0; id < weights.Length; id++)
        {
            if (weights[id] >= threshold && weights[id] > 0)
            {
                _set.Add((weights[id], id));
                mass += weights[id];
            }
        }

        return mass;
    }

    private void KeepTopP(Sampling sampling, double total)
    {
        if (sampling.TopP >= 1)
        {
            return;
        }

        var mass = 0.0;
        for (var kept = 0; kept < _set.Count; kept++)
        {
            mass += _set[kept].Weight;
            if (mass >= sampling.TopP * total)
            {
                _set.RemoveRange(kept + 1, _set.Count - kept - 1);
                return;
            }
        }
    }

    private int Draw(double random)
    {
        var left = random * _set.Sum(pair => (double)pair.Weight);
        foreach (var (weight, id) in _set)
        {
            left -= weight;
            if (left < 0)
            {
                return id;
            }
        }

        return _set[^1].Id;
    }
}
