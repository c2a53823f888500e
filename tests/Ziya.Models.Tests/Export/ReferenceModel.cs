using Ziya.Models.Checkpoints;

namespace Ziya.Models.Tests.Export;

/// <summary>What a model computes, by the definitions of its family in double precision and loops: one sequence, no cache.</summary>
internal sealed class ReferenceModel(ModelConfig config, Checkpoint checkpoint, Func<string, float[], int, float[]>? change = null)
{
    private readonly Dictionary<string, double[]> _weights = [];
    private readonly double[] _frequencies = RopeReference.Frequencies(config.Rope, config.RopeTheta, config.HeadSize);

    /// <summary>Hidden states behind the last norm, for each token.</summary>
    public double[][] Hidden(int[] tokens)
    {
        var llama = config.Family == ModelFamily.Llama;
        var embedding = Weight(llama ? "model.embed_tokens.weight" : "transformer.wte.weight");
        var stream = tokens.Select(token => embedding.AsSpan(token * config.Hidden, config.Hidden).ToArray()).ToArray();
        if (!llama)
        {
            var positions = Weight("transformer.wpe.weight");
            stream = [.. stream.Select((row, t) => Add(row, positions.AsSpan(t * config.Hidden, config.Hidden).ToArray()))];
        }

        for (var i = 0; i < config.Layers; i++)
        {
            var layer = llama ? $"model.layers.{i}." : $"transformer.h.{i}.";
            var attended = Attend(Rows(stream, row => Norm(row, layer + (llama ? "input_layernorm" : "ln_1"))), layer);
            stream = [.. stream.Select((row, t) => Add(row, Linear(attended[t], layer + (llama ? "self_attn.o_proj" : "attn.c_proj"))))];
            stream = Rows(stream, row => Add(row, FeedForward(Norm(row, layer + (llama ? "post_attention_layernorm" : "ln_2")), layer + "mlp.")));
        }

        return Rows(stream, row => Norm(row, llama ? "model.norm" : "transformer.ln_f"));
    }

    /// <summary>Logits of each token.</summary>
    public double[][] Logits(int[] tokens) => Rows(Hidden(tokens), row => Linear(row, config.TiedHead ? "transformer.wte" : "lm_head"));

    /// <summary>W·x + b, or W·x if there is no b.</summary>
    public double[] Linear(double[] x, string name)
    {
        var weight = Weight(name + ".weight");
        var bias = checkpoint.Tensors.ContainsKey(name + ".bias") ? Weight(name + ".bias") : null;
        var y = new double[weight.Length / x.Length];
        for (var o = 0; o < y.Length; o++)
        {
            y[o] = bias?[o] ?? 0;
            for (var i = 0; i < x.Length; i++)
            {
                y[o] += weight[(o * x.Length) + i] * x[i];
            }
        }

        return y;
    }

    private double[] FeedForward(double[] x, string block)
    {
        if (config.Family == ModelFamily.GptBigCode)
        {
            return Linear([.. Linear(x, block + "c_fc").Select(Gelu)], block + "c_proj");
        }

        var up = Linear(x, block + "up_proj");
        return Linear([.. Linear(x, block + "gate_proj").Select((gate, i) => gate / (1 + Math.Exp(-gate)) * up[i])], block + "down_proj");
    }

    private double[][] Attend(double[][] x, string layer)
    {
        var (heads, kvHeads, size) = (config.Heads, config.KvHeads, config.HeadSize);
        double[][] q, k, v;
        if (config.Family == ModelFamily.Llama)
        {
            q = [.. x.Select((row, t) => Rotate(Linear(row, layer + "self_attn.q_proj"), t))];
            k = [.. x.Select((row, t) => Rotate(Linear(row, layer + "self_attn.k_proj"), t))];
            v = Rows(x, row => Linear(row, layer + "self_attn.v_proj"));
        }
        else
        {
            var packed = Rows(x, row => Linear(row, layer + "attn.c_attn"));
            q = Rows(packed, row => row[..(heads * size)]);
            k = Rows(packed, row => row[(heads * size)..((heads + 1) * size)]);
            v = Rows(packed, row => row[((heads + 1) * size)..]);
        }

        var result = x.Select(_ => new double[heads * size]).ToArray();
        for (var t = 0; t < x.Length; t++)
        {
            for (var head = 0; head < heads; head++)
            {
                var kv = head / (heads / kvHeads);
                var weights = new double[t + 1];
                for (var s = 0; s <= t; s++)
                {
                    for (var i = 0; i < size; i++)
                    {
                        weights[s] += q[t][(head * size) + i] * k[s][(kv * size) + i] / Math.Sqrt(size);
                    }
                }

                var largest = weights.Max();
                var sum = weights.Sum(weight => Math.Exp(weight - largest));
                for (var s = 0; s <= t; s++)
                {
                    for (var i = 0; i < size; i++)
                    {
                        result[t][(head * size) + i] += Math.Exp(weights[s] - largest) / sum * v[s][(kv * size) + i];
                    }
                }
            }
        }

        return result;
    }

    private double[] Rotate(double[] heads, int position)
    {
        var (size, half, rope) = (config.HeadSize, config.HeadSize / 2, config.Rope);
        var rotated = new double[heads.Length];
        for (var at = 0; at < heads.Length; at += size)
        {
            for (var i = 0; i < half; i++)
            {
                var angle = position * _frequencies[i];
                rotated[at + i] = rope.Attention * ((heads[at + i] * Math.Cos(angle)) - (heads[at + half + i] * Math.Sin(angle)));
                rotated[at + half + i] = rope.Attention * ((heads[at + half + i] * Math.Cos(angle)) + (heads[at + i] * Math.Sin(angle)));
            }
        }

        return rotated;
    }

    private double[] Norm(double[] x, string name)
    {
        var weight = Weight(name + ".weight");
        if (config.Family == ModelFamily.Llama)
        {
            var root = Math.Sqrt(x.Average(value => value * value) + config.Epsilon);
            return [.. x.Select((value, i) => value / root * weight[i])];
        }

        var (bias, mean) = (Weight(name + ".bias"), x.Average());
        var deviation = Math.Sqrt(x.Average(value => (value - mean) * (value - mean)) + config.Epsilon);
        return [.. x.Select((value, i) => ((value - mean) / deviation * weight[i]) + bias[i])];
    }

    private double Gelu(double x) => config.TanhGelu
        ? 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x))))
        : 0.5 * x * (1 + Erf(x / Math.Sqrt(2)));

    /// <summary>The series of the error function; enough terms for |x| up to 6.</summary>
    private static double Erf(double x)
    {
        if (Math.Abs(x) > 6)
        {
            return Math.Sign(x);
        }

        double sum = 0, term = x;
        for (var n = 0; n < 200; n++)
        {
            sum += term / ((2 * n) + 1);
            term *= -x * x / (n + 1);
        }

        return 2 / Math.Sqrt(Math.PI) * sum;
    }

    private double[] Weight(string name)
    {
        if (!_weights.TryGetValue(name, out var weight))
        {
            using var view = checkpoint.View(name);
            var floats = new float[view.Tensor.Count];
            view.Read(0, floats);
            if (change is not null && view.Tensor.Shape.Count == 2)
            {
                floats = change(name, floats, (int)view.Tensor.Shape[1]);
            }

            _weights.Add(name, weight = [.. floats.Select(value => (double)value)]);
        }

        return weight;
    }

    private static double[][] Rows(double[][] rows, Func<double[], double[]> change) => [.. rows.Select(change)];

    private static double[] Add(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x + y)];
}
