using Ziya.Models.Checkpoints;

namespace Ziya.Models.Tests.Export;

/// <summary>Rotary frequencies the way modeling_rope_utils.py of transformers goes about them: all of them, then masks over wave lengths and ramps over indices.</summary>
internal static class RopeReference
{
    public static double[] Frequencies(RopeScaling rope, double theta, int size)
    {
        var plain = Enumerable.Range(0, size / 2).Select(i => 1 / Math.Pow(theta, 2.0 * i / size)).ToArray();
        return rope.Type switch
        {
            "linear" => [.. plain.Select(frequency => frequency / rope.Factor)],
            "llama3" => [.. plain.Select(frequency => Llama3(rope, frequency))],
            "yarn" => Yarn(rope, plain, theta, size),
            _ => plain,
        };
    }

    private static double Llama3(RopeScaling rope, double frequency)
    {
        var wave = 2 * Math.PI / frequency;
        if (wave > rope.Original / rope.LowFrequency)
        {
            return frequency / rope.Factor;
        }

        if (wave < rope.Original / rope.HighFrequency)
        {
            return frequency;
        }

        var smooth = ((rope.Original / wave) - rope.LowFrequency) / (rope.HighFrequency - rope.LowFrequency);
        return ((1 - smooth) * (frequency / rope.Factor)) + (smooth * frequency);
    }

    private static double[] Yarn(RopeScaling rope, double[] plain, double theta, int size)
    {
        double Dimension(double rotations) => size * Math.Log(rope.Original / (rotations * 2 * Math.PI)) / (2 * Math.Log(theta));
        var (low, high) = (Dimension(rope.BetaFast), Dimension(rope.BetaSlow));
        if (rope.Truncate)
        {
            (low, high) = (Math.Floor(low), Math.Ceiling(high));
        }

        (low, high) = (Math.Max(low, 0), Math.Min(high, size - 1));
        high += low == high ? 0.001 : 0;
        var extrapolation = plain.Select((_, i) => 1 - Math.Clamp((i - low) / (high - low), 0, 1)).ToArray();
        return [.. plain.Select((frequency, i) => (frequency / rope.Factor * (1 - extrapolation[i])) + (frequency * extrapolation[i]))];
    }
}
