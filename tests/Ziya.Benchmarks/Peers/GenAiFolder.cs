using System.Text.Json.Nodes;
using Ziya.Benchmarks.Generation;
using Ziya.Models.Checkpoints;
using Ziya.Models.Export;
using DataType = Ziya.Models.Protos.Onnx.TensorProto.Types.DataType;

namespace Ziya.Benchmarks.Peers;

/// <summary>
/// The folder of a LLaMA as ONNX Runtime GenAI wants it: the layers and the weights of our export, in float32, between its inputs input_ids and attention_mask
/// and its logits of every position, and genai_config.json.
/// </summary>
internal static class GenAiFolder
{
    private const string Head = "lm_head.weight";

    /// <summary>Makes it of a Hugging Face folder.</summary>
    public static void Write(string source, string target, int engineBatch)
    {
        Directory.CreateDirectory(target);
        var config = ModelConfig.Load(source);
        using var file = new WeightFile(Path.Combine(target, "model.onnx.data"));
        var weights = new WeightStore(Checkpoint.Open(source), file, new ExportOptions());
        var layers = Layers.Of(config);
        layers.AddWeights(weights, config.Context);
        weights.AddLinear(Head, [(Head, config.Vocabulary)], config.Hidden, isHead: true);
        file.Complete();

        var graph = new OnnxGraph(weights);
        var ids = graph.Input("input_ids", DataType.Int64, "batch", "sequence");
        var mask = graph.Input("attention_mask", DataType.Int64, "batch", "total");
        var last = graph.Op("Sub", [graph.Op("ReduceSum", [mask, graph.Integers(1)], ("keepdims", 0L)), graph.Integer(1)]);
        var total = graph.Op("Gather", [graph.Op("Shape", [mask]), graph.Integer(1)]);
        var unfolded = graph.Op("Concat", [graph.Op("Shape", [ids]), graph.Integers(-1)], ("axis", 0L));
        var inputs = new AttentionInputs(ids, graph.Op("Cast", [last], ("to", (long)DataType.Int32)), graph.Op("Cast", [total], ("to", (long)DataType.Int32)), unfolded, HasPast: true);
        var logits = graph.Linear(layers.Add(graph, inputs), Head, config.Hidden, config.Vocabulary);
        graph.Output(graph.Op("Reshape", [logits, unfolded]), "logits", DataType.Float, "batch", "sequence", config.Vocabulary);
        graph.Save(Path.Combine(target, "model.onnx"));
        File.WriteAllText(Path.Combine(target, "genai_config.json"), Describe(config, engineBatch).ToJsonString());
    }

    private static JsonObject Describe(ModelConfig config, int engineBatch) => new()
    {
        ["model"] = new JsonObject
        {
            ["type"] = "llama",
            ["bos_token_id"] = 1,
            ["eos_token_id"] = RandomModel.EndId,
            ["pad_token_id"] = 0,
            ["context_length"] = config.Context,
            ["vocab_size"] = config.Vocabulary,
            ["decoder"] = new JsonObject
            {
                ["session_options"] = new JsonObject { ["intra_op_num_threads"] = Environment.ProcessorCount, ["provider_options"] = new JsonArray() },
                ["filename"] = "model.onnx",
                ["head_size"] = config.HeadSize,
                ["hidden_size"] = config.Hidden,
                ["num_attention_heads"] = config.Heads,
                ["num_hidden_layers"] = config.Layers,
                ["num_key_value_heads"] = config.KvHeads,
                ["inputs"] = new JsonObject
                {
                    ["input_ids"] = "input_ids",
                    ["attention_mask"] = "attention_mask",
                    ["past_key_names"] = "past_key_values.%d.key",
                    ["past_value_names"] = "past_key_values.%d.value",
                },
                ["outputs"] = new JsonObject { ["logits"] = "logits", ["present_key_names"] = "present.%d.key", ["present_value_names"] = "present.%d.value" },
            },
        },
        ["search"] = new JsonObject { ["do_sample"] = false, ["max_length"] = config.Context, ["past_present_share_buffer"] = true },
        ["engine"] = new JsonObject { ["static_batching"] = new JsonObject { ["max_batch_size"] = engineBatch } },
    };
}
