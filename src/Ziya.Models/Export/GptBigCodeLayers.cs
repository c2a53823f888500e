using Ziya.Models.Checkpoints;

namespace Ziya.Models.Export;

/// <summary>GPTBigCode (https://arxiv.org/abs/2305.06161): layer norm before each block, learned positions, one key and value head, GELU. Queries, keys and values come packed.</summary>
internal sealed class GptBigCodeLayers(ModelConfig config) : Layers(config)
{
    public override string Embedding => "transformer.wte.weight";

    public override void AddWeights(WeightStore weights, int context)
    {
        var (hidden, inner) = ((long)Config.Hidden, (long)Config.Intermediate);
        weights.Add(Embedding, Config.Vocabulary, hidden);
        weights.Add("transformer.wpe.weight", Config.Context, hidden);
        for (var i = 0; i < Config.Layers; i++)
        {
            var layer = $"transformer.h.{i}.";
            AddNorm(weights, layer + "ln_1", hidden);
            AddLinear(weights, layer + "attn.c_attn", PackedWidth, hidden);
            AddLinear(weights, layer + "attn.c_proj", hidden, hidden);
            AddNorm(weights, layer + "ln_2", hidden);
            AddLinear(weights, layer + "mlp.c_fc", inner, hidden);
            AddLinear(weights, layer + "mlp.c_proj", hidden, inner);
        }

        AddNorm(weights, "transformer.ln_f", hidden);
    }

    public override string Add(OnnxGraph graph, AttentionInputs inputs)
    {
        var embedded = graph.Op("Add", [
            graph.Op("Gather", [graph.Weight(Embedding), inputs.Ids]),
            graph.Op("Gather", [graph.Weight("transformer.wpe.weight"), Positions(graph, inputs)])]);
        var stream = graph.Op("Reshape", [embedded, graph.Integers(-1, Config.Hidden)]);
        var x = graph.Op("LayerNormalization", [stream, graph.Weight("transformer.h.0.ln_1.weight"), graph.Weight("transformer.h.0.ln_1.bias")], ("epsilon", (float)Config.Epsilon), ("axis", -1L));
        for (var i = 0; i < Config.Layers; i++)
        {
            var layer = $"transformer.h.{i}.";
            var attended = Attention(graph, inputs, Linear(graph, x, layer + "attn.c_attn", Config.Hidden, PackedWidth), i, rotate: false);
            (x, stream) = AddAndNorm(graph, stream, Linear(graph, attended, layer + "attn.c_proj", Config.Hidden, Config.Hidden), layer + "ln_2");
            var inner = graph.Op("Gelu", [Linear(graph, x, layer + "mlp.c_fc", Config.Hidden, Config.Intermediate)], ("approximate", Config.TanhGelu ? "tanh" : "none"));
            var next = i + 1 < Config.Layers ? $"transformer.h.{i + 1}.ln_1" : "transformer.ln_f";
            (x, stream) = AddAndNorm(graph, stream, Linear(graph, inner, layer + "mlp.c_proj", Config.Intermediate, Config.Hidden), next);
        }

        return x;
    }

    /// <summary>
    /// Row by row, the sequence's positions follow each other from max(0, last - sequence + 1): from 0 in a first prompt, however long its row is;
    /// where the past ends otherwise.
    /// </summary>
    private static string Positions(OnnxGraph graph, AttentionInputs inputs)
    {
        var sequence = graph.Op("Gather", [graph.Op("Shape", [inputs.Ids]), graph.Integer(1)]);
        var last = graph.Op("Cast", [inputs.LastPositions], ("to", (long)Protos.Onnx.TensorProto.Types.DataType.Int64));
        var begin = graph.Op("Max", [graph.Op("Sub", [graph.Op("Add", [last, graph.Integer(1)]), sequence]), graph.Integer(0)]);
        var steps = graph.Op("Range", [graph.Integer(0), sequence, graph.Integer(1)]);
        return graph.Op("Add", [graph.Op("Unsqueeze", [begin, graph.Integers(1)]), steps]);
    }

    private (string Normalized, string Stream) AddAndNorm(OnnxGraph graph, string stream, string addend, string norm)
    {
        var (normalized, sum) = (graph.Name("normalized"), graph.Name("stream"));
        graph.Node("SkipLayerNormalization", OnnxGraph.Microsoft, [stream, addend, graph.Weight(norm + ".weight"), graph.Weight(norm + ".bias")], [normalized, "", "", sum], ("epsilon", (float)Config.Epsilon));
        return (normalized, sum);
    }

    private static string Linear(OnnxGraph graph, string x, string name, long inputs, long outputs) => graph.Linear(x, name + ".weight", inputs, outputs, name + ".bias");

    private static void AddLinear(WeightStore weights, string name, long outputs, long inputs)
    {
        weights.AddLinear(name + ".weight", [(name + ".weight", outputs)], inputs);
        weights.Add(name + ".bias", outputs);
    }

    private static void AddNorm(WeightStore weights, string name, long width)
    {
        weights.Add(name + ".weight", width);
        weights.Add(name + ".bias", width);
    }
}
