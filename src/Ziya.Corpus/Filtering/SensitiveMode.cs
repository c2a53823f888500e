namespace Ziya.Corpus.Filtering;

/// <summary>What becomes of a record with phrases of a list.</summary>
public enum SensitiveMode
{
    /// <summary>It is dropped where a topic has more phrases than it may.</summary>
    Drop,

    /// <summary>It goes on with the number of phrases of each topic as scores.</summary>
    Tag,

    /// <summary>As `tag`, and the phrases are made unreadable.</summary>
    Mask,
}
