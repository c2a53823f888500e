using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Ziya.Models.Generation;

/// <summary>
/// Chooses the next token from a row of logits. Used by one thread; keeps its buffers.
/// </summary>
/// <remarks>
/// In the order of the Transformers library:
/// <list type="number">
/// <item>Penalties on tokens that occurred; banned tokens are out.</item>
/// <item>Temperature, then probabilities relative to the largest.</item>
/// <item>Only tokens that can be chosen are gathered: those above a threshold that is lowered until it is sure that all are there.</item>
/// <item>The top k of them, of these the smallest set that reaches top p, of these those above min p. Equal probabilities are ordered by id.</item>
/// <item>One of them, in the order of ids, by a number in [0, 1) that depends on seed and position alone.</item>
/// </list>
/// </remarks>
public sealed class Sampler
{
    // exp(-7): what a token needs of the largest probability to be gathered at first. With top_p 0.9 one round is nearly always enough.
    private const float FirstThreshold = 9e-4f;

    private float[] _weights = [];
    private readonly List<Candidate> _set = [];
    private readonly List<Candidate> _order = [];

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

        // 3.
        Gather(weights, sampling, total);

        // 4. and 5.
        return Draw(FindLast(sampling, total), (float)sampling.MinP, random);
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

    /// <summary>Gathers, in the order of ids, tokens among which all that can be chosen are.</summary>
    private void Gather(ReadOnlySpan<float> weights, Sampling sampling, float total)
    {
        // Without top k nothing below min p matters; with it, the mass of all k does.
        var least = sampling.TopK > 0 ? 0 : (float)sampling.MinP;
        for (var threshold = Math.Max(FirstThreshold, least); ; threshold = threshold < 1e-30f ? 0 : Math.Max(threshold / 64, least))
        {
            var mass = Collect(weights, threshold);
            if (threshold <= least || (sampling.TopK > 0 ? _set.Count >= sampling.TopK : mass >= sampling.TopP * total))
            {
                return;
            }
        }
    }

    private double Collect(ReadOnlySpan<float> weights, float threshold)
    {
        _set.Clear();
        var mass = 0.0;
        var least = Math.Max(threshold, float.Epsilon);
        var block = Vector<float>.Count;
        for (var start = 0; start < weights.Length; start += block)
        {
            // Most blocks of a model that has learned something hold nothing.
            if (start + block <= weights.Length && !Vector.GreaterThanOrEqualAny(new Vector<float>(weights[start..]), new Vector<float>(least)))
            {
                continue;
            }

            for (var id = start; id < Math.Min(start + block, weights.Length); id++)
            {
                if (weights[id] >= least)
                {
                    _set.Add(new Candidate(weights[id], id));
                    mass += weights[id];
                }
            }
        }

        return mass;
    }

    /// <summary>The last candidate that stays, in the order of falling weight and rising id.</summary>
    private Candidate FindLast(Sampling sampling, double total)
    {
        _order.Clear();
        _order.AddRange(_set);
        var order = CollectionsMarshal.AsSpan(_order);
        var last = new Candidate(0, int.MaxValue);
        if (sampling.TopK > 0 && order.Length > sampling.TopK)
        {
            last = Select(order, (_, count) => count >= sampling.TopK);
            order = order[..sampling.TopK];
        }

        if (sampling.TopP < 1)
        {
            var wanted = sampling.TopP * (sampling.TopK > 0 ? Sum(order) : total);
            if (Sum(order) > wanted)
            {
                last = Select(order, (mass, _) => mass >= wanted);
            }
        }

        return last;
    }

    /// <summary>
    /// Puts the shortest run of first candidates that is enough to the front, in any order, and gives its last one. As quickselect (Hoare 1961), by the
    /// mass or the count so far: linear, where sorting thousands of candidates would take longer than all else.
    /// </summary>
    private static Candidate Select(Span<Candidate> order, Func<double, int, bool> isEnough)
    {
        var (from, to, before) = (0, order.Length, 0.0);
        while (to - from > 1)
        {
            var pivot = Middle(order[from], order[from + ((to - from) / 2)], order[to - 1]);
            var at = from;
            var mass = before;
            for (var i = from; i < to; i++)
            {
                if (order[i].CompareTo(pivot) <= 0)
                {
                    mass += order[i].Weight;
                    (order[at], order[i]) = (order[i], order[at]);
                    at++;
                }
            }

            if (isEnough(mass, at))
            {
                if (at == to)
                {
                    // The pivot is the last of all: set it aside, the rest may be enough.
                    var place = order[from..to].IndexOf(pivot) + from;
                    (order[to - 1], order[place]) = (order[place], order[to - 1]);
                    var without = before + Sum(order[from..(to - 1)]);
                    if (!isEnough(without, to - 1))
                    {
                        return pivot;
                    }

                    to--;
                }
                else
                {
                    to = at;
                }
            }
            else
            {
                (from, before) = (at, mass);
            }
        }

        return order[Math.Min(from, order.Length - 1)];
    }

    private static Candidate Middle(Candidate a, Candidate b, Candidate c)
    {
        if (a.CompareTo(b) > 0)
        {
            (a, b) = (b, a);
        }

        return c.CompareTo(a) <= 0 ? a : c.CompareTo(b) <= 0 ? c : b;
    }

    private static double Sum(ReadOnlySpan<Candidate> candidates)
    {
        var sum = 0.0;
        foreach (var candidate in candidates)
        {
            sum += candidate.Weight;
        }

        return sum;
    }

    private int Draw(Candidate last, float least, double random)
    {
        var mass = 0.0;
        foreach (var candidate in _set)
        {
            mass += Stays(candidate, last, least) ? candidate.Weight : 0;
        }

        var left = random * mass;
        var chosen = -1;
        foreach (var candidate in _set)
        {
            if (Stays(candidate, last, least))
            {
                chosen = candidate.Id;
                left -= candidate.Weight;
                if (left < 0)
                {
                    break;
                }
            }
        }

        return chosen;
    }

    private static bool Stays(Candidate candidate, Candidate last, float least) => candidate.Weight >= least && candidate.CompareTo(last) <= 0;

    /// <summary>A token that may be chosen.</summary>
    private readonly record struct Candidate(float Weight, int Id) : IComparable<Candidate>
    {
        /// <summary>By falling weight, then rising id.</summary>
        public int CompareTo(Candidate other) => Weight != other.Weight ? other.Weight.CompareTo(Weight) : Id.CompareTo(other.Id);
    }
}
