using Ziya.Corpus.Evaluation;

namespace Ziya.Synthesis.Evaluation;

/// <summary>How often one side was found better: (wins + ties / 2) / total, as the cards of the Ziya models count.</summary>
/// <param name="Wins">Judgements for it.</param>
/// <param name="Ties">Judgements that found both equal.</param>
/// <param name="Losses">Judgements for the other.</param>
/// <param name="Items">Different items that were judged: several judges of one item do not make more of them.</param>
internal sealed record WinRate(long Wins, long Ties, long Losses, long Items)
{
    // The card of Ziya-Writing-13B-v2: above 55 % better, below 45 % worse, comparable in between.
    private const double BetterAbove = 0.55;
    private const double WorseBelow = 0.45;

    /// <summary>The win rate of some judgements.</summary>
    public static WinRate Of(IReadOnlyCollection<JudgedPair> judged) => new(
        judged.LongCount(pair => pair.Points > 0.5),
        judged.LongCount(pair => pair.Points == 0.5),
        judged.LongCount(pair => pair.Points < 0.5),
        judged.Select(pair => pair.Id).Distinct().LongCount());

    /// <summary>All judgements.</summary>
    public long Total => Wins + Ties + Losses;

    /// <summary>The win rate; NaN where nothing was judged.</summary>
    public double Rate => Total == 0 ? double.NaN : Of(Wins, Ties, Total);

    /// <summary>Where it may lie for other items of the same sort, by Wilson.</summary>
    public Interval Interval => Interval.Wilson(Total == 0 ? 0 : Rate, Items);

    /// <summary><c>better</c>, <c>worse</c> or <c>comparable</c>.</summary>
    public string Verdict => Total == 0 ? "not judged" : Rate > BetterAbove ? "better" : Rate < WorseBelow ? "worse" : "comparable";

    /// <summary>(wins + ties / 2) / total, of counts or of shares in percent.</summary>
    internal static double Of(double wins, double ties, double total) => (wins + (ties / 2)) / total;
}
