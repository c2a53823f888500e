namespace Ziya.Corpus.Deduplication;

/// <summary>
/// Cuts fingerprints into blocks so that no pair within a distance is missed (Manku, Jain and Das Sarma, "Detecting near-duplicates for web crawling", WWW 2007): bits that differ lie in at most as many blocks as
/// they are, so that the others are equal. Each choice of those others is a table, and what lies in one cell of it is compared.
/// </summary>
internal sealed class BitBlocks
{
    private readonly ulong[][] _masks;

    /// <param name="bits">Bits of a fingerprint: 64 or 128.</param>
    /// <param name="distance">Most bits that may differ.</param>
    /// <param name="blocks">Blocks, more than the distance.</param>
    public BitBlocks(int bits, int distance, int blocks) =>
        _masks = [.. Choices(blocks, blocks - distance).Select(chosen => Mask(bits, blocks, chosen))];

    /// <summary>How many tables there are.</summary>
    public int Tables => _masks.Length;

    /// <summary>How many tables there would be: choices of <paramref name="distance"/> blocks.</summary>
    public static double CountTables(int distance, int blocks)
    {
        var count = 1.0;
        for (var i = 1; i <= distance; i++)
        {
            count = count * (blocks - distance + i) / i;
        }

        return count;
    }

    /// <summary>The bits that decide the cell in a table.</summary>
    public void Cell(ReadOnlySpan<ulong> fingerprint, int table, Span<ulong> cell)
    {
        for (var i = 0; i < fingerprint.Length; i++)
        {
            cell[i] = fingerprint[i] & _masks[table][i];
        }
    }

    private static IEnumerable<int[]> Choices(int blocks, int count, int from = 0) => count == 0
        ? [[]]
        : Enumerable.Range(from, Math.Max(0, blocks - from - count + 1)).SelectMany(first => Choices(blocks, count - 1, first + 1).Select(rest => (int[])[first, .. rest]));

    private static ulong[] Mask(int bits, int blocks, int[] chosen)
    {
        var mask = new ulong[bits / 64];
        foreach (var block in chosen)
        {
            for (var bit = block * bits / blocks; bit < (block + 1) * bits / blocks; bit++)
            {
                mask[bit / 64] |= 1UL << (bit % 64);
            }
        }

        return mask;
    }
}
