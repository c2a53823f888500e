using System.Buffers.Binary;
using Ziya.Pipeline.Steps;

namespace Ziya.Pipeline.Shuffle;

/// <summary>
/// Sorts entries by their bytes within a memory budget: fills a buffer, sorts it, writes it to a scratch file when full, and
/// merges the runs when read. The order depends on the entries alone. Can be gone through several times.
/// </summary>
internal sealed class ExternalSorter : IEnumerable<Entry>, IDisposable
{
    // At 16 ways of merging a run of 64 MiB each, one pass sorts a gigabyte; more runs only cost more open files.
    private const int RunReadBytes = 1 << 16;
    private const int FirstBytes = 1 << 16;

    private readonly string _scratch;
    private readonly int _mostBytes;
    private byte[] _arena = [];
    private readonly List<Key> _keys = [];
    private readonly List<FileStream> _runs = [];
    private int _used;
    private bool _sorted;

    /// <param name="scratch">Folder for runs that do not fit in memory; made when needed.</param>
    /// <param name="memoryBytes">Budget for entries in memory. At least one entry is always held.</param>
    public ExternalSorter(string scratch, int memoryBytes)
    {
        _scratch = scratch;

        // Beside its bytes an entry costs a key of 16 bytes in a list that doubles: half of the budget goes to each.
        _mostBytes = Math.Max(1024, memoryBytes / 2);
        MostKeys = Math.Max(16, memoryBytes / 64);
    }

    /// <summary>How many runs went to disk.</summary>
    public int Runs => _runs.Count;

    private int MostKeys { get; }

    /// <summary>Adds all entries of a chunk of length-prefixed entries.</summary>
    public void AddChunk(ReadOnlySpan<byte> chunk)
    {
        while (!chunk.IsEmpty)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(chunk);
            Add(chunk.Slice(sizeof(int), length));
            chunk = chunk[(sizeof(int) + length)..];
        }
    }

    /// <summary>Adds one entry.</summary>
    public void Add(ReadOnlySpan<byte> entry)
    {
        if (entry.Length > _mostBytes)
        {
            throw new InvalidOperationException($"An entry of {entry.Length} bytes does not fit the sort buffer of {_mostBytes}; raise limits.memory_mb.");
        }

        if (_used + entry.Length > _mostBytes || _keys.Count >= MostKeys)
        {
            Spill();
        }

        if (_used + entry.Length > _arena.Length)
        {
            Array.Resize(ref _arena, (int)Math.Clamp(Math.Max(_arena.Length * 2L, _used + entry.Length), FirstBytes, Math.Max(FirstBytes, _mostBytes)));
        }

        entry.CopyTo(_arena.AsSpan(_used));
        _keys.Add(new Key(Prefix(entry), _used, entry.Length));
        _used += entry.Length;
        _sorted = false;
    }

    /// <summary>The entries in order.</summary>
    public IEnumerator<Entry> GetEnumerator()
    {
        Sort();
        return _runs.Count == 0 ? InMemory() : Merged();
    }

    System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var run in _runs)
        {
            run.Dispose();
        }
    }

    private static ulong Prefix(ReadOnlySpan<byte> entry)
    {
        if (entry.Length >= sizeof(ulong))
        {
            return BinaryPrimitives.ReadUInt64BigEndian(entry);
        }

        Span<byte> padded = stackalloc byte[sizeof(ulong)];
        entry.CopyTo(padded);
        return BinaryPrimitives.ReadUInt64BigEndian(padded);
    }

    private void Sort()
    {
        if (!_sorted)
        {
            _keys.Sort(Compare);
            _sorted = true;
        }
    }

    private int Compare(Key a, Key b) => a.Prefix != b.Prefix
        ? a.Prefix.CompareTo(b.Prefix)
        : _arena.AsSpan(a.Offset, a.Length).SequenceCompareTo(_arena.AsSpan(b.Offset, b.Length));

    private void Spill()
    {
        Sort();
        Directory.CreateDirectory(_scratch);
        var path = Path.Combine(_scratch, $"{Guid.NewGuid():N}.run");
        var run = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 20, FileOptions.DeleteOnClose);
        _runs.Add(run);
        if (!OperatingSystem.IsWindows())
        {
            // Unlinked at once, so that nothing stays behind however the process ends.
            File.Delete(path);
        }

        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (var key in _keys)
        {
            BinaryPrimitives.WriteInt32LittleEndian(length, key.Length);
            run.Write(length);
            run.Write(_arena, key.Offset, key.Length);
        }

        run.Flush();
        _keys.Clear();
        _used = 0;
    }

    private IEnumerator<Entry> InMemory()
    {
        foreach (var key in _keys)
        {
            yield return new Entry(_arena.AsMemory(key.Offset, key.Length));
        }
    }

    private IEnumerator<Entry> Merged()
    {
        var sources = new List<IEnumerator<Entry>> { InMemory() };
        sources.AddRange(_runs.Select(Read));
        var heap = new PriorityQueue<IEnumerator<Entry>, ReadOnlyMemory<byte>>(EntryOrder.Instance);
        foreach (var source in sources)
        {
            if (source.MoveNext())
            {
                heap.Enqueue(source, source.Current.Bytes);
            }
        }

        while (heap.TryPeek(out var least, out _))
        {
            yield return least.Current;
            if (least.MoveNext())
            {
                heap.DequeueEnqueue(least, least.Current.Bytes);
            }
            else
            {
                heap.Dequeue();
            }
        }
    }

    private static IEnumerator<Entry> Read(FileStream run)
    {
        // RandomAccess keeps its own position, so that two readings of one run do not disturb each other.
        var buffer = new byte[RunReadBytes];
        long position = 0;
        var start = 0;
        var end = 0;
        while (true)
        {
            var length = end - start >= sizeof(int) ? BinaryPrimitives.ReadInt32LittleEndian(buffer.AsSpan(start)) : -1;
            if (length < 0 || end - start < sizeof(int) + length)
            {
                var needed = Math.Max(RunReadBytes, length + sizeof(int));
                var next = needed > buffer.Length ? new byte[needed] : buffer;
                buffer.AsSpan(start, end - start).CopyTo(next);
                buffer = next;
                end -= start;
                start = 0;
                var read = RandomAccess.Read(run.SafeFileHandle, buffer.AsSpan(end), position);
                if (read == 0)
                {
                    yield break;
                }

                position += read;
                end += read;
                continue;
            }

            yield return new Entry(buffer.AsMemory(start + sizeof(int), length));
            start += sizeof(int) + length;
        }
    }

    private readonly record struct Key(ulong Prefix, int Offset, int Length);

    private sealed class EntryOrder : IComparer<ReadOnlyMemory<byte>>
    {
        public static readonly EntryOrder Instance = new();

        public int Compare(ReadOnlyMemory<byte> x, ReadOnlyMemory<byte> y) => x.Span.SequenceCompareTo(y.Span);
    }
}
