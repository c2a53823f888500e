namespace Ziya.Corpus.Deduplication;

/// <summary>The records of a range of addresses that <see cref="ConnectStage"/> holds at once; all about them that is not being worked on lies on the disk.</summary>
/// <param name="first">The first record.</param>
/// <param name="scratch">Where its files lie.</param>
internal sealed class RecordRange(ulong first, string scratch) : IDisposable
{
    // No record has this address.
    private const ulong None = ulong.MaxValue;

    private readonly NumberFile _records = new(scratch);
    private readonly NumberFile _pairs = new(scratch);
    private readonly NumberFile _roots = new(scratch);
    private readonly NumberFile _asked = new(scratch);
    private readonly NumberFile _told = new(scratch);

    /// <summary>The first record.</summary>
    public ulong First { get; } = first;

    /// <summary>How many records there are.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a record behind those there are.</summary>
    public void Add(ulong record)
    {
        _records.Add(record);
        Count++;
    }

    /// <summary>A record of the range and one before it belong together.</summary>
    public void Add(ulong later, ulong earlier) => _pairs.Add(later, earlier);

    /// <summary>The name of a record's component is to be told to <paramref name="asker"/>.</summary>
    public void Ask(ulong record, ulong asker) => _asked.Add(record, asker);

    /// <summary>The name of the component of a record that has asked.</summary>
    public void Tell(ulong asker, ulong name) => _told.Add(asker, name);

    /// <summary>Joins the pairs.</summary>
    /// <param name="memory">Room to work in.</param>
    /// <param name="pair">Takes pairs of records before the range, the later one first.</param>
    /// <param name="ask">Takes records before the range, and the first of a component in it that has the same name.</param>
    public void Join(RangeMemory memory, Action<ulong, ulong> pair, Action<ulong, ulong> ask)
    {
        var records = Records(memory);
        var parents = memory.Parents.AsSpan(0, Count);
        var outside = memory.Numbers.AsSpan(0, Count);
        outside.Fill(None);
        for (var i = 0; i < parents.Length; i++)
        {
            parents[i] = i;
        }

        foreach (var (later, earlier) in _pairs.Twos())
        {
            var root = Root(parents, records.BinarySearch(later));
            var next = earlier;
            if (earlier >= First)
            {
                var other = Root(parents, records.BinarySearch(earlier));
                if (other == root)
                {
                    continue;
                }

                // The lower becomes the root, so that it does not depend on the order of the pairs.
                (root, other) = (Math.Min(root, other), Math.Max(root, other));
                parents[other] = root;
                next = outside[other];
            }

            Meet(ref outside[root], next, pair);
        }

        EndJoin(records, parents, outside, ask);
    }

    /// <summary>Names the components.</summary>
    /// <param name="memory">Room to work in.</param>
    /// <param name="tell">Takes records behind the range that have asked, and the names of their components.</param>
    /// <param name="name">Takes the records in order, and the names of their components.</param>
    public void Name(RangeMemory memory, Action<ulong, ulong> tell, Action<ulong, ulong> name)
    {
        var records = Records(memory);
        var names = memory.Numbers.AsSpan(0, Count);
        records.CopyTo(names);
        foreach (var (asker, told) in _told.Twos())
        {
            names[records.BinarySearch(asker)] = told;
        }

        var at = 0;
        foreach (var root in _roots.Ones())
        {
            // A root is not behind what it is the root of.
            names[at] = names[(int)root];
            name(records[at], names[at]);
            at++;
        }

        foreach (var (record, asker) in _asked.Twos())
        {
            tell(asker, names[records.BinarySearch(record)]);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _records.Dispose();
        _pairs.Dispose();
        _roots.Dispose();
        _asked.Dispose();
        _told.Dispose();
    }

    /// <summary>Of two earlier records that belong to a component it keeps the first, and tells that they belong together.</summary>
    private static void Meet(ref ulong outside, ulong next, Action<ulong, ulong> pair)
    {
        if (outside != next && next != None && outside != None)
        {
            pair(Math.Max(outside, next), Math.Min(outside, next));
        }

        outside = Math.Min(outside, next);
    }

    private void EndJoin(ReadOnlySpan<ulong> records, Span<int> parents, ReadOnlySpan<ulong> outside, Action<ulong, ulong> ask)
    {
        _pairs.Dispose();
        for (var i = 0; i < records.Length; i++)
        {
            var root = Root(parents, i);
            _roots.Add((ulong)root);
            if (root == i && outside[i] != None)
            {
                ask(outside[i], records[i]);
            }
        }
    }

    private Span<ulong> Records(RangeMemory memory)
    {
        var at = 0;
        foreach (var record in _records.Ones())
        {
            memory.Records[at++] = record;
        }

        return memory.Records.AsSpan(0, Count);
    }

    private static int Root(Span<int> parents, int at)
    {
        while (parents[at] != at)
        {
            // Halving the path on the way (Tarjan and van Leeuwen 1984).
            parents[at] = parents[parents[at]];
            at = parents[at];
        }

        return at;
    }
}
