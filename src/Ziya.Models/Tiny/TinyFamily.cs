namespace Ziya.Models.Tiny;

/// <summary>What kind of a small random model.</summary>
public enum TinyFamily
{
    /// <summary>LLaMA, two query heads to a key head; safetensors.</summary>
    Llama,

    /// <summary>GPTBigCode; safetensors.</summary>
    GptBigCode,

    /// <summary>LLaMA with a value head, in PyTorch's format as Ziya-LLaMA-7B-Reward is published.</summary>
    Reward,

    /// <summary>LLaMA without a head, whose hidden states are averaged; safetensors.</summary>
    Embedding,
}
