using Ziya.Models.Checkpoints;

namespace Ziya.Models.Export;

/// <summary>LLaMA (https://arxiv.org/abs/2302.13971): RMS norm before each block, rotary positions by halves, SiLU-gated feed-forward.</summary>
internal sealed class LlamaLayers(ModelConfig config) : Layers(config)
{
    public override string Embedding => "model.embed_tokens.weight";

    private long Width => (long)Config.Heads * Config.HeadSize;

    public override void AddWeights(WeightStore weights, int context)
    {
        var (hidden, inner, kv) = ((long)Config.Hidden, (long)Config.Intermediate, (long)Config.KvHeads * Config.HeadSize);
        weights.Add(Embedding, Config.Vocabulary, hidden);
        for (var i = 0; i < Config.Layers; i++)
        {
            var layer = $"model.layers.{i}.";
            weights.Add(layer + "input_layernorm.weight", hidden);
            weights.AddLinear(layer + "qkv", [(layer + "self_attn.q_proj.weight", Width), (layer + "self_attn.k_proj.weight", kv), (layer + "self_attn.v_proj.weight", kv)], hidden);
            AddLinear(weights, layer + "self_attn.o_proj.weight", hidden, Width);
            if (Config.QkvBias)
            {
                weights.AddStacked(layer + "qkv.bias", [(layer + "self_attn.q_proj.bias", Width), (layer + "self_attn.k_proj.bias", kv), (layer + "self_attn.v_proj.bias", kv)]);
            }

            if (Config.OutputBias)
            {
                weights.Add(layer + "self_attn.o_proj.bias", hidden);
            }

            weights.Add(layer + "post_attention_layernorm.weight", hidden);
            AddLinear(weights, layer + "mlp.gate_proj.weight", inner, hidden);
            AddLinear(weights, layer + "mlp.up_proj.weight", inner, hidden);
            AddLinear(weights, layer + "mlp.down_proj.weight", hidden, inner);
        }

        weights.Add("model.norm.weight", hidden);
        AddRotation(weights, context);
    }

    public override string Add(OnnxGraph graph, AttentionInputs inputs)
    {
        var stream = graph.Op("Reshape", [graph.Op("Gather", [graph.Weight(Embedding), inputs.Ids]), graph.Integers(-1, Config.Hidden)]);
        var x = graph.Op("SimplifiedLayerNormalization", [stream, graph.Weight("model.layers.0.input_layernorm.weight")], ("epsilon", (float)Config.Epsilon), ("axis", -1L));
        for (var i = 0; i < Config.Layers; i++)
        {
            var layer = $"model.layers.{i}.";
            var attended = Attention(graph, inputs, graph.Linear(x, layer + "qkv", Config.Hidden, PackedWidth, Config.QkvBias ? layer + "qkv.bias" : null), i, rotate: true);
            attended = graph.Linear(attended, layer + "self_attn.o_proj.weight", Width, Config.Hidden, Config.OutputBias ? layer + "self_attn.o_proj.bias" : null);
            (x, stream) = AddAndNorm(graph, stream, attended, layer + "post_attention_layernorm.weight");
            var next = i + 1 < Config.Layers ? $"model.layers.{i + 1}.input_layernorm.weight" : "model.norm.weight";
            (x, stream) = AddAndNorm(graph, stream, FeedForward(graph, x, layer + "mlp."), next);
        }

        return x;
    }

    private string FeedForward(OnnxGraph graph, string x, string block)
    {
        var gate = graph.Linear(x, block + "gate_proj.weight", Config.Hidden, Config.Intermediate);
        var up = graph.Linear(x, block + "up_proj.weight", Config.Hidden, Config.Intermediate);
        var silu = graph.Op("Mul", [gate, graph.Op("Sigmoid", [gate])]);
        return graph.Linear(graph.Op("Mul", [silu, up]), block + "down_proj.weight", Config.Intermediate, Config.Hidden);
    }

    private (string Normalized, string Stream) AddAndNorm(OnnxGraph graph, string stream, string addend, string weight)
    {
        var (normalized, sum) = (graph.Name("normalized"), graph.Name("stream"));
        graph.Node("SkipSimplifiedLayerNormalization", OnnxGraph.Microsoft, [stream, addend, graph.Weight(weight)], [normalized, "", "", sum], ("epsilon", (float)Config.Epsilon));
        return (normalized, sum);
    }

    private static void AddLinear(WeightStore weights, string name, long outputs, long inputs) => weights.AddLinear(name, [(name, outputs)], inputs);

    /// <summary>Cosines and sines of position * frequency, in double precision before they are rounded.</summary>
    private void AddRotation(WeightStore weights, int context)
    {
        var half = Config.HeadSize / 2;
        var (cosines, sines) = (new float[context * half], new float[context * half]);
        var frequencies = Config.Rope.Frequencies(Config.RopeTheta, Config.HeadSize);
        for (var position = 0; position < context; position++)
        {
            for (var i = 0; i < half; i++)
            {
                var angle = position * frequencies[i];
                cosines[(position * half) + i] = (float)(Config.Rope.Attention * Math.Cos(angle));
                sines[(position * half) + i] = (float)(Config.Rope.Attention * Math.Sin(angle));
            }
        }

        weights.Add("cos_cache", cosines, context, half);
        weights.Add("sin_cache", sines, context, half);
    }
}
