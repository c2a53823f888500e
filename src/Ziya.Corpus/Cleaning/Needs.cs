namespace Ziya.Corpus.Cleaning;

/// <summary>What a text may need. May: the work itself looks closer.</summary>
[Flags]
internal enum Needs
{
    /// <summary>The text is clean.</summary>
    Nothing = 0,

    /// <summary>There are signs of a wrong encoding.</summary>
    Repair = 1,

    /// <summary>There are signs of characters lost for good.</summary>
    LossCount = 2,

    /// <summary>There are <c>&lt;</c> or <c>&amp;</c>.</summary>
    Html = 4,

    /// <summary>There are characters to remove or replace, or white space to tidy.</summary>
    Characters = 8,

    /// <summary>There are characters that may not be in the normal form.</summary>
    Form = 16,
}
