using System.Buffers.Binary;
using System.IO.Hashing;

namespace Ziya.Pipeline.Shuffle;

/// <summary>
/// Writes the entries of one channel of one task to one file: chunks of length-prefixed entries, a chunk a partition, each with
/// its XxHash3; then an index of the chunks; then the index's offset. A reader fetches only the chunks of its partition.
/// </summary>
internal sealed class SpillWriter(Stream target, int partitions, int chunkBytes)
{
    /// <summary>Last bytes of a spill file: index offset (8), chunks in the index (4), version (4), hash of the index (8).</summary>
    public const int TailBytes = 24;

    /// <summary>Bytes of the index for one chunk: partition, length, offset, hash.</summary>
    public const int IndexEntryBytes = 24;

    /// <summary>Form of the file.</summary>
    public const int Version = 0x325a5053;

    private readonly byte[]?[] _chunks = new byte[partitions][];
    private readonly int[] _used = new int[partitions];
    private readonly List<byte[]> _index = [];
    private long _offset;

    /// <summary>How many entries were added.</summary>
    public long Entries { get; private set; }

    /// <summary>How many partitions there are.</summary>
    public int Partitions => partitions;

    /// <summary>Adds one entry.</summary>
    public void Add(int partition, ReadOnlySpan<byte> entry)
    {
        var needed = entry.Length + sizeof(int);
        if (_chunks[partition] is { } full && full.Length - _used[partition] < needed)
        {
            Flush(partition);
        }

        var chunk = _chunks[partition] ??= new byte[Math.Max(chunkBytes, needed)];
        if (chunk.Length < needed)
        {
            chunk = _chunks[partition] = new byte[needed];
        }

        var at = chunk.AsSpan(_used[partition]);
        BinaryPrimitives.WriteInt32LittleEndian(at, entry.Length);
        entry.CopyTo(at[sizeof(int)..]);
        _used[partition] += needed;
        Entries++;
    }

    /// <summary>Writes what is left, then the index.</summary>
    public void Finish()
    {
        for (var partition = 0; partition < partitions; partition++)
        {
            Flush(partition);
            _chunks[partition] = null;
        }

        var hash = new XxHash3();
        foreach (var line in _index)
        {
            hash.Append(line);
            target.Write(line);
        }

        Span<byte> tail = stackalloc byte[TailBytes];
        BinaryPrimitives.WriteInt64LittleEndian(tail, _offset);
        BinaryPrimitives.WriteInt32LittleEndian(tail[8..], _index.Count);
        BinaryPrimitives.WriteInt32LittleEndian(tail[12..], Version);
        BinaryPrimitives.WriteUInt64LittleEndian(tail[16..], hash.GetCurrentHashAsUInt64());
        target.Write(tail);
    }

    private void Flush(int partition)
    {
        if (_used[partition] == 0)
        {
            return;
        }

        var bytes = _chunks[partition].AsSpan(0, _used[partition]);
        var line = new byte[IndexEntryBytes];
        BinaryPrimitives.WriteInt32LittleEndian(line, partition);
        BinaryPrimitives.WriteInt32LittleEndian(line.AsSpan(4), bytes.Length);
        BinaryPrimitives.WriteInt64LittleEndian(line.AsSpan(8), _offset);
        BinaryPrimitives.WriteUInt64LittleEndian(line.AsSpan(16), XxHash3.HashToUInt64(bytes));
        _index.Add(line);
        target.Write(bytes);
        _offset += bytes.Length;
        _used[partition] = 0;
    }
}
