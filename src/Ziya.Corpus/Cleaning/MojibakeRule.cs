namespace Ziya.Corpus.Cleaning;

/// <summary>What is done to text that was read in the wrong encoding.</summary>
public enum MojibakeRule
{
    /// <summary>Nothing.</summary>
    Keep,

    /// <summary>Repaired where that provably gives back what was written; the rest stays.</summary>
    Repair,

    /// <summary>Repaired likewise; records in which too much is lost for good are dropped.</summary>
    Drop,
}
