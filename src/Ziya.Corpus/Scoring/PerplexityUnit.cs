namespace Ziya.Corpus.Scoring;

/// <summary>What a perplexity is per.</summary>
public enum PerplexityUnit
{
    /// <summary>Tokens of the model: the perplexity of the literature. Depends on the tokenizer.</summary>
    Token,

    /// <summary>Characters, as Unicode counts them.</summary>
    Character,

    /// <summary>Bytes of UTF-8; its logarithm to the base 2 is the bits per byte.</summary>
    Byte,
}
