using System.Buffers.Binary;
using Ziya.Pipeline.Steps;

namespace Ziya.Pipeline.Shuffle;

/// <summary>
/// Sorts entries by their bytes within a memory budget: fills a buffer, sorts it, writes it to a scratch file when full, and
/// merges the runs when read; many runs are merged into longer ones before. The order depends on the entries alone. Can be gone through several times.
/// </summary>
internal sealed class ExternalSorter : IEnumerable<Entry>, IDisposable
{
    // Each run that is read costs a buffer of 64 KiB and an open file: 4 MiB at 64 ways.
    private const int MostRuns = 64;
    private const int FirstBytes = 1 << 16;

    private readonly string _scratch;
    private readonly int _mostBytes;
    private readonly int _mostKeys;
    private readonly int _mostRuns;
    private byte[] _arena = [];
    private readonly List<Key> _keys = [];
    private readonly List<SortRun> _runs = [];
    private int _used;
    private bool _sorted;

    /// <param name="scratch">Folder for runs that do not fit in memory; made when needed.</param>
    /// <param name="memoryBytes">Budget for entries in memory. At least one entry is always held.</param>
    /// <param name="mostRuns">How many runs of one level there may be before they are merged into one of the next; at least 2.</param>
    public ExternalSorter(string scratch, int memoryBytes, int mostRuns = MostRuns)
    {
        _scratch = scratch;
        _mostRuns = mostRuns;

        // Beside its bytes an entry costs a key of 16 bytes in a list that doubles: half of the budget goes to each.
        _mostBytes = Math.Max(1024, memoryBytes / 2);
        _mostKeys = Math.Max(16, memoryBytes / 64);
    }

    /// <summary>How many runs are on the disk.</summary>
    public int Runs => _runs.Count;

    /// <summary>How often the entries merged most were merged.</summary>
    public int Levels => _runs.Count == 0 ? 0 : _runs.Max(run => run.Level);

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

        if (_used + entry.Length > _mostBytes || _keys.Count >= _mostKeys)
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
        return _runs.Count == 0 ? InMemory() : Merged([InMemory(), .. _runs.Select(run => run.Read())]);
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
        AddRun(0, InMemory());
        _keys.Clear();
        _used = 0;
        for (var level = 0; _runs.Count(run => run.Level == level) >= _mostRuns; level++)
        {
            var merged = _runs.FindAll(run => run.Level == level);
            AddRun(level + 1, Merged([.. merged.Select(run => run.Read())]));
            _runs.RemoveAll(merged.Contains);
            merged.ForEach(run => run.Dispose());
        }
    }

    private void AddRun(int level, IEnumerator<Entry> entries)
    {
        var run = new SortRun(_scratch, level);
        _runs.Add(run);
        while (entries.MoveNext())
        {
            run.Add(entries.Current.Span);
        }

        run.Finish();
    }

    private IEnumerator<Entry> InMemory()
    {
        foreach (var key in _keys)
        {
            yield return new Entry(_arena.AsMemory(key.Offset, key.Length));
        }
    }

    private static IEnumerator<Entry> Merged(List<IEnumerator<Entry>> sources)
    {
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

            // Not DequeueEnqueue, which compares with the entry that was least: its bytes are gone after MoveNext.
            heap.Dequeue();
            if (least.MoveNext())
            {
                heap.Enqueue(least, least.Current.Bytes);
            }
        }
    }

    private readonly record struct Key(ulong Prefix, int Offset, int Length);

    private sealed class EntryOrder : IComparer<ReadOnlyMemory<byte>>
    {
        public static readonly EntryOrder Instance = new();

        public int Compare(ReadOnlyMemory<byte> x, ReadOnlyMemory<byte> y) => x.Span.SequenceCompareTo(y.Span);
    }
}
