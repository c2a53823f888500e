using System.Buffers.Binary;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Deduplication;

/// <summary>
/// Entries by address: that a record is a member of a component (address, 0, address of its first record), and right behind it what is
/// known of the record (address, 1, rank, sketch, id).
/// </summary>
internal static class RecordEntry
{
    /// <summary>Bytes before the sketch.</summary>
    public const int HeadSize = RankAt + sizeof(ulong);

    /// <summary>Bytes of an entry that makes a record a member.</summary>
    public const int MemberSize = RankAt + Address.Size;

    /// <summary>Where the rank is, and all that goes along with the record.</summary>
    public const int RankAt = Address.Size + 1;

    /// <summary>Writes the bytes before the sketch.</summary>
    public static void Write(Span<byte> entry, Address at, ulong rank)
    {
        at.Write(entry);
        entry[Address.Size] = 1;
        BinaryPrimitives.WriteUInt64BigEndian(entry[RankAt..], rank);
    }

    /// <summary>Writes that a record is in the component of another.</summary>
    public static void WriteMember(Span<byte> entry, Address at, Address component)
    {
        at.Write(entry);
        entry[Address.Size] = 0;
        component.Write(entry[RankAt..]);
    }

    /// <summary>Whether the entry makes a record a member.</summary>
    public static bool IsMember(ReadOnlySpan<byte> entry) => entry[Address.Size] == 0;
}
