namespace Ziya.Synthesis.Selection;

/// <summary>The sketches of the records that stay, in the order they came to stay.</summary>
internal abstract class KeptSet
{
    /// <summary>Memory taken so far, in bytes.</summary>
    public abstract long Bytes { get; }

    /// <summary>The first that is more similar than allowed, by its number; -1 where none is.</summary>
    public abstract int FindSimilar(ReadOnlySpan<byte> sketch, out double similarity);

    /// <summary>Adds a sketch, as the next number.</summary>
    public abstract void Add(ReadOnlySpan<byte> sketch);
}
