namespace Ziya.Models.Tokenization;

/// <summary>Whether numbers are cut off before a text is cut into words.</summary>
public enum DigitSplit
{
    /// <summary>They are not: GPT-2.</summary>
    None,

    /// <summary>Every run of digits stands alone.</summary>
    Runs,

    /// <summary>Every digit stands alone: StarCoder.</summary>
    Each,
}
