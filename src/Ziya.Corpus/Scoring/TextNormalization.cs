namespace Ziya.Corpus.Scoring;

/// <summary>What is done to a text before a language model reads it.</summary>
public enum TextNormalization
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>CCNet's: small letters, digits as 0, no accents, Chinese and typographic punctuation as that of ASCII, the whole text as one line.</summary>
    Ccnet,
}
