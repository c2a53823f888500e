using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Deduplication;

/// <summary>
/// What <see cref="DedupLines"/> found about a record: a bit for each of its spans that was seen before, and of the first runs of such spans where they stand elsewhere.
/// </summary>
internal static class SpanFinding
{
    /// <summary>Most places elsewhere that are told.</summary>
    public const int MostNotes = 8;

    private const int NoteSize = sizeof(int) + Address.Size + sizeof(int) + sizeof(ushort);

    /// <summary>Notes what was found about the record at an address.</summary>
    public static void Write(IEntryWriter output, Channel findings, Address at, ReadOnlySpan<byte> bits, IReadOnlyList<Note> notes)
    {
        var entry = new byte[Address.Size + sizeof(int) + bits.Length + notes.Sum(note => NoteSize + note.KeeperId.Length)];
        at.Write(entry);
        BinaryPrimitives.WriteInt32LittleEndian(entry.AsSpan(Address.Size), bits.Length);
        bits.CopyTo(entry.AsSpan(Address.Size + sizeof(int)));
        var used = Address.Size + sizeof(int) + bits.Length;
        foreach (var note in notes)
        {
            var bytes = entry.AsSpan(used);
            BinaryPrimitives.WriteInt32LittleEndian(bytes, note.Span);
            note.Keeper.Write(bytes[4..]);
            BinaryPrimitives.WriteInt32LittleEndian(bytes[12..], note.KeeperSpan);
            BinaryPrimitives.WriteUInt16LittleEndian(bytes[16..], (ushort)note.KeeperId.Length);
            note.KeeperId.CopyTo(bytes[NoteSize..]);
            used += NoteSize + note.KeeperId.Length;
        }

        output.Add(findings, at.Shard, entry);
    }

    /// <summary>Whether a span was seen before.</summary>
    public static bool IsSeen(ReadOnlySpan<byte> finding, int span)
    {
        var bits = finding.Slice(sizeof(int), BinaryPrimitives.ReadInt32LittleEndian(finding));
        return span / 8 < bits.Length && (bits[span / 8] >> (span % 8) & 1) != 0;
    }

    /// <summary>The notes as JSON, each with the text of its span, and of the first the keeper by itself.</summary>
    public static JsonArray Notes(ReadOnlySpan<byte> finding, Func<int, string> textOf)
    {
        var array = new JsonArray();
        var at = sizeof(int) + BinaryPrimitives.ReadInt32LittleEndian(finding);
        while (at < finding.Length)
        {
            var bytes = finding[at..];
            var keeper = Address.Read(bytes[4..]);
            var id = bytes.Slice(NoteSize, BinaryPrimitives.ReadUInt16LittleEndian(bytes[16..]));
            array.Add((JsonNode)new JsonObject
            {
                ["text"] = textOf(BinaryPrimitives.ReadInt32LittleEndian(bytes)),
                ["keeper_id"] = Encoding.UTF8.GetString(id),
                ["keeper_at"] = string.Create(CultureInfo.InvariantCulture, $"{keeper.Shard}:{keeper.Ordinal}"),
                ["keeper_span"] = BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]),
            });
            at += NoteSize + id.Length;
        }

        return array;
    }

    /// <summary>Where a span stands elsewhere.</summary>
    public sealed record Note(int Span, Address Keeper, int KeeperSpan, byte[] KeeperId);
}
