namespace Ziya.Corpus.Cleaning;

/// <summary>What is done to white space.</summary>
public enum WhitespaceRule
{
    /// <summary>Nothing.</summary>
    Keep,

    /// <summary>
    /// Line ends of every kind become line feeds; runs inside a line become one space (a tab where they have one); white space at the end of lines and of the
    /// text goes, and so do spare blank lines. Indentation stays if it is of ordinary spaces and tabs, as in programs; the two
    /// ideographic spaces before a Chinese paragraph go.
    /// </summary>
    Tidy,

    /// <summary>As <see cref="Tidy"/>; indentation goes too, and tabs become spaces.</summary>
    Flat,
}
