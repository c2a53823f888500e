using Ziya.Models.Checkpoints;

namespace Ziya.Models.Export;

/// <summary>The layers of a family: which weights they take, and the graph from ids to normalized hidden states.</summary>
internal abstract class Layers(ModelConfig config)
{
    /// <summary>The configuration.</summary>
    protected ModelConfig Config => config;

    /// <summary>What the embedding is called in the checkpoint.</summary>
    public abstract string Embedding { get; }

    /// <summary>Width of queries, keys and values together.</summary>
    protected long PackedWidth => (config.Heads + (2L * config.KvHeads)) * config.HeadSize;

    /// <summary>Puts the weights into the store.</summary>
    public abstract void AddWeights(WeightStore weights, int context);

    /// <summary>Adds the layers; gives the hidden states [batch * sequence, hidden] behind the last norm.</summary>
    public abstract string Add(OnnxGraph graph, AttentionInputs inputs);

    /// <summary>The layers of a model.</summary>
    public static Layers Of(ModelConfig config) => config.Family switch
    {
        ModelFamily.Llama => new LlamaLayers(config),
        _ => new GptBigCodeLayers(config),
    };

    /// <summary>GroupQueryAttention over packed queries, keys and values [batch * sequence, width]; gives [batch * sequence, heads * size].</summary>
    protected string Attention(OnnxGraph graph, AttentionInputs inputs, string packed, int layer, bool rotate)
    {
        var past = inputs.HasPast;
        string[] caches = rotate ? [graph.Weight("cos_cache"), graph.Weight("sin_cache")] : [];
        object[] shape = ["batch", config.KvHeads, "past", config.HeadSize];
        if (past)
        {
            foreach (var part in new[] { "key", "value" })
            {
                graph.Input($"past_key_values.{layer}.{part}", graph.Weights.ComputeType, shape);
                graph.DeclareOutput($"present.{layer}.{part}", graph.Weights.ComputeType, shape);
            }
        }

        var attended = graph.Name("attended");
        graph.Node("GroupQueryAttention", OnnxGraph.Microsoft,
            [graph.Op("Reshape", [packed, inputs.Unfolded]), "", "",
                past ? $"past_key_values.{layer}.key" : "", past ? $"past_key_values.{layer}.value" : "", inputs.LastPositions, inputs.Total, .. caches],
            past ? [attended, $"present.{layer}.key", $"present.{layer}.value"] : [attended],
            ("num_heads", (long)config.Heads), ("kv_num_heads", (long)config.KvHeads), ("do_rotary", rotate ? 1L : 0L));
        return graph.Op("Reshape", [attended, graph.Integers(-1, (long)config.Heads * config.HeadSize)]);
    }
}
