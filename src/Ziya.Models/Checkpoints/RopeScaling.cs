namespace Ziya.Models.Checkpoints;

/// <summary>
/// How the rotary frequencies of a model are changed so that it reads longer texts than it was first trained on, as <c>rope_scaling</c> of config.json says.
/// The formulas are those of <c>modeling_rope_utils.py</c> in Hugging Face's transformers. Those that depend on the length of a text (<c>dynamic</c>, <c>longrope</c>)
/// cannot be computed once for all positions and are refused.
/// </summary>
public sealed record RopeScaling
{
    /// <summary>Which: <c>default</c> (none), <c>linear</c>, <c>llama3</c> or <c>yarn</c>.</summary>
    public string Type { get; init; } = "default";

    /// <summary>How many times longer. Default 1.</summary>
    public double Factor { get; init; } = 1;

    /// <summary>Positions of the first training; <c>llama3</c> and <c>yarn</c>.</summary>
    public double Original { get; init; }

    /// <summary><c>llama3</c>: waves longer than <see cref="Original"/> over this are slowed by the whole factor.</summary>
    public double LowFrequency { get; init; } = 1;

    /// <summary><c>llama3</c>: waves shorter than <see cref="Original"/> over this stay.</summary>
    public double HighFrequency { get; init; } = 4;

    /// <summary><c>yarn</c>: frequencies of more turns than this over <see cref="Original"/> positions stay.</summary>
    public double BetaFast { get; init; } = 32;

    /// <summary><c>yarn</c>: those of fewer are slowed by the whole factor.</summary>
    public double BetaSlow { get; init; } = 1;

    /// <summary><c>yarn</c>: whether the two limits are rounded to whole frequencies.</summary>
    public bool Truncate { get; init; } = true;

    /// <summary><c>yarn</c>: what cosines and sines are multiplied by, so that attention stays as sharp as it was. Default 1.</summary>
    public double Attention { get; init; } = 1;

    /// <summary>The angle a position adds, for each pair of a head's elements.</summary>
    /// <param name="theta">The base.</param>
    /// <param name="size">Width of a head.</param>
    public double[] Frequencies(double theta, int size)
    {
        var frequencies = new double[size / 2];
        for (var i = 0; i < frequencies.Length; i++)
        {
            var plain = Math.Pow(theta, -2.0 * i / size);
            frequencies[i] = Type switch
            {
                "linear" => plain / Factor,
                "llama3" => Llama3(plain),
                "yarn" => Yarn(plain, i, theta, size),
                _ => plain,
            };
        }

        return frequencies;
    }

    /// <summary>Llama 3.1 (Dubey et al. 2024, arXiv:2407.21783): by wave length, with a smooth passage between the two limits.</summary>
    private double Llama3(double plain)
    {
        var turns = Original * plain / (2 * Math.PI);
        var kept = Math.Clamp((turns - LowFrequency) / (HighFrequency - LowFrequency), 0, 1);
        return ((1 - kept) * plain / Factor) + (kept * plain);
    }

    /// <summary>YaRN (Peng et al. 2023, arXiv:2309.00071): by the index of the frequency, with a ramp between the indices that turn <see cref="BetaFast"/> and <see cref="BetaSlow"/> times.</summary>
    private double Yarn(double plain, int index, double theta, int size)
    {
        double IndexOf(double turns) => size * Math.Log(Original / (turns * 2 * Math.PI)) / (2 * Math.Log(theta));
        var (low, high) = (IndexOf(BetaFast), IndexOf(BetaSlow));
        (low, high) = Truncate ? (Math.Floor(low), Math.Ceiling(high)) : (low, high);
        (low, high) = (Math.Max(low, 0), Math.Min(high, size - 1));
        var slowed = Math.Clamp((index - low) / (high == low ? 0.001 : high - low), 0, 1);
        return (plain / Factor * slowed) + (plain * (1 - slowed));
    }
}
