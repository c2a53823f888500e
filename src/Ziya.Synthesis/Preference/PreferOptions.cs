using System.ComponentModel.DataAnnotations;

namespace Ziya.Synthesis.Preference;

/// <summary>Options of <c>prefer</c>.</summary>
public sealed record PreferOptions
{
    /// <summary>The score of the candidates that decides. Default reward. `scores.NAME` is one that the input brought along.</summary>
    public string By { get; init; } = "reward";

    /// <summary>
    /// Least difference of the scores in a pair. Default 0.5: a reward model trained on pairs gives the better of two answers that far apart 62 chances in 100 (the logistic function
    /// of the difference). Equal scores never make a pair, also with 0. Ignored by `as: ranked`.
    /// </summary>
    [Range(0.0, double.MaxValue)]
    public double Margin { get; init; } = 0.5;

    /// <summary>Which candidates make pairs. Default best_worst. Ignored by `as: ranked`.</summary>
    public PairChoice Pairs { get; init; } = PairChoice.BestWorst;

    /// <summary>Most pairs of a record with `pairs: all`, the clearest first. Default: no limit.</summary>
    [Range(1, int.MaxValue)]
    public int? MaxPairs { get; init; }

    /// <summary>What is made of the candidates. Default pairs.</summary>
    public PreferenceForm As { get; init; } = PreferenceForm.Pairs;
}
