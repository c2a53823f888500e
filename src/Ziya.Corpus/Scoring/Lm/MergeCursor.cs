namespace Ziya.Corpus.Scoring.Lm;

/// <summary>Sorted cursors as one, by a heap of them.</summary>
/// <param name="sources">The cursors, before their first n-grams.</param>
/// <param name="adds">Whether n-grams of the same key become one with the sum of their values.</param>
internal sealed class MergeCursor(IEnumerable<GramCursor> sources, bool adds) : GramCursor
{
    private readonly List<GramCursor> _heap = Heap(sources);

    public override bool Next()
    {
        if (_heap.Count == 0)
        {
            return false;
        }

        Current = Take();
        while (adds && _heap.Count > 0 && _heap[0].Current.IsSame(Current))
        {
            Current = Current with { Value = Current.Value + Take().Value };
        }

        return true;
    }

    private Gram Take()
    {
        var least = _heap[0].Current;
        if (!_heap[0].Next())
        {
            _heap[0] = _heap[^1];
            _heap.RemoveAt(_heap.Count - 1);
        }

        Sink(_heap, 0);
        return least;
    }

    private static List<GramCursor> Heap(IEnumerable<GramCursor> sources)
    {
        List<GramCursor> heap = [.. sources.Where(source => source.Next())];
        for (var i = (heap.Count / 2) - 1; i >= 0; i--)
        {
            Sink(heap, i);
        }

        return heap;
    }

    private static void Sink(List<GramCursor> heap, int at)
    {
        while ((2 * at) + 1 < heap.Count)
        {
            var child = (2 * at) + 1;
            child += child + 1 < heap.Count && heap[child + 1].Current.IsBelow(heap[child].Current) ? 1 : 0;
            if (!heap[child].Current.IsBelow(heap[at].Current))
            {
                return;
            }

            (heap[at], heap[child]) = (heap[child], heap[at]);
            at = child;
        }
    }
}
