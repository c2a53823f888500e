using System.Text.Json.Nodes;
using Ziya.Models.Checkpoints;
using Ziya.Models.Export;
using DataType = Ziya.Models.Protos.Onnx.TensorProto.Types.DataType;

namespace Ziya.Models.Tests.GenAi;

/// <summary>
/// A folder as the model builder of ONNX Runtime GenAI lays it out, of the weights of a Hugging Face folder: inputs input_ids and attention_mask, logits of all positions, or, as with
/// its option prune_lm_head, of the last; with position_ids as an input that must be right, where it is asked for.
/// </summary>
internal static class BuilderFolder
{
    private const string Head = "lm_head.weight";

    public static void Write(string source, string target, Precision type = Precision.Float32, bool lastOnly = false, bool hasPositions = false, bool wideLogits = true)
    {
        Directory.CreateDirectory(target);
        var config = ModelConfig.Load(source);
        using var file = new WeightFile(Path.Combine(target, "model.onnx.data"));
        var weights = new WeightStore(Checkpoint.Open(source), file, new ExportOptions { Weights = type });
        var layers = Layers.Of(config);
        layers.AddWeights(weights, config.Context);
        weights.AddLinear(Head, [(Head, config.Vocabulary)], config.Hidden, isHead: true);
        file.Complete();

        var graph = new OnnxGraph(weights);
        var ids = graph.Input("input_ids", DataType.Int64, "batch_size", "sequence_length");
        var mask = graph.Input("attention_mask", DataType.Int64, "batch_size", "total_sequence_length");
        var last = graph.Op("Sub", [graph.Op("ReduceSum", [mask, graph.Integers(1)], ("keepdims", 0L)), graph.Integer(1)]);
        if (hasPositions)
        {
            // A row's first position is where its past ends; else everything shifts.
            var first = graph.Op("Gather", [graph.Input("position_ids", DataType.Int64, "batch_size", "sequence_length"), graph.Integer(0)], ("axis", 1L));
            var sequence = graph.Op("Gather", [graph.Op("Shape", [ids]), graph.Integer(1)]);
            var expected = graph.Op("Max", [graph.Op("Sub", [graph.Op("Add", [last, graph.Integer(1)]), sequence]), graph.Integer(0)]);
            last = graph.Op("Add", [last, graph.Op("Sub", [first, expected])]);
        }

        var total = graph.Op("Gather", [graph.Op("Shape", [mask]), graph.Integer(1)]);
        var unfolded = graph.Op("Concat", [graph.Op("Shape", [ids]), graph.Integers(-1)], ("axis", 0L));
        var inputs = new AttentionInputs(ids, graph.Op("Cast", [last], ("to", (long)DataType.Int32)), graph.Op("Cast", [total], ("to", (long)DataType.Int32)), unfolded, HasPast: true);
        var hidden = graph.Op("Reshape", [layers.Add(graph, inputs), unfolded]);
        if (lastOnly)
        {
            hidden = graph.Op("Unsqueeze", [graph.Op("Gather", [hidden, graph.Integer(-1)], ("axis", 1L)), graph.Integers(1)]);
        }

        var columns = graph.Op("Concat", [graph.Op("Gather", [graph.Op("Shape", [hidden]), graph.Integers(0, 1)]), graph.Integers(-1)], ("axis", 0L));
        var logits = graph.Op("Reshape", [graph.Linear(graph.Op("Reshape", [hidden, graph.Integers(-1, config.Hidden)]), Head, config.Hidden, config.Vocabulary), columns]);
        var logitsType = wideLogits ? DataType.Float : weights.ComputeType;
        graph.Output(wideLogits ? graph.Op("Cast", [logits], ("to", (long)DataType.Float)) : logits, "logits", logitsType, "batch_size", lastOnly ? 1 : "sequence_length", config.Vocabulary);
        graph.Save(Path.Combine(target, "model.onnx"));
        ModelExport.Copy(source, target);
        File.Delete(Path.Combine(target, "config.json"));
        File.WriteAllText(Path.Combine(target, "genai_config.json"), Describe(config, hasPositions).ToJsonString());
    }

    private static JsonObject Describe(ModelConfig config, bool hasPositions)
    {
        var inputs = new JsonObject
        {
            ["input_ids"] = "input_ids",
            ["attention_mask"] = "attention_mask",
            ["past_key_names"] = "past_key_values.%d.key",
            ["past_value_names"] = "past_key_values.%d.value",
        };
        if (hasPositions)
        {
            inputs["position_ids"] = "position_ids";
        }

        return new JsonObject
        {
            ["model"] = new JsonObject
            {
                ["type"] = "llama",
                ["bos_token_id"] = 1,
                ["eos_token_id"] = new JsonArray(2),
                ["pad_token_id"] = 0,
                ["context_length"] = config.Context,
                ["vocab_size"] = config.Vocabulary,
                ["decoder"] = new JsonObject
                {
                    ["session_options"] = new JsonObject { ["log_id"] = "onnxruntime-genai", ["provider_options"] = new JsonArray() },
                    ["filename"] = "model.onnx",
                    ["head_size"] = config.HeadSize,
                    ["hidden_size"] = config.Hidden,
                    ["num_attention_heads"] = config.Heads,
                    ["num_hidden_layers"] = config.Layers,
                    ["num_key_value_heads"] = config.KvHeads,
                    ["inputs"] = inputs,
                    ["outputs"] = new JsonObject { ["logits"] = "logits", ["present_key_names"] = "present.%d.key", ["present_value_names"] = "present.%d.value" },
                },
            },
            ["search"] = new JsonObject { ["do_sample"] = false, ["max_length"] = config.Context, ["past_present_share_buffer"] = true },
        };
    }
}
