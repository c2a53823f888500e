using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using Ziya.Pipeline.Steps;
using Ziya.Pipeline.Storage;

namespace Ziya.Pipeline.Shuffle;

/// <summary>Reads one partition of a spill file, or all.</summary>
internal static class SpillReader
{
    // The index of 1300 chunks; more are read by a second request.
    private const int EndBytes = 32 << 10;

    /// <summary>The chunks of a partition, or of all where it is null, checked against their hashes; <see cref="Unpack"/> has their entries. A chunk is valid until the next.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Chunks(IStore store, StoredFile file, int? partition)
    {
        if (file.Bytes < SpillWriter.TailBytes)
        {
            throw Corrupt(store, file);
        }

        // The index lies before the tail: mostly one request brings both.
        var from = Math.Max(0, file.Bytes - EndBytes);
        using var stream = store.OpenRead(file, from);
        var end = Read(stream, (int)(file.Bytes - from));
        var tail = end.AsMemory(end.Length - SpillWriter.TailBytes).ToArray();
        var start = BinaryPrimitives.ReadInt64LittleEndian(tail);
        var chunks = BinaryPrimitives.ReadInt32LittleEndian(tail.AsSpan(8));
        if (BinaryPrimitives.ReadInt32LittleEndian(tail.AsSpan(12)) != SpillWriter.Version
            || start < 0 || file.Bytes - SpillWriter.TailBytes - start != (long)chunks * SpillWriter.IndexEntryBytes)
        {
            throw Corrupt(store, file);
        }

        var index = Index(stream, end, from, start, chunks * SpillWriter.IndexEntryBytes);
        if (XxHash3.HashToUInt64(index) != BinaryPrimitives.ReadUInt64LittleEndian(tail.AsSpan(16)))
        {
            throw Corrupt(store, file);
        }

        var buffer = Array.Empty<byte>();
        try
        {
            for (var at = 0; at < index.Length; at += SpillWriter.IndexEntryBytes)
            {
                var line = index.AsMemory(at, SpillWriter.IndexEntryBytes);
                if (partition is { } wanted && BinaryPrimitives.ReadInt32LittleEndian(line.Span) != wanted)
                {
                    continue;
                }

                var length = BinaryPrimitives.ReadInt32LittleEndian(line.Span[4..]);
                if (buffer.Length < length)
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = ArrayPool<byte>.Shared.Rent(length);
                }

                stream.Position = BinaryPrimitives.ReadInt64LittleEndian(line.Span[8..]);
                stream.ReadExactly(buffer, 0, length);
                if (XxHash3.HashToUInt64(buffer.AsSpan(0, length)) != BinaryPrimitives.ReadUInt64LittleEndian(line.Span[16..]))
                {
                    throw Corrupt(store, file);
                }

                yield return buffer.AsMemory(0, length);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The entries of a chunk.</summary>
    public static IEnumerable<Entry> Unpack(ReadOnlyMemory<byte> chunk)
    {
        var entry = Array.Empty<byte>();
        var length = 0;
        for (var at = 0; at < chunk.Length;)
        {
            at += PackedEntry.Read(chunk.Span[at..], ref entry, ref length);
            yield return new Entry(entry.AsMemory(0, length));
        }
    }

    private static byte[] Index(Stream stream, byte[] end, long from, long start, int bytes)
    {
        if (start >= from)
        {
            return end.AsSpan((int)(start - from), bytes).ToArray();
        }

        stream.Position = start;
        return Read(stream, bytes);
    }

    private static byte[] Read(Stream stream, int bytes)
    {
        var buffer = new byte[bytes];
        stream.ReadExactly(buffer);
        return buffer;
    }

    private static InvalidDataException Corrupt(IStore store, StoredFile file) => new(
        $"{store.Root}/{file.Path} is damaged, or was written by another version of this program. Delete it and its .done.json, then run the job again to rebuild it.");
}
