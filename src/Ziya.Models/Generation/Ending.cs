namespace Ziya.Models.Generation;

/// <summary>Why a text ended.</summary>
public enum Ending
{
    /// <summary>By an end token or a stop text.</summary>
    Stop,

    /// <summary>At the most tokens asked for, or at the end of the context.</summary>
    Length,

    /// <summary>By the content filter of a remote model; the text may be cut anywhere.</summary>
    Filtered,

    /// <summary>The caller gave up.</summary>
    Cancelled,

    /// <summary>By a fault that concerns this request.</summary>
    Fault,
}
