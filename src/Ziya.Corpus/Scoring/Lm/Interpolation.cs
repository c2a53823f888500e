namespace Ziya.Corpus.Scoring.Lm;

/// <summary>Adds to the share of each n-gram that of the n-gram without its first token, weighed; hands on the logarithms.</summary>
internal sealed class Interpolation
{
    private readonly ContextPass _shares;
    private readonly GramLayout _layout;
    private readonly IReadOnlyList<ILmSink> _sinks;
    private readonly int _size;
    private readonly bool[] _more;
    private readonly bool[] _moreWeights;
    private readonly int[] _ids;

    public Interpolation(ContextPass shares, GramLayout layout, int size, IReadOnlyList<ILmSink> sinks)
    {
        (_shares, _layout, _size, _sinks) = (shares, layout, size, sinks);
        _more = [.. shares.Shares.Select(cursor => cursor?.Next() ?? false)];
        _moreWeights = [.. shares.Weights.Select(cursor => cursor?.Next() ?? false)];
        _ids = new int[layout.Order];
    }

    public void Run()
    {
        long all = 0;
        var kinds = new long[4];
        foreach (var count in _shares.Unigrams)
        {
            all += count;
            kinds[Math.Min(count, 3)] += count > 0 ? 1 : 0;
        }

        var discounts = _shares.UnigramDiscounts;
        var weight = ((discounts[1] * kinds[1]) + (discounts[2] * kinds[2]) + (discounts[3] * kinds[3])) / all;

        // What is left of single tokens is spread over all that can come, which the beginning of a line cannot.
        var uniform = 1f / (_size - 1);
        for (var id = 0; id < _size; id++)
        {
            var count = _shares.Unigrams[id];
            var probability = id == LmVocabulary.Begin ? 1 : ((count - discounts[Math.Min(count, 3)]) / all) + (weight * uniform);
            Give(1, (UInt128)(uint)id, probability);
            Extend(2, (UInt128)(uint)id, probability);
        }

        foreach (var sink in _sinks)
        {
            sink.End();
        }
    }

    /// <summary>All n-grams of an order that are one token more in front of another.</summary>
    private void Extend(int order, UInt128 lower, float below)
    {
        if (order > _layout.Order)
        {
            return;
        }

        var cursor = _shares.Shares[order];
        while (_more[order])
        {
            var key = cursor.Current.Key;
            if (key >> _layout.Bits != lower)
            {
                return;
            }

            var probability = cursor.Current.Probability + (cursor.Current.Weight * below);
            Give(order, key, probability);
            _more[order] = cursor.Next();
            Extend(order + 1, key, probability);
        }
    }

    private void Give(int order, UInt128 key, float probability)
    {
        var layout = _layout with { Order = order };
        for (var i = 0; i < order; i++)
        {
            _ids[order - 1 - i] = layout.Id(key, i);
        }

        var extends = IsContext(order, key, out var weight);
        var ids = _ids.AsSpan(0, order);
        foreach (var sink in _sinks)
        {
            sink.Add(ids, Math.Min(0, MathF.Log10(probability)), extends ? MathF.Log10(weight) : 0, extends);
        }
    }

    private bool IsContext(int order, UInt128 key, out float weight)
    {
        weight = 1;
        if (order == _layout.Order)
        {
            return false;
        }

        var cursor = _shares.Weights[order];
        while (_moreWeights[order] && cursor.Current.Key < key)
        {
            _moreWeights[order] = cursor.Next();
        }

        var found = _moreWeights[order] && cursor.Current.Key == key;
        weight = found ? cursor.Current.Weight : 1;
        return found;
    }
}
