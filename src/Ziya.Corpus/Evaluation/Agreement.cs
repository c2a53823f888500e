namespace Ziya.Corpus.Evaluation;

/// <summary>How far judges agree, beyond what chance would give.</summary>
internal static class Agreement
{
    /// <summary>Cohen's kappa (1960) of two judges: (p - e) / (1 - e) of observed and expected agreement. Null where it is not defined: no item, or both always chose the same.</summary>
    /// <param name="choices">What each of the two chose, item by item.</param>
    public static double? Cohen(IReadOnlyList<(string First, string Second)> choices)
    {
        double count = choices.Count;
        var observed = choices.Count(choice => choice.First == choice.Second) / count;
        var first = choices.CountBy(choice => choice.First);
        var second = choices.CountBy(choice => choice.Second).ToDictionary();
        var expected = first.Sum(choice => choice.Value / count * second.GetValueOrDefault(choice.Key) / count);
        return Kappa(observed, expected);
    }

    /// <summary>Fleiss' kappa (1971) of several judges. Null where it is not defined.</summary>
    /// <param name="items">What was chosen of each item: by the same number of judges, at least two.</param>
    public static double? Fleiss(IReadOnlyList<IReadOnlyList<string>> items)
    {
        if (items.Count == 0)
        {
            return null;
        }

        double judges = items[0].Count;
        var observed = items.Average(item => (item.CountBy(choice => choice).Sum(choice => (double)choice.Value * choice.Value) - judges) / (judges * (judges - 1)));
        var expected = items.SelectMany(item => item).CountBy(choice => choice).Sum(choice => Math.Pow(choice.Value / (judges * items.Count), 2));
        return Kappa(observed, expected);
    }

    // Sums of many quotients: an expected agreement of one comes out a little beside it.
    private static double? Kappa(double observed, double expected) => double.IsNaN(observed) || expected > 1 - 1e-12 ? null : (observed - expected) / (1 - expected);
}
