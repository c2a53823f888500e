using System.Runtime.CompilerServices;

namespace Ziya.Pipeline.Shuffle;

/// <summary>
/// An entry by what tells it from the one before. Neighbours share their kind, the upper bytes of addresses and counters, and their length; hashes share nothing, and cost a byte each and no more.
/// </summary>
/// <remarks>
/// A varint: 0 where the length is that of the entry before, otherwise the length and 1. Then until the entry is whole: a byte with how many bytes are as before (upper half) and how many follow that are not
/// (lower half); where a half is 15, a varint of what is beyond, the upper first; then the bytes that follow.
/// </remarks>
internal static class PackedEntry
{
    private const int Half = 15;

    // A stretch of fewer equal bytes costs more than it saves.
    private const int LeastEqual = 3;

    /// <summary>Most bytes that an entry of a length takes.</summary>
    public static int MostBytes(int length) => length + 16 + (length >> 12);

    /// <summary>Writes an entry; how many bytes it took.</summary>
    public static int Write(Span<byte> target, ReadOnlySpan<byte> entry, ReadOnlySpan<byte> before)
    {
        var used = WriteNumber(target, entry.Length == before.Length ? 0 : entry.Length + 1);
        for (var at = 0; at < entry.Length;)
        {
            var equal = entry[at..].CommonPrefixLength(at < before.Length ? before[at..] : default);
            var rest = entry[(at + equal)..];
            var own = rest[..OwnLength(rest, at + equal < before.Length ? before[(at + equal)..] : default)];
            target[used++] = (byte)((Math.Min(equal, Half) << 4) | Math.Min(own.Length, Half));
            used += equal < Half ? 0 : WriteNumber(target[used..], equal - Half);
            used += own.Length < Half ? 0 : WriteNumber(target[used..], own.Length - Half);
            own.CopyTo(target[used..]);
            used += own.Length;
            at += equal + own.Length;
        }

        return used;
    }

    /// <summary>Turns the entry before into the one that stands in <paramref name="packed"/>; how many bytes that were.</summary>
    /// <param name="packed">Bytes that begin with the entry.</param>
    /// <param name="entry">The entry before; grows as needed.</param>
    /// <param name="length">Its length.</param>
    public static int Read(ReadOnlySpan<byte> packed, ref byte[] entry, ref int length)
    {
        var at = 0;
        var size = ReadNumber(packed, ref at);
        length = size == 0 ? length : size - 1;
        if (entry.Length < length)
        {
            Array.Resize(ref entry, Math.Max(length, 2 * entry.Length));
        }

        for (var done = 0; done < length;)
        {
            var head = packed[at++];
            int equal = head >> 4, own = head & Half;
            equal += equal < Half ? 0 : ReadNumber(packed, ref at);
            own += own < Half ? 0 : ReadNumber(packed, ref at);
            packed.Slice(at, own).CopyTo(entry.AsSpan(done + equal));
            at += own;
            done += equal + own;
        }

        return at;
    }

    /// <summary>Up to where bytes differ, or too few in a row do not.</summary>
    private static int OwnLength(ReadOnlySpan<byte> entry, ReadOnlySpan<byte> before)
    {
        var common = Math.Min(entry.Length, before.Length);
        var equal = 0;
        for (var at = 0; at < common; at++)
        {
            equal = entry[at] == before[at] ? equal + 1 : 0;
            if (equal == LeastEqual)
            {
                return at + 1 - LeastEqual;
            }
        }

        return entry.Length;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int WriteNumber(Span<byte> target, int number)
    {
        var used = 0;
        for (; number >= 0x80; number >>= 7)
        {
            target[used++] = (byte)(number | 0x80);
        }

        target[used++] = (byte)number;
        return used;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int ReadNumber(ReadOnlySpan<byte> packed, ref int at)
    {
        var number = 0;
        for (var shift = 0; ; shift += 7)
        {
            var part = packed[at++];
            number |= (part & 0x7F) << shift;
            if (part < 0x80)
            {
                return number;
            }
        }
    }
}
