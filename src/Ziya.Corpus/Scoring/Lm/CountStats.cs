namespace Ziya.Corpus.Scoring.Lm;

/// <summary>How many n-grams of an order there are, and how many of them have the counts 1 to 4, from which its discounts follow.</summary>
internal sealed class CountStats
{
    private readonly long[] _withCount = new long[5];

    /// <summary>All n-grams.</summary>
    public long All { get; private set; }

    /// <summary>Those that are not left out.</summary>
    public long Kept { get; private set; }

    public void Add(long count, bool pruned)
    {
        All++;
        Kept += pruned ? 0 : 1;
        if (count < _withCount.Length)
        {
            _withCount[count]++;
        }
    }

    /// <summary>
    /// What is taken off a count of 0, 1, 2 and more: equation 26 of Chen and Goodman 1998. Where the counts of counts give none, which is so of small or made-up texts,
    /// the fallback; null without one.
    /// </summary>
    public float[]? Discounts(IReadOnlyList<float> fallback)
    {
        float[] amounts = [0, 0, 0, 0];
        var y = _withCount[1] / (float)(_withCount[1] + (2.0 * _withCount[2]));
        for (var j = 1; j < 4; j++)
        {
            amounts[j] = _withCount[j] == 0 ? float.NaN : j - ((j + 1) * y * _withCount[j + 1] / _withCount[j]);
            if (!(amounts[j] >= 0 && amounts[j] <= j))
            {
                return fallback.Count == 0 ? null : [0, .. fallback];
            }
        }

        return amounts;
    }
}
