namespace Ziya.Models.Checkpoints;

/// <summary>What comes out of a model.</summary>
public enum ModelTask
{
    /// <summary>Logits of the next token.</summary>
    Generate,

    /// <summary>A score of the whole text: a value head on the last token.</summary>
    Reward,

    /// <summary>A vector of the whole text, of length 1.</summary>
    Embed,
}
