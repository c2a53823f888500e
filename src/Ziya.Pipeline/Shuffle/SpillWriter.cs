using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;

namespace Ziya.Pipeline.Shuffle;

/// <summary>
/// Writes the entries of one channel of one task to one file: chunks of entries (<see cref="PackedEntry"/>), a chunk a partition, each with
/// its XxHash3; then an index of the chunks; then the index's offset. A reader fetches only the chunks of its partition.
/// </summary>
internal sealed class SpillWriter(Stream target, int partitions, int chunkBytes)
{
    /// <summary>Last bytes of a spill file: index offset (8), chunks in the index (4), version (4), hash of the index (8).</summary>
    public const int TailBytes = 24;

    /// <summary>Bytes of the index for one chunk: partition, length, offset, hash.</summary>
    public const int IndexEntryBytes = 24;

    /// <summary>Form of the file.</summary>
    public const int Version = 0x335a5053;

    private readonly Chunk[] _chunks = [.. Enumerable.Range(0, partitions).Select(_ => new Chunk())];
    private readonly List<byte[]> _index = [];
    private long _offset;

    /// <summary>How many entries were added.</summary>
    public long Entries { get; private set; }

    /// <summary>How many partitions there are.</summary>
    public int Partitions => partitions;

    /// <summary>Adds one entry.</summary>
    public void Add(int partition, ReadOnlySpan<byte> entry)
    {
        var chunk = _chunks[partition];
        var needed = PackedEntry.MostBytes(entry.Length);
        if (chunk.Used > 0 && chunk.Used + needed > chunkBytes)
        {
            Flush(partition);
        }

        chunk.Add(entry, Math.Max(chunkBytes, needed));
        Entries++;
    }

    /// <summary>Writes what is left, then the index.</summary>
    public void Finish()
    {
        for (var partition = 0; partition < partitions; partition++)
        {
            Flush(partition);
            _chunks[partition].Release();
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
        private byte[] _packed = [];
        private byte[] _before = [];
        private int _length;

        public int Used { get; private set; }

        public ReadOnlySpan<byte> Packed => _packed.AsSpan(0, Used);

        public void Add(ReadOnlySpan<byte> entry, int bytes)
        {
            if (_packed.Length < bytes)
            {
                Release();

                // Rented, so that the chunks of task after task are the same ones.
                _packed = ArrayPool<byte>.Shared.Rent(bytes);
            }

            Used += PackedEntry.Write(_packed.AsSpan(Used), entry, _before.AsSpan(0, _length));
            if (_before.Length < entry.Length)
            {
                _before = new byte[entry.Length];
            }

            entry.CopyTo(_before);
            _length = entry.Length;
        }

        public void Clear() => (Used, _length) = (0, 0);

        public void Release()
        {
            ArrayPool<byte>.Shared.Return(_packed);
            _packed = [];
        }
    }
}
