using System.Buffers.Binary;
using System.Numerics;

namespace Ziya.Corpus.Deduplication;

/// <summary>In how few bits two fingerprints differ; the similarity is the share of those that agree.</summary>
/// <param name="bits">Bits of a fingerprint.</param>
/// <param name="distance">Most that may differ.</param>
internal sealed class BitLikeness(int bits, int distance) : ILikeness
{
    public int SizeOf(ReadOnlySpan<byte> sketch) => bits / 8;

    public bool IsAlike(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, out double similarity)
    {
        var differing = Differing(a, b);
        similarity = 1 - ((double)differing / bits);
        return differing <= distance;
    }

    /// <summary>How many bits differ.</summary>
    public static int Differing(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        var count = 0;
        for (var at = 0; at < a.Length; at += sizeof(ulong))
        {
            count += BitOperations.PopCount(BinaryPrimitives.ReadUInt64LittleEndian(a[at..]) ^ BinaryPrimitives.ReadUInt64LittleEndian(b[at..]));
        }

        return count;
    }
}
