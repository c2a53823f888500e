namespace Ziya.Corpus.Filtering;

/// <summary>What becomes of personal data.</summary>
public enum PiiMode
{
    /// <summary>Each is replaced by its kind: `&lt;EMAIL&gt;`.</summary>
    Mask,

    /// <summary>Each is replaced by its kind and a keyed hash, the same for the same value: `&lt;EMAIL:6b86b273ff34&gt;`.</summary>
    Hash,

    /// <summary>Texts stay as they are; how many there are of each kind is written as scores.</summary>
    Tag,

    /// <summary>The record is dropped where it has more of a kind than it may.</summary>
    Drop,
}
