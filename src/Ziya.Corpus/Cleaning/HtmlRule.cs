namespace Ziya.Corpus.Cleaning;

/// <summary>What is done to HTML left in a text.</summary>
public enum HtmlRule
{
    /// <summary>Nothing: a text about HTML stays whole.</summary>
    Keep,

    /// <summary>Character references become the characters they stand for.</summary>
    Entities,

    /// <summary>Tags, comments, scripts and styles go too; tags of blocks become line ends.</summary>
    Strip,
}
