using System.Buffers.Binary;
using System.IO.Hashing;

namespace Ziya.Pipeline.Shuffle;

/// <summary>
/// Writes the entries of one channel of one task to one file: chunks of entries (<see cref="PackedEntry"/>), a chunk a partition, each with
/// its XxHash3; then an index of the chunks; then the index's offset. A reader fetches only the chunks of its partition.
/// </summary>
internal sealed unsafe class SpillWriter(Stream target, int partitions, int chunkBytes) : IDisposable
{
    /// <summary>Last bytes of a spill file: index offset (8), chunks in the index (4), version (4), hash of the index (8).</summary>
    public const int TailBytes = 24;

    /// <summary>Bytes of the index for one chunk: partition, length, offset, hash.</summary>
    public const int IndexEntryBytes = 24;

    /// <summary>Form of the file.</summary>
    public const int Version = 0x335a5053;

    private readonly Chunk[] _chunks = [.. Enumerable.Range(0, partitions).Select(_ => new Chunk())];
    private readonly List<byte[]> _index = [];
    private PageMemory? _room;
    private long _offset;

    /// <summary>How many entries were added.</summary>
    public long Entries { get; private set; }

    /// <summary>How many partitions there are.</summary>
    public int Partitions => partitions;

    /// <summary>Adds one entry.</summary>
    public void Add(int partition, ReadOnlySpan<byte> entry)
    {
        var chunk = _chunks[partition];
        if (chunk.Used > 0 && chunk.Used + PackedEntry.MostBytes(entry.Length) > chunkBytes)
        {
            Flush(partition);
        }

        _room ??= new PageMemory((long)partitions * chunkBytes);
        chunk.Add(entry, _room.Start + ((nint)partition * chunkBytes), chunkBytes);
        Entries++;
    }

    /// <summary>Writes what is left, then the index.</summary>
    public void Finish()
    {
        for (var partition = 0; partition < partitions; partition++)
        {
            Flush(partition);
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

    /// <inheritdoc/>
    public void Dispose() => _room?.Dispose();

    private void Flush(int partition)
    {
        var bytes = _chunks[partition].Packed;
        if (bytes.IsEmpty)
        {
            return;
        }

        var line = new byte[IndexEntryBytes];
        BinaryPrimitives.WriteInt32LittleEndian(line, partition);
        BinaryPrimitives.WriteInt32LittleEndian(line.AsSpan(4), bytes.Length);
        BinaryPrimitives.WriteInt64LittleEndian(line.AsSpan(8), _offset);
        BinaryPrimitives.WriteUInt64LittleEndian(line.AsSpan(16), XxHash3.HashToUInt64(bytes));
        _index.Add(line);
        target.Write(bytes);
        _offset += bytes.Length;
        _chunks[partition].Clear();
    }

    /// <summary>Entries of one partition that are not written yet.</summary>
    private sealed class Chunk
    {
        private byte* _room;
        private int _size;
        private byte[]? _large;
        private byte[] _before = [];
        private int _length;

        public int Used { get; private set; }

        public ReadOnlySpan<byte> Packed => All[..Used];

        private Span<byte> All => _large is null ? new Span<byte>(_room, _size) : _large;

        /// <param name="entry">The entry.</param>
        /// <param name="room">Where the chunk is made. An entry that does not fit gets an array of its own.</param>
        /// <param name="size">Bytes of it.</param>
        public void Add(ReadOnlySpan<byte> entry, byte* room, int size)
        {
            var needed = PackedEntry.MostBytes(entry.Length);
            _room = room;
            _size = size;
            _large ??= Used == 0 && needed > size ? new byte[needed] : null;
            Used += PackedEntry.Write(All[Used..], entry, _before.AsSpan(0, _length));
            if (_before.Length < entry.Length)
            {
                _before = new byte[entry.Length];
            }

            entry.CopyTo(_before);
            _length = entry.Length;
        }

        public void Clear() => (_large, Used, _length) = (null, 0, 0);
    }
}
