namespace Ziya.Corpus.Scoring.Lm;

/// <summary>How a language model is estimated.</summary>
internal sealed record LmTrainOptions
{
    public const int MostOrder = 6;

    /// <summary>Tokens of the longest n-grams, 1 to 6.</summary>
    public int Order { get; init; } = 5;

    /// <summary>Bytes for sorting; the vocabulary comes on top.</summary>
    public long MemoryBytes { get; init; } = 1L << 30;

    /// <summary>N-grams that occur this often or less are left out, by order from 1 on; the last one counts for the orders above.</summary>
    public IReadOnlyList<int> Prune { get; init; } = [];

    /// <summary>Discounts of n-grams that occur once, twice, and more often, for orders whose counts give none; empty where that is a failure.</summary>
    public IReadOnlyList<float> Fallback { get; init; } = [];

    /// <summary>Folder for what does not fit into memory.</summary>
    public required string Scratch { get; init; }

    /// <summary>The most frequent count that is left out at an order.</summary>
    public long PruneAt(int order) => Prune.Count == 0 ? 0 : Prune[Math.Min(order, Prune.Count) - 1];

    /// <summary>What is wrong with it; null where nothing is.</summary>
    public string? Fault()
    {
        if (Order is < 1 or > MostOrder)
        {
            return $"the order is {Order}, out of range 1 to {MostOrder}.";
        }

        if (Prune.Count > Order || Prune.Any(count => count < 0) || Prune.Zip(Prune.Skip(1)).Any(pair => pair.First > pair.Second) || (Prune.Count > 0 && Prune[0] > 0))
        {
            return "pruning takes at most one count an order, none below the one before, and 0 for order 1: 0 0 1.";
        }

        return Fallback.Count is 0 or 3 && Fallback.Select((amount, i) => amount >= 0 && amount <= i + 1).All(fits => fits)
            ? null
            : "discounts to fall back on are three: 0 to 1, 0 to 2, and 0 to 3.";
    }
}
