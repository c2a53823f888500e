using System.Text.Json;
using Microsoft.ML.OnnxRuntime.Tensors;
using Ziya.Models.Checkpoints;
using Ziya.Models.Export;

namespace Ziya.Models.GenAi;

/// <summary>
/// Reads the folders that the model builder of ONNX Runtime GenAI makes (https://github.com/microsoft/onnxruntime-genai): a decoder with GroupQueryAttention, and genai_config.json.
/// They are used by our own scheduler; nothing of GenAI runs.
/// </summary>
internal static class GenAiFolder
{
    /// <summary>The file that tells such a folder.</summary>
    public const string FileName = "genai_config.json";

    private static readonly string[] Foreign = ["encoder", "vision", "speech", "embedding", "encoder_decoder_init"];

    /// <summary>Whether a folder is one.</summary>
    public static bool Is(string folder) => File.Exists(Path.Combine(folder, FileName));

    /// <summary>What its files say of the model. What they do not say, such as the width of feed-forward blocks, is 0.</summary>
    /// <exception cref="InvalidDataException">They are damaged, or it is a model that is not supported; the message says why.</exception>
    public static ModelManifest Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
            return Read(folder, path, json.RootElement.GetProperty("model"));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new InvalidDataException($"{path}: is damaged: {exception.Message}", exception);
        }
    }

    private static ModelManifest Read(string folder, string path, JsonElement model)
    {
        if (Foreign.FirstOrDefault(part => model.TryGetProperty(part, out _)) is { } foreign)
        {
            throw new InvalidDataException($"{path}: the model has a part '{foreign}'; decoders of text alone are supported.");
        }

        var decoder = model.GetProperty("decoder");
        foreach (var part in new[] { "pipeline", "sliding_window" })
        {
            if (decoder.TryGetProperty(part, out var value) && value.ValueKind != JsonValueKind.Null)
            {
                throw new InvalidDataException($"{path}: the decoder has '{part}', which is not supported: one graph with keys and values of all positions is.");
            }
        }

        var values = new ConfigValues(path, model);
        var parts = new ConfigValues(path, decoder);
        var inputs = new ConfigValues(path, decoder.TryGetProperty("inputs", out var names) ? names : default);
        var outputs = new ConfigValues(path, decoder.TryGetProperty("outputs", out names) ? names : default);
        var file = parts.Text("filename") ?? ModelManifest.ModelFile;
        if (file.AsSpan().IndexOfAny('/', '\\') >= 0)
        {
            throw parts.Wrong("filename", $"is '{file}', not the name of a file beside it");
        }

        var graph = GraphWeights.ReadGraph(Path.Combine(folder, file));
        var form = new GenAiGraph
        {
            File = file,
            Type = values.Text("type") ?? "",
            Ids = inputs.Text("input_ids") ?? "input_ids",
            Mask = inputs.Text("attention_mask") ?? "attention_mask",
            Positions = (inputs.Text("position_ids") ?? "position_ids") is var positions && graph.Input.Any(input => input.Name == positions) ? positions : null,
            Past = (inputs.Text("past_key_names") ?? "past_key_values.%d.key", inputs.Text("past_value_names") ?? "past_key_values.%d.value"),
            Present = (outputs.Text("present_key_names") ?? "present.%d.key", outputs.Text("present_value_names") ?? "present.%d.value"),
            Logits = outputs.Text("logits") ?? "logits",
            LogitsType = TensorElementType.Float,
        };
        var check = new GenAiGraphCheck(Path.Combine(folder, file), graph, form);
        var (compute, kvHeads, headSize) = check.Caches(parts.Count("num_hidden_layers"));
        var (logitsType, vocabulary, lastOnly) = check.Logits(values.Count("vocab_size"));
        return new ModelManifest
        {
            Version = 1,
            Weights = check.Weights(compute),
            Compute = compute,
            GenAi = form with { LogitsType = logitsType, LastOnly = lastOnly },
            Config = new ModelConfig
            {
                Family = ModelFamily.Llama,
                Task = ModelTask.Generate,
                Vocabulary = vocabulary,
                Hidden = parts.Count("hidden_size", 1),
                Intermediate = 0,
                Layers = parts.Count("num_hidden_layers"),
                Heads = parts.Count("num_attention_heads"),
                KvHeads = kvHeads,
                HeadSize = headSize,
                Context = values.Count("context_length"),
                Epsilon = 0,
                BosId = values.Id("bos_token_id"),
                EosIds = values.Ids("eos_token_id"),
                PadId = values.Id("pad_token_id"),
            },
        };
    }
}
