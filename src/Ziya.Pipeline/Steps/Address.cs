using System.Buffers.Binary;

namespace Ziya.Pipeline.Steps;

/// <summary>The place of a record in the run: its shard, and its ordinal among the records the first pass wrote for it.</summary>
/// <param name="Shard">Shard, from 0.</param>
/// <param name="Ordinal">Ordinal in the shard, from 0.</param>
public readonly record struct Address(int Shard, int Ordinal) : IComparable<Address>
{
    /// <summary>Bytes of an address in a key.</summary>
    public const int Size = 8;

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static Address Read(ReadOnlySpan<byte> key) =>
        new(BinaryPrimitives.ReadInt32BigEndian(key), BinaryPrimitives.ReadInt32BigEndian(key[4..]));

    /// <summary>Writes big-endian, so that byte order is address order.</summary>
    public void Write(Span<byte> key)
    {
        BinaryPrimitives.WriteInt32BigEndian(key, Shard);
        BinaryPrimitives.WriteInt32BigEndian(key[4..], Ordinal);
    }

    /// <inheritdoc/>
    public int CompareTo(Address other) => Shard != other.Shard ? Shard.CompareTo(other.Shard) : Ordinal.CompareTo(other.Ordinal);

    /// <summary>Whether <paramref name="left"/> stands before <paramref name="right"/>.</summary>
    public static bool operator <(Address left, Address right) => left.CompareTo(right) < 0;

    /// <summary>Whether <paramref name="left"/> stands after <paramref name="right"/>.</summary>
    public static bool operator >(Address left, Address right) => left.CompareTo(right) > 0;

    /// <summary>Whether <paramref name="left"/> does not stand after <paramref name="right"/>.</summary>
    public static bool operator <=(Address left, Address right) => left.CompareTo(right) <= 0;

    /// <summary>Whether <paramref name="left"/> does not stand before <paramref name="right"/>.</summary>
    public static bool operator >=(Address left, Address right) => left.CompareTo(right) >= 0;
}
