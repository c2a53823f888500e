namespace Ziya.Models.Tokenization;

/// <summary>
/// Byte-pair encoding of one segment: merges the pair of the lowest rank, the leftmost of equals, until none is left (Sennrich et al.
/// 2016, arXiv:1508.07909), in O(n log n) by a heap of pairs, of which those that no longer stand are passed over. Keeps its buffers.
/// </summary>
internal sealed class Merger(MergeTable table)
{
    private const int Gone = int.MinValue;

    private readonly List<ulong> _heap = [];
    private int[] _symbols = new int[64];
    private int[] _next = new int[64];
    private int[] _previous = new int[64];
    private int _count;

    /// <summary>The symbols left, in order. Valid until the next merge.</summary>
    public ReadOnlySpan<int> Symbols => _symbols.AsSpan(0, _count);

    /// <summary>Begins a segment of at most so many symbols.</summary>
    public void Begin(int most)
    {
        _count = 0;
        if (_symbols.Length < most)
        {
            var size = Math.Max(most, _symbols.Length * 2);
            _symbols = new int[size];
            _next = new int[size];
            _previous = new int[size];
        }
    }

    /// <summary>Adds a symbol; a negative one merges with none.</summary>
    public void Add(int symbol) => _symbols[_count++] = symbol;

    /// <summary>Merges what was added.</summary>
    public void Merge()
    {
        if (_count < 2)
        {
            return;
        }

        for (var at = 0; at < _count; at++)
        {
            _next[at] = at + 1;
            _previous[at] = at - 1;
        }

        _heap.Clear();
        for (var at = 0; at + 1 < _count; at++)
        {
            Offer(at);
        }

        while (_heap.Count > 0)
        {
            Take(Pop());
        }

        Compact();
    }

    private void Take(ulong least)
    {
        // The pair may have changed since it was offered; then its rank has, or it is gone.
        var at = (int)(uint)least;
        if (_symbols[at] == Gone || _next[at] >= _count || table.Find(_symbols[at], _symbols[_next[at]], out var made) != (int)(least >> 32))
        {
            return;
        }

        var merged = _next[at];
        _symbols[at] = made;
        _symbols[merged] = Gone;
        _next[at] = _next[merged];
        if (_next[at] < _count)
        {
            _previous[_next[at]] = at;
            Offer(at);
        }

        if (_previous[at] >= 0)
        {
            Offer(_previous[at]);
        }
    }

    private void Compact()
    {
        var to = 0;
        for (var at = 0; at < _count; at = _next[at])
        {
            _symbols[to++] = _symbols[at];
        }

        _count = to;
    }

    private void Offer(int at)
    {
        var rank = table.Find(_symbols[at], _symbols[_next[at]], out _);
        if (rank != int.MaxValue)
        {
            Push(((ulong)(uint)rank << 32) | (uint)at);
        }
    }

    private void Push(ulong item)
    {
        _heap.Add(item);
        var at = _heap.Count - 1;
        while (at > 0 && _heap[(at - 1) / 2] > item)
        {
            _heap[at] = _heap[(at - 1) / 2];
            at = (at - 1) / 2;
        }

        _heap[at] = item;
    }

    private ulong Pop()
    {
        var least = _heap[0];
        var last = _heap[^1];
        _heap.RemoveAt(_heap.Count - 1);
        if (_heap.Count > 0)
        {
            var at = 0;
            while (at * 2 + 1 < _heap.Count)
            {
                var child = at * 2 + 1;
                child += child + 1 < _heap.Count && _heap[child + 1] < _heap[child] ? 1 : 0;
                if (_heap[child] >= last)
                {
                    break;
                }

                _heap[at] = _heap[child];
                at = child;
            }

            _heap[at] = last;
        }

        return least;
    }
}
