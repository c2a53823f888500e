using System.Buffers.Binary;

namespace Ziya.Pipeline.Shuffle;

/// <summary>Order by all bytes, most of which a number tells.</summary>
internal static class EntryOrder
{
    /// <summary>The first eight bytes, zeros behind a shorter entry: of entries that differ here the lesser number has the lesser one.</summary>
    public static ulong Prefix(ReadOnlySpan<byte> entry)
    {
        if (entry.Length >= sizeof(ulong))
        {
            return BinaryPrimitives.ReadUInt64BigEndian(entry);
        }

        Span<byte> padded = stackalloc byte[sizeof(ulong)];
        padded.Clear();
        entry.CopyTo(padded);
        return BinaryPrimitives.ReadUInt64BigEndian(padded);
    }
}
