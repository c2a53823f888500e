namespace Ziya.Corpus.Deduplication;

/// <summary>What ranges are worked on in, one after the other: 20 bytes for each record of the largest.</summary>
/// <param name="count">Its records.</param>
internal sealed class RangeMemory(int count)
{
    /// <summary>The records, in order.</summary>
    public ulong[] Records { get; } = new ulong[count];

    /// <summary>A number for each of them.</summary>
    public ulong[] Numbers { get; } = new ulong[count];

    /// <summary>The records that they hang from.</summary>
    public int[] Parents { get; } = new int[count];
}
