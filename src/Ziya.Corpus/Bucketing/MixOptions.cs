using System.ComponentModel.DataAnnotations;

namespace Ziya.Corpus.Bucketing;

/// <summary>Options of <c>mix</c>: one of <c>weights</c>, <c>budgets</c> and <c>epochs</c>.</summary>
public sealed record MixOptions
{
    /// <summary>Field whose values are the groups that are mixed: `source`, `language`, `bucket`, `task` or `meta.NAME`.</summary>
    public required string Within { get; init; }

    /// <summary>Shares of the groups in the result, in any scale: `{ zh: 3, en: 1 }` is three quarters and one. Default: none.</summary>
    [Range(0.0, 1e12)]
    public IReadOnlyDictionary<string, double> Weights { get; init; } = new Dictionary<string, double>();

    /// <summary>Amounts of the groups in the result, in `unit`, never exceeded. Default: none.</summary>
    [Range(0.0, 1e15)]
    public IReadOnlyDictionary<string, double> Budgets { get; init; } = new Dictionary<string, double>();

    /// <summary>How often each group is in the result: 2 is all of it twice, 0.5 a random half. Default: none.</summary>
    [Range(0.0, 1000.0)]
    public IReadOnlyDictionary<string, double> Epochs { get; init; } = new Dictionary<string, double>();

    /// <summary>
    /// What is weighed: `records`, `bytes` of text in UTF-8, or a number of the record, such as `tokens` (of `count_tokens`), `length`, `scores.NAME` or `meta.NAME`. Default records.
    /// </summary>
    [RegularExpression(".+")]
    public string Unit { get; init; } = "records";

    /// <summary>With `weights`: the amount of the result, in `unit`. Default: the largest that keeps the shares without a group being repeated more often than `most_epochs`.</summary>
    [Range(1.0, 1e15)]
    public double? Total { get; init; }

    /// <summary>With `weights` and `budgets`: how often a group may be in the result at most, 1 to 1000. What cannot be met that way is said in the report. Default 1: nothing is repeated.</summary>
    [Range(1.0, 1000.0)]
    public double MostEpochs { get; init; } = 1;
}
