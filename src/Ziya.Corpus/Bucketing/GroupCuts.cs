using System.Buffers.Binary;

namespace Ziya.Corpus.Bucketing;

/// <summary>The cuts of one group.</summary>
/// <param name="Records">Records of the group that have the number.</param>
/// <param name="Keys">The worst value of each bucket, best bucket first, as <see cref="NumberOrder"/> has it.</param>
internal sealed record GroupCuts(long Records, IReadOnlyList<ulong> Keys)
{
    /// <summary>Reads what <see cref="CutStage"/> wrote behind the group.</summary>
    public static GroupCuts Read(ReadOnlySpan<byte> entry)
    {
        var keys = new ulong[(entry.Length / 8) - 1];
        for (var i = 0; i < keys.Length; i++)
        {
            keys[i] = BinaryPrimitives.ReadUInt64BigEndian(entry[(8 + 8 * i)..]);
        }

        return new GroupCuts(BinaryPrimitives.ReadInt64BigEndian(entry), keys);
    }
}
