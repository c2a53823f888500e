using System.Runtime.InteropServices;

namespace Ziya.Corpus.Scoring.Lm;

/// <summary>
/// Turns counts into what n-grams have of their own and what their contexts leave to lower orders, order by order:
/// (count - discount) / all counts of the context, and the discounts of the context / all its counts.
/// </summary>
/// <param name="options">Order and memory.</param>
/// <param name="layout">Of keys of the highest order.</param>
/// <param name="unigrams">Counts of single tokens, by number.</param>
internal sealed class ContextPass(LmTrainOptions options, GramLayout layout, long[] unigrams) : IDisposable
{
    private readonly List<IDisposable> _owned = [];
    private readonly Dictionary<int, GramRun> _counts = [];
    private GramSorter? _highest;

    /// <summary>Counts of single tokens, by number.</summary>
    public long[] Unigrams => unigrams;

    /// <summary>What is taken off counts of single tokens.</summary>
    public float[] UnigramDiscounts { get; private set; } = [];

    /// <summary>By order, from 2 at index 2: n-grams that are not left out, in the order of keys, with their own share and that of lower orders.</summary>
    public GramCursor[] Shares { get; } = new GramCursor[options.Order + 1];

    /// <summary>By order: n-grams that are contexts, in the order of keys, with what they leave.</summary>
    public GramCursor[] Weights { get; } = new GramCursor[options.Order + 1];

    /// <summary>Takes a counted n-gram.</summary>
    public void Add(int order, Gram gram)
    {
        if (order == 1)
        {
            unigrams[(int)(uint)gram.Low] = (long)gram.Value;
        }
        else if (order == options.Order)
        {
            // The most by far: sorted at once, while the others wait on the disk.
            _highest ??= Own(new GramSorter(options.Scratch, options.MemoryBytes / 2, layout.KeyBits));
            _highest.Add(gram with { High = (ulong)(layout.ByContext(gram.Key) >> 64), Low = (ulong)layout.ByContext(gram.Key) });
        }
        else
        {
            ref var run = ref CollectionsMarshal.GetValueRefOrAddDefault(_counts, order, out _);
            (run ??= Own(new GramRun(options.Scratch))).Add(gram);
        }
    }

    /// <summary>After the last: the shares.</summary>
    public void Run(IReadOnlyList<float[]> discounts)
    {
        UnigramDiscounts = discounts[0];
        if (_highest is not null)
        {
            Share(options.Order, _highest, discounts[^1], options.MemoryBytes / 2);
            _highest.Dispose();
        }

        for (var order = options.Order - 1; order > 1; order--)
        {
            using var sorter = new GramSorter(options.Scratch, options.MemoryBytes / 4, order * layout.Bits);
            var lower = layout with { Order = order };
            if (_counts.TryGetValue(order, out var run))
            {
                run.Finish();
                for (var grams = run.Read(); grams.Next();)
                {
                    sorter.Add(new Gram(lower.ByContext(grams.Current.Key), grams.Current.Value));
                }
            }

            Share(order, sorter, discounts[order - 1], options.MemoryBytes / 4);
            run?.Dispose();
        }
    }

    public void Dispose() => _owned.ForEach(owned => owned.Dispose());

    private void Share(int order, GramSorter counts, float[] discounts, long memoryBytes)
    {
        var lower = layout with { Order = order };
        var shares = Own(new GramSorter(options.Scratch, memoryBytes, lower.KeyBits));
        var weights = Own(new GramRun(options.Scratch));
        var context = new List<Gram>();
        var grams = counts.Sorted();
        for (var more = grams.Next(); more;)
        {
            var key = grams.Current.Key >> layout.Bits;
            context.Clear();
            do
            {
                context.Add(grams.Current);
                more = grams.Next();
            }
            while (more && grams.Current.Key >> layout.Bits == key);

            weights.Add(new Gram(key, 0, Share(CollectionsMarshal.AsSpan(context), lower, discounts, shares)));
        }

        weights.Finish();
        Shares[order] = order == options.Order ? shares.Sorted() : Kept(shares);
        Weights[order - 1] = weights.Read();
    }

    /// <summary>The shares of one context; what it leaves.</summary>
    private static float Share(ReadOnlySpan<Gram> context, GramLayout layout, float[] discounts, GramSorter shares)
    {
        long all = 0, pruned = 0;
        Span<long> kinds = stackalloc long[4];
        kinds.Clear();
        foreach (ref readonly var gram in context)
        {
            var count = (long)(gram.Value & ~AdjustedCounts.Pruned);
            all += count;
            pruned += gram.Value >= AdjustedCounts.Pruned ? count : 0;
            kinds[gram.Value >= AdjustedCounts.Pruned ? 0 : (int)Math.Min(count, 3)]++;
        }

        // What n-grams that are left out had goes to the lower orders too.
        var weight = ((discounts[1] * kinds[1]) + (discounts[2] * kinds[2]) + (discounts[3] * kinds[3]) + pruned) / all;
        foreach (ref readonly var gram in context)
        {
            if (gram.Value < AdjustedCounts.Pruned)
            {
                var count = (long)gram.Value;
                shares.Add(new Gram(layout.ByEnd(gram.Key), (count - discounts[Math.Min(count, 3)]) / all, weight));
            }
        }

        return weight;
    }

    /// <summary>On the disk, so that the memory is free for the next order.</summary>
    private GramCursor Kept(GramSorter shares)
    {
        var run = Own(new GramRun(options.Scratch));
        for (var grams = shares.Sorted(); grams.Next();)
        {
            run.Add(grams.Current);
        }

        run.Finish();
        shares.Dispose();
        return run.Read();
    }

    private T Own<T>(T owned)
        where T : IDisposable
    {
        _owned.Add(owned);
        return owned;
    }
}
