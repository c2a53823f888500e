using System.Buffers.Binary;
using System.Globalization;
using System.IO.Hashing;
using Ziya.Pipeline.Storage;

namespace Ziya.Models.Completions;

/// <summary>
/// A file of completions that is written once: their JSON one after another, an index of 36 bytes each (key, offset, length, tokens of prompt and answer),
/// and 32 bytes that say where the index is and what it hashes to.
/// </summary>
/// <param name="Path">Where it lies: <c>WRITER-NUMBER-LEVEL.seg</c> below the cache's prefix.</param>
/// <param name="Bytes">Its length.</param>
internal sealed record Segment(string Path, long Bytes)
{
    public const string Ending = ".seg";

    private const int RowBytes = 36;
    private const int FooterBytes = 32;
    private const ulong Magic = 0x3130_4753_5941_495A; // "ZIYASG01"

    /// <summary>How often its entries were merged.</summary>
    public int Level { get; } = int.TryParse(Path[(Path.LastIndexOf('-') + 1)..^Ending.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var level) ? level : 0;

    /// <summary>Writes a segment, whole or not at all.</summary>
    public static Segment Write(IStore store, string path, IEnumerable<(IndexRow Row, ReadOnlyMemory<byte> Content)> entries, ICollection<IndexRow> index)
    {
        using var pending = store.Create(path);
        var at = 0L;
        foreach (var (row, content) in entries)
        {
            pending.Content.Write(content.Span);
            index.Add(row with { Offset = at, Length = content.Length });
            at += content.Length;
        }

        var rows = new byte[(index.Count * RowBytes) + FooterBytes];
        var span = rows.AsSpan();
        foreach (var row in index)
        {
            BinaryPrimitives.WriteUInt128LittleEndian(span, row.Key);
            BinaryPrimitives.WriteInt64LittleEndian(span[16..], row.Offset);
            BinaryPrimitives.WriteInt32LittleEndian(span[24..], row.Length);
            BinaryPrimitives.WriteInt32LittleEndian(span[28..], row.PromptTokens);
            BinaryPrimitives.WriteInt32LittleEndian(span[32..], row.CompletionTokens);
            span = span[RowBytes..];
        }

        BinaryPrimitives.WriteInt64LittleEndian(span, at);
        BinaryPrimitives.WriteInt64LittleEndian(span[8..], index.Count);
        BinaryPrimitives.WriteUInt64LittleEndian(span[16..], XxHash3.HashToUInt64(rows.AsSpan(0, rows.Length - FooterBytes)));
        BinaryPrimitives.WriteUInt64LittleEndian(span[24..], Magic);
        pending.Content.Write(rows);
        pending.Commit();
        return new Segment(path, at + rows.Length);
    }

    /// <summary>The index, or null where the file is damaged: its completions are then asked for again.</summary>
    public IReadOnlyList<IndexRow>? ReadIndex(IStore store)
    {
        var footer = new byte[FooterBytes];
        if (Bytes < FooterBytes || !TryRead(store, Bytes - FooterBytes, footer) || BinaryPrimitives.ReadUInt64LittleEndian(footer.AsSpan(24)) != Magic)
        {
            return null;
        }

        var start = BinaryPrimitives.ReadInt64LittleEndian(footer);
        var count = BinaryPrimitives.ReadInt64LittleEndian(footer.AsSpan(8));
        if (start < 0 || count < 0 || count > Bytes / RowBytes || start + (count * RowBytes) + FooterBytes != Bytes || count * RowBytes > Array.MaxLength)
        {
            return null;
        }

        var rows = new byte[count * RowBytes];
        if (!TryRead(store, start, rows) || XxHash3.HashToUInt64(rows) != BinaryPrimitives.ReadUInt64LittleEndian(footer.AsSpan(16)))
        {
            return null;
        }

        var index = new List<IndexRow>((int)count);
        for (var span = rows.AsSpan(); span.Length > 0; span = span[RowBytes..])
        {
            index.Add(new IndexRow(
                BinaryPrimitives.ReadUInt128LittleEndian(span),
                BinaryPrimitives.ReadInt64LittleEndian(span[16..]),
                BinaryPrimitives.ReadInt32LittleEndian(span[24..]),
                BinaryPrimitives.ReadInt32LittleEndian(span[28..]),
                BinaryPrimitives.ReadInt32LittleEndian(span[32..])));
        }

        return index;
    }

    /// <summary>The JSON of one completion, or null where the file ends before it.</summary>
    public byte[]? Read(IStore store, IndexRow row)
    {
        var content = new byte[row.Length];
        return TryRead(store, row.Offset, content) ? content : null;
    }

    private bool TryRead(IStore store, long offset, byte[] into)
    {
        using var stream = store.OpenRead(Path, offset);
        return stream.ReadAtLeast(into, into.Length, false) == into.Length;
    }
}
