using System.ComponentModel.DataAnnotations;
using Ziya.Corpus.Bucketing;

namespace Ziya.Synthesis.Selection;

/// <summary>Options of <c>select</c>: one of <c>best</c>, <c>where</c> and <c>by</c>.</summary>
public sealed record SelectOptions
{
    /// <summary>The score of the candidates of an instruction by which the best becomes its output: `reward`, or `scores.NAME` of the input. The record takes over the scores of that candidate.</summary>
    public string? Best { get; init; }

    /// <summary>Whether the candidates stay on the record with `best`. Default false.</summary>
    public bool KeepCandidates { get; init; }

    /// <summary>
    /// A condition on the record, such as `reward > 1.5 and length &lt; 4000 and (repetition &lt; 0.2 or task == "code")`: scores, `length`, `difficulty`, `scores.NAME` and `meta.NAME`; `language`, `bucket`, `source`,
    /// `id` and `task` with == and != and text in quotes; + - * /, and, or, not.
    /// </summary>
    public string? Where { get; init; }

    /// <summary>The number of which the best records stay: a score, `length`, `difficulty`, `scores.NAME` or `meta.NAME` of the input. Needs one of `top`, `count` and `margin`.</summary>
    public string? By { get; init; }

    /// <summary>Which end of the number is the better one. Default descending: high is good, as of a reward.</summary>
    public BucketOrder Order { get; init; } = BucketOrder.Descending;

    /// <summary>Share of each group that stays, above 0 to 1, rounded up.</summary>
    [Range(0.0, 1.0)]
    public double? Top { get; init; }

    /// <summary>Records of each group that stay; all of them where there are fewer.</summary>
    [Range(1, int.MaxValue)]
    public int? Count { get; init; }

    /// <summary>How much worse than the best of its group a record may be to stay.</summary>
    [Range(0.0, double.MaxValue)]
    public double? Margin { get; init; }

    /// <summary>
    /// Field whose values make groups, such as `task`; records without it are a group of their own. `all` makes one group of all records. Default all, but for `by: reward`, which has to say: rewards of
    /// one kind of task mean nothing beside those of another.
    /// </summary>
    public string? Within { get; init; }
}
