using Ziya.Models.Checkpoints;

namespace Ziya.Models.Tiny;

/// <summary>The measures of a small random model.</summary>
public sealed record TinyOptions
{
    /// <summary>Its kind.</summary>
    public required TinyFamily Family { get; init; }

    /// <summary>What its weights are drawn by: same options, same bytes. Default 42.</summary>
    public int Seed { get; init; } = 42;

    /// <summary>Layers. Default 2.</summary>
    public int Layers { get; init; } = 2;

    /// <summary>Width, a multiple of 16 for each head. Default 64.</summary>
    public int Hidden { get; init; } = 64;

    /// <summary>Query heads. Default 4.</summary>
    public int Heads { get; init; } = 4;

    /// <summary>Rows of the embedding. Default 1216: up to 1200 tokens, a few added ones, and rows that are padding, as Ziya's models have them.</summary>
    public int Vocabulary { get; init; } = 1216;

    /// <summary>Whether queries, keys, values and the output of attention have biases; LLaMA only. Default false.</summary>
    public bool HasAttentionBias { get; init; }

    /// <summary>Whether it is written as Qwen2: LLaMA with biases of queries, keys and values alone. Default false.</summary>
    public bool IsQwen2 { get; init; }

    /// <summary>Whether there is a tokenizer beside it, which needs a <see cref="Vocabulary"/> of 1202, or 1003 for GPTBigCode. Default true.</summary>
    public bool HasTokenizer { get; init; } = true;

    /// <summary>Positions. Default 512.</summary>
    public int Context { get; init; } = 512;

    /// <summary>Type of the weights. Default float32.</summary>
    public TensorType Type { get; init; } = TensorType.Float32;
}
