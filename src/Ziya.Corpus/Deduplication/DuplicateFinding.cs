using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Deduplication;

/// <summary>What a deduplication step found about a record that has to go: which record stays for it.</summary>
internal static class DuplicateFinding
{
    /// <summary>Most bytes of an id that go along; the rest of a longer one is cut.</summary>
    public const int MostIdBytes = 512;

    private const int HeadSize = Address.Size + sizeof(int) + sizeof(float);

    /// <summary>Writes the id's UTF-8, at most <see cref="MostIdBytes"/>; how many bytes it took.</summary>
    public static int WriteId(string id, Span<byte> bytes)
    {
        Utf8.FromUtf16(id, bytes[..MostIdBytes], out _, out var written);
        return written;
    }

    /// <summary>Notes that the record at an address is a duplicate.</summary>
    public static void Write(IEntryWriter output, Channel findings, Address at, Address keeper, int size, float similarity, ReadOnlySpan<byte> keeperId)
    {
        Span<byte> entry = stackalloc byte[Address.Size + HeadSize + keeperId.Length];
        at.Write(entry);
        keeper.Write(entry[8..]);
        BinaryPrimitives.WriteInt32LittleEndian(entry[16..], size);
        BinaryPrimitives.WriteSingleLittleEndian(entry[20..], similarity);
        keeperId.CopyTo(entry[24..]);
        output.Add(findings, at.Shard, entry);
    }

    /// <summary>The drop that a finding stands for.</summary>
    /// <param name="finding">The finding.</param>
    /// <param name="reason">Why.</param>
    /// <param name="against">The run that keepers of an earlier one are in.</param>
    public static Drop ToDrop(ReadOnlySpan<byte> finding, string reason, string? against = null)
    {
        var keeper = Address.Read(finding);
        var (name, place) = EarlierIndex.IsEarlier(keeper) ? ("keeper_in", against) : ("keeper_at", string.Create(CultureInfo.InvariantCulture, $"{keeper.Shard}:{keeper.Ordinal}"));
        return new Drop(reason, new JsonObject
        {
            ["keeper_id"] = Encoding.UTF8.GetString(finding[HeadSize..]),
            [name] = place,
            ["similarity"] = Math.Round(BinaryPrimitives.ReadSingleLittleEndian(finding[12..]), 3),
            ["cluster_size"] = BinaryPrimitives.ReadInt32LittleEndian(finding[8..]),
        });
    }
}
