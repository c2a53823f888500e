using System.ComponentModel.DataAnnotations;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Scoring;

namespace Ziya.Synthesis.Knowledge;

/// <summary>Options of <c>add_knowledge</c>.</summary>
public sealed record AddKnowledgeOptions
{
    /// <summary>Files of the corpus, paths or globs, in any format that `input.read` takes; their records are documents (`text`, and `id` and `source` where they have them).</summary>
    public required IReadOnlyList<string> Corpus { get; init; }

    /// <summary>An embedding model: passages are then looked up by the cosine of its vectors too, and both lists become one by reciprocal rank fusion. The corpus is embedded once a run, and anew when a run goes on. Default none: by words alone.</summary>
    [ModelName(typeof(IEmbedder))]
    public string? Model { get; init; }

    /// <summary>Least cosine of a passage, with `model`. What a cosine means is the model's affair: look at some first. Default 0.5, 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public double MinSimilarity { get; init; } = 0.5;

    /// <summary>Most megabytes of text in the corpus, in UTF-8; a larger one is refused. The index lies in memory and takes several times as much as the text: 21 times for 20 MB of randomly drawn Chinese characters, where nearly every pair is new; texts that people wrote repeat themselves. It is not counted in `limits.memory_mb`. Default 64, 1 to 8192.</summary>
    [Range(1, 8192)]
    public int MostMb { get; init; } = 64;

    /// <summary>Most passages of an instruction. Default 3, 1 to 100.</summary>
    [Range(1, 100)]
    public int K { get; init; } = 3;

    /// <summary>Least BM25 score of a passage. It depends on the corpus and on how long instructions are: look at some first. Default 0, which takes whatever shares a word.</summary>
    [Range(0.0, 1e9)]
    public double MinScore { get; init; }

    /// <summary>How soon more of the same word in a passage stops to count, BM25's k1. Default 1.2, 0 to 10.</summary>
    [Range(0.0, 10.0)]
    public double K1 { get; init; } = 1.2;

    /// <summary>How much long passages are held back, BM25's b. Default 0.75, 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public double B { get; init; } = 0.75;

    /// <summary>Words in more than this share of the passages are not looked up, unless 10 passages or fewer have them. Default 0.2, 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public double StopShare { get; init; } = 0.2;

    /// <summary>Longest passage, in characters: documents are cut at ends of sentences. Default 500, 20 to 100000.</summary>
    [Range(20, 100000)]
    public int PassageCharacters { get; init; } = 500;

    /// <summary>Where the passages go: into the `input`, behind what it is, or into the `system` prompt, behind what it says. Default input.</summary>
    [RegularExpression("input|system")]
    public string Into { get; init; } = "input";

    /// <summary>What becomes of an instruction that nothing is found for: `keep` or `drop`. Default keep.</summary>
    [RegularExpression("keep|drop")]
    public string Missing { get; init; } = "keep";

    /// <summary>A folder of prompts of one's own, `zh/add_knowledge/context.yaml` and `en/add_knowledge/context.yaml`, in front of those that come along. Default: none.</summary>
    public string? Prompts { get; init; }
}
