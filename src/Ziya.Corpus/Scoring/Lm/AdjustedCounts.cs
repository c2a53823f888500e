namespace Ziya.Corpus.Scoring.Lm;

/// <summary>
/// Counts of all orders from those of the highest, in the order of their keys: of an n-gram below the highest order how many different tokens stand before it, but of one that
/// begins a line how often it occurs. Kneser and Ney 1995; as lmplz does it (Heafield et al. 2013, "Scalable Modified Kneser-Ney Language Model Estimation").
/// </summary>
internal sealed class AdjustedCounts
{
    /// <summary>Set in the value of an n-gram that is left out.</summary>
    public const ulong Pruned = 1UL << 63;

    private readonly LmTrainOptions _options;
    private readonly GramLayout _layout;
    private readonly Action<int, Gram> _output;
    private readonly long[] _adjusted;
    private readonly long[] _actual;
    private UInt128 _key;
    private int _open;

    /// <param name="options">Order and pruning.</param>
    /// <param name="layout">Of keys of the highest order.</param>
    /// <param name="output">Takes each n-gram with its order, in the order of keys within an order.</param>
    public AdjustedCounts(LmTrainOptions options, GramLayout layout, Action<int, Gram> output)
    {
        (_options, _layout, _output) = (options, layout, output);
        _adjusted = new long[options.Order + 1];
        _actual = new long[options.Order + 1];
        Stats = [.. Enumerable.Range(0, options.Order).Select(_ => new CountStats())];

        // What is unknown and the beginning of a line are never predicted, and are there all the same.
        Stats[0].Add(0, false);
        Stats[0].Add(0, false);
    }

    /// <summary>By order, from 1 at index 0.</summary>
    public CountStats[] Stats { get; }

    /// <summary>Takes the next n-gram of the highest order.</summary>
    public void Add(in Gram gram)
    {
        var key = gram.Key;
        var count = (long)gram.Value;
        var same = _open == 0 ? 0 : Math.Min(_open, Same(key));

        // 1. What ended with the last one.
        for (; _open > same; _open--)
        {
            Close(_open, _adjusted[_open]);
        }

        // 2. What goes on: one more token stands before the longest of them.
        for (var order = 1; order <= same; order++)
        {
            _actual[order] += count;
        }

        _adjusted[same]++;

        // 3. What begins. A beginning of a line further in ends the n-gram there.
        _key = key;
        for (var order = same + 1; order < _options.Order; order++)
        {
            var begins = _layout.Id(key, order - 1) == LmVocabulary.Begin;
            (_adjusted[order], _actual[order], _open) = (begins ? count : 1, count, order);
            if (begins)
            {
                return;
            }
        }

        var pruned = count <= _options.PruneAt(_options.Order) && _options.Order > 1;
        Stats[^1].Add(count, pruned);
        _output(_options.Order, new Gram(key, (ulong)count | (pruned ? Pruned : 0)));
    }

    /// <summary>After the last one.</summary>
    public void End()
    {
        for (; _open > 0; _open--)
        {
            // lmplz takes the number of occurrences of the last n-gram of each order for its statistics; so do we, so that small models are equal too.
            Close(_open, _actual[_open]);
        }
    }

    private void Close(int order, long counted)
    {
        var pruned = order > 1 && _actual[order] <= _options.PruneAt(order);
        Stats[order - 1].Add(counted, pruned);
        _output(order, new Gram(_key >> ((_options.Order - order) * _layout.Bits), (ulong)_adjusted[order] | (pruned ? Pruned : 0)));
    }

    /// <summary>How many ids, from the last on, are those of the n-gram before.</summary>
    private int Same(UInt128 key)
    {
        var different = key ^ _key;
        return different == 0 ? _options.Order : ((int)UInt128.LeadingZeroCount(different) - (128 - _layout.KeyBits)) / _layout.Bits;
    }
}
