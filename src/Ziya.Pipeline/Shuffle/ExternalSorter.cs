using Ziya.Pipeline.Steps;

namespace Ziya.Pipeline.Shuffle;

/// <summary>
/// Sorts entries by their bytes within a memory budget: fills an arena, sorts it, writes it to a scratch file when full, and
/// merges the runs when read; many runs are merged into longer ones before. The order depends on the entries alone. Can be gone through several times.
/// </summary>
internal sealed class ExternalSorter : IEnumerable<Entry>, IDisposable
{
    // Each run that is read costs a buffer of 64 KiB and an open file: 4 MiB at 64 ways.
    private const int MostRuns = 64;

    private readonly string _scratch;
    private readonly int _mostRuns;
    private readonly SortArena _arena;
    private readonly List<SortRun> _runs = [];

    /// <param name="scratch">Folder for runs that do not fit in memory; made when needed.</param>
    /// <param name="memoryBytes">Budget for entries in memory. At least one entry is always held.</param>
    /// <param name="mostRuns">How many runs of one level there may be before they are merged into one of the next; at least 2.</param>
    public ExternalSorter(string scratch, int memoryBytes, int mostRuns = MostRuns)
    {
        _scratch = scratch;
        _mostRuns = mostRuns;
        _arena = new SortArena(memoryBytes);
    }

    /// <summary>How many runs are on the disk.</summary>
    public int Runs => _runs.Count;

    /// <summary>How often the entries merged most were merged.</summary>
    public int Levels => _runs.Count == 0 ? 0 : _runs.Max(run => run.Level);

    /// <summary>Adds one entry.</summary>
    public void Add(ReadOnlySpan<byte> entry)
    {
        if (_arena.TryAdd(entry))
        {
            return;
        }

        Spill();
        if (!_arena.TryAdd(entry))
        {
            throw new InvalidOperationException($"An entry of {entry.Length} bytes does not fit the sort buffer of {_arena.MostBytes}; raise limits.memory_mb.");
        }
    }

    /// <summary>The entries in order.</summary>
    public IEnumerator<Entry> GetEnumerator()
    {
        _arena.Sort();
        return _runs.Count == 0 ? _arena.Read() : Merged([_arena.Read(), .. _runs.Select(run => run.Read())]);
    }

    System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public void Dispose()
    {
        _arena.Dispose();
        foreach (var run in _runs)
        {
            run.Dispose();
        }
    }

    private void Spill()
    {
        if (_arena.Count == 0)
        {
            return;
        }

        _arena.Sort();
        AddRun(0, _arena.Read());
        _arena.Clear();
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

    private static IEnumerator<Entry> Merged(List<IEnumerator<Entry>> sources)
    {
        var heap = sources.FindAll(source => source.MoveNext()).ConvertAll(source => new Head(source)).ToArray();
        var count = heap.Length;
        for (var i = count / 2; i >= 0; i--)
        {
            Sink(heap.AsSpan(0, count), i);
        }

        while (count > 0)
        {
            yield return heap[0].Source.Current;
            heap[0] = heap[0].Source.MoveNext() ? new Head(heap[0].Source) : heap[--count];
            Sink(heap.AsSpan(0, count), 0);
        }
    }

    private static void Sink(Span<Head> heap, int at)
    {
        while ((2 * at) + 1 < heap.Length)
        {
            var least = (2 * at) + 1;
            least += least + 1 < heap.Length && heap[least + 1].IsBefore(heap[least]) ? 1 : 0;
            if (!heap[least].IsBefore(heap[at]))
            {
                return;
            }

            (heap[at], heap[least]) = (heap[least], heap[at]);
            at = least;
        }
    }

    /// <summary>A run, and what its next entry begins with.</summary>
    private readonly struct Head(IEnumerator<Entry> source)
    {
        private readonly ulong _prefix = EntryOrder.Prefix(source.Current.Span);

        public IEnumerator<Entry> Source { get; } = source;

        public bool IsBefore(in Head other) =>
            _prefix != other._prefix ? _prefix < other._prefix : Source.Current.Span.SequenceCompareTo(other.Source.Current.Span) < 0;
    }
}
