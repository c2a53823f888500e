namespace Ziya.Corpus.Evaluation;

/// <summary>The agreement of several judges of the same items.</summary>
/// <param name="Pairs">Each two of them, on the items that both judged.</param>
/// <param name="Items">Items that all of them judged.</param>
/// <param name="Fleiss">Fleiss' kappa on those, where there are three judges or more and it is defined.</param>
internal sealed record AgreementTable(IReadOnlyList<JudgePair> Pairs, int Items, double? Fleiss)
{
    /// <summary>The agreement of choices. Of an item that a judge saw twice, as of a dataset that has its id twice, the first counts.</summary>
    public static AgreementTable Of(IEnumerable<(string Judge, string Item, string Choice)> choices)
    {
        var judges = choices.GroupBy(choice => choice.Judge)
            .Select(judge => (Name: judge.Key, Choices: judge.DistinctBy(choice => choice.Item).ToDictionary(choice => choice.Item, choice => choice.Choice))).ToList();
        var pairs = from first in judges.Index()
                    from second in judges.Skip(first.Index + 1)
                    select Pair(first.Item.Name, first.Item.Choices, second.Name, second.Choices);
        string[] common = judges.Count == 0 ? [] : [.. judges[0].Choices.Keys.Where(item => judges.TrueForAll(judge => judge.Choices.ContainsKey(item)))];
        var fleiss = judges.Count < 3 ? null : Agreement.Fleiss([.. common.Select(item => judges.ConvertAll(judge => judge.Choices[item]))]);
        return new([.. pairs], common.Length, fleiss);
    }

    private static JudgePair Pair(string first, Dictionary<string, string> of, string second, Dictionary<string, string> with)
    {
        (string First, string Second)[] both = [.. of.Where(choice => with.ContainsKey(choice.Key)).Select(choice => (choice.Value, with[choice.Key]))];
        return new(first, second, both.Length, both.Length == 0 ? 0 : both.Count(choice => choice.First == choice.Second) / (double)both.Length, Agreement.Cohen(both));
    }
}

/// <summary>Two judges.</summary>
/// <param name="First">The one.</param>
/// <param name="Second">The other.</param>
/// <param name="Items">Items that both judged.</param>
/// <param name="Same">The share of them of which both said the same.</param>
/// <param name="Kappa">Cohen's kappa; null where it is not defined.</param>
internal sealed record JudgePair(string First, string Second, int Items, double Same, double? Kappa);
