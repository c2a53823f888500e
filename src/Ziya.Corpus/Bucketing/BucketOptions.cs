using System.ComponentModel.DataAnnotations;

namespace Ziya.Corpus.Bucketing;

/// <summary>Options of <c>bucket</c>.</summary>
public sealed record BucketOptions
{
    /// <summary>The number to sort by: a score, `length`, `difficulty`, `scores.NAME` or `meta.NAME` of the input.</summary>
    public required string By { get; init; }

    /// <summary>Which end is the better one. Default ascending: low is good, as of perplexity.</summary>
    public BucketOrder Order { get; init; } = BucketOrder.Ascending;

    /// <summary>Field whose values make groups with percentiles of their own, such as `language`. Default: none, all records are one group.</summary>
    public string? Within { get; init; }

    /// <summary>Buckets from best to worst, each with the percentile it reaches to: above 0, ascending, the last 100. Default high 30, medium 60, low 100.</summary>
    [Range(0.0, 100.0)]
    public IReadOnlyDictionary<string, double> Cuts { get; init; } = new Dictionary<string, double> { ["high"] = 30, ["medium"] = 60, ["low"] = 100 };

    /// <summary>Buckets by a published recipe, instead of `cuts`. Default: none.</summary>
    public BucketPreset? Preset { get; init; }

    /// <summary>Buckets whose records are dropped, with the name of the bucket as the reason. Default: none; of `preset: ziya2` low.</summary>
    public IReadOnlyList<string> Drop { get; init; } = [];

    /// <summary>Bucket of the records that do not have the number, or whose group the file of `cuts_from` does not have. They do not count in percentiles. Default unscored.</summary>
    [RegularExpression(".+")]
    public string Unscored { get; init; } = "unscored";

    /// <summary>File that the cut-offs found are kept in, as JSON to read and to give to `cuts_from`. Written when the run is done. Default: none.</summary>
    [RegularExpression(".+")]
    public string? Save { get; init; }

    /// <summary>
    /// File of cut-offs that an earlier run kept, or that was written by hand: records are bucketed by those, where they stand, whatever else this input holds. `by`, `order` and `within` have
    /// to be those of the file; the names of the buckets come from it. Default: none.
    /// </summary>
    [RegularExpression(".+")]
    public string? CutsFrom { get; init; }

    /// <summary>The buckets, with the preset seen to.</summary>
    internal IReadOnlyDictionary<string, double> Limits => Preset == BucketPreset.Ccnet
        ? new Dictionary<string, double> { ["head"] = 30, ["middle"] = 60, ["tail"] = 100 }
        : Cuts;

    /// <summary>The buckets dropped, with the preset seen to.</summary>
    internal IReadOnlyList<string> Dropped => Preset == BucketPreset.Ziya2 ? [.. Drop, "low"] : Drop;

    /// <summary>Whether other buckets than the usual ones are asked for.</summary>
    internal bool HasCuts => !Cuts.SequenceEqual(new BucketOptions { By = By }.Cuts);
}
