using System.ComponentModel.DataAnnotations;
using Ziya.Corpus.Bucketing;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Scoring;

namespace Ziya.Synthesis.Selection;

/// <summary>Options of <c>diversify</c>.</summary>
public sealed record DiversifyOptions
{
    /// <summary>An embedding model: similarity is the cosine of its vectors. Default none: similarity is that of n-grams, estimated by MinHash.</summary>
    [ModelName(typeof(IEmbedder))]
    public string? Model { get; init; }

    /// <summary>
    /// Greatest similarity of a record that stays to each that stays before it. Default 0.9 with a model, as Deita has it (what a cosine means is the model's affair), and 0.5 of n-grams. 0 to 1.
    /// </summary>
    [Range(0.0, 1.0)]
    public double? MaxSimilarity { get; init; }

    /// <summary>The number that decides which record comes first: a score, `length`, `scores.NAME` or `meta.NAME`; of several their product, such as [complexity, quality]. Records without it come last. Default: the order of the input.</summary>
    public IReadOnlyList<string> By { get; init; } = [];

    /// <summary>Which end of the number is the better one. Default descending: high is good.</summary>
    public BucketOrder Order { get; init; } = BucketOrder.Descending;

    /// <summary>Most records that stay. Default: no limit.</summary>
    [Range(1, int.MaxValue)]
    public int? Count { get; init; }

    /// <summary>What of a record is compared. Default question.</summary>
    public DiversityText Compare { get; init; } = DiversityText.Question;

    /// <summary>Units in a row that MinHash compares: words of English, characters of Chinese. Default 3, 1 to 64. Ignored with a model.</summary>
    [Range(1, 64)]
    public int Ngram { get; init; } = 3;
}
