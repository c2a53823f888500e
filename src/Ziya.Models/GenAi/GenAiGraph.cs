using Microsoft.ML.OnnxRuntime.Tensors;

namespace Ziya.Models.GenAi;

/// <summary>How a graph of ONNX Runtime GenAI's model builder is called: names by <c>genai_config.json</c>, types by the graph.</summary>
internal sealed record GenAiGraph
{
    /// <summary>Its file.</summary>
    public required string File { get; init; }

    /// <summary>What GenAI calls the kind of model: <c>llama</c>, <c>qwen2</c> and so on.</summary>
    public required string Type { get; init; }

    /// <summary>Ids, int64 [batch, sequence].</summary>
    public required string Ids { get; init; }

    /// <summary>Mask, int64 [batch, past and sequence]: 1 for tokens, 0 for what fills a row on the right.</summary>
    public required string Mask { get; init; }

    /// <summary>Positions, int64 [batch, sequence]; null where the graph counts them itself.</summary>
    public string? Positions { get; init; }

    /// <summary>Caches that come in and go out, <c>%d</c> for the layer: keys and values.</summary>
    public required (string Key, string Value) Past { get; init; }

    /// <inheritdoc cref="Past"/>
    public required (string Key, string Value) Present { get; init; }

    /// <summary>Logits, [batch, sequence, vocabulary], or [batch, 1, vocabulary] where <see cref="LastOnly"/>.</summary>
    public required string Logits { get; init; }

    /// <summary>Their type: float, float16 or bfloat16.</summary>
    public required TensorElementType LogitsType { get; init; }

    /// <summary>Whether there are logits of the last column alone, so that rows must be filled to the end.</summary>
    public bool LastOnly { get; init; }

    /// <summary>A name of a layer.</summary>
    public static string OfLayer(string pattern, int layer) => pattern.Replace("%d", layer.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
}
