namespace Ziya.Models.Checkpoints;

/// <summary>How the layers of a model are made.</summary>
public enum ModelFamily
{
    /// <summary>LLaMA: RMS norm, rotary positions, gated SiLU, grouped or multi-head attention. All Ziya models but Coding.</summary>
    Llama,

    /// <summary>GPTBigCode (StarCoder): layer norm, learned positions, GELU, multi-query attention. Ziya-Coding-15B-v1.</summary>
    GptBigCode,
}
