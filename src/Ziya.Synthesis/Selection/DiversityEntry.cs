using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using Ziya.Corpus.Bucketing;
using Ziya.Corpus.Deduplication;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Synthesis.Selection;

/// <summary>What <see cref="Diversify"/> notes of a record: rank, address, the length of its sketch (0 where it has no text), the sketch, the id; and what it finds about it.</summary>
internal static class DiversityEntry
{
    /// <summary>Where the address is.</summary>
    public const int AddressAt = sizeof(ulong);

    /// <summary>Bytes before the sketch.</summary>
    public const int HeadSize = AddressAt + Address.Size + sizeof(ushort);

    private const byte Similar = 1;
    private const byte OverCount = 2;
    private const byte NoText = 3;

    /// <summary>Writes an entry; how long it is.</summary>
    public static int Write(ref byte[] entry, Record record, Address at, ReadOnlySpan<byte> sketch, DiversifyOptions options)
    {
        var most = HeadSize + sketch.Length + DuplicateFinding.MostIdBytes;
        entry = entry.Length < most ? new byte[most] : entry;
        BinaryPrimitives.WriteUInt64BigEndian(entry, Rank(record, options));
        at.Write(entry.AsSpan(AddressAt));
        BinaryPrimitives.WriteUInt16LittleEndian(entry.AsSpan(HeadSize - sizeof(ushort)), (ushort)sketch.Length);
        sketch.CopyTo(entry.AsSpan(HeadSize));
        return HeadSize + sketch.Length + DuplicateFinding.WriteId(record.Id, entry.AsSpan(HeadSize + sketch.Length));
    }

    /// <summary>The sketch in an entry.</summary>
    public static ReadOnlySpan<byte> SketchOf(ReadOnlySpan<byte> entry) => entry.Slice(HeadSize, BinaryPrimitives.ReadUInt16LittleEndian(entry[(HeadSize - sizeof(ushort))..]));

    /// <summary>Notes that a record is too similar to one that stays.</summary>
    public static void WriteSimilar(IEntryWriter output, Channel findings, Address at, double similarity, ReadOnlySpan<byte> keeperId) =>
        Write(output, findings, at, Similar, (float)similarity, keeperId);

    /// <summary>Notes that a record comes after the last that may stay.</summary>
    public static void WriteOverCount(IEntryWriter output, Channel findings, Address at) => Write(output, findings, at, OverCount, 0, []);

    /// <summary>Notes that a record has nothing to compare.</summary>
    public static void WriteNoText(IEntryWriter output, Channel findings, Address at) => Write(output, findings, at, NoText, 0, []);

    /// <summary>The drop that a finding stands for.</summary>
    public static Drop ToDrop(ReadOnlySpan<byte> finding) => finding[0] switch
    {
        Similar => new Drop("similar", new JsonObject
        {
            ["keeper_id"] = Encoding.UTF8.GetString(finding[5..]),
            ["similarity"] = Math.Round(BinaryPrimitives.ReadSingleLittleEndian(finding[1..]), 3),
        }),
        OverCount => new Drop("over_count"),
        _ => new Drop("no_text"),
    };

    private static void Write(IEntryWriter output, Channel findings, Address at, byte kind, float similarity, ReadOnlySpan<byte> keeperId)
    {
        Span<byte> entry = stackalloc byte[Address.Size + 5 + keeperId.Length];
        at.Write(entry);
        entry[Address.Size] = kind;
        BinaryPrimitives.WriteSingleLittleEndian(entry[(Address.Size + 1)..], similarity);
        keeperId.CopyTo(entry[(Address.Size + 5)..]);
        output.Add(findings, at.Shard, entry);
    }

    private static ulong Rank(Record record, DiversifyOptions options)
    {
        var product = 1.0;
        foreach (var name in options.By)
        {
            if (!RecordField.TryGetNumber(record, name, out var value) || double.IsNaN(value))
            {
                return ulong.MaxValue;
            }

            product *= value;
        }

        return options.By.Count == 0 ? 0 : double.IsNaN(product) ? ulong.MaxValue : NumberOrder.Key(product, options.Order);
    }
}
