using System.ComponentModel.DataAnnotations;
using Ziya.Models.Generation;
using Ziya.Pipeline.Jobs;

namespace Ziya.Synthesis.AnswerToInstruction;

/// <summary>Options of <c>answer_to_instruction</c>.</summary>
public sealed record AnswerToInstructionOptions
{
    /// <summary>The model that writes instructions.</summary>
    [ModelName(typeof(IGenerator))]
    public required string Model { get; init; }

    /// <summary>The model that marks the pairs, from 1 to 5: of one on this machine the probabilities of the digits are looked at, of one behind an endpoint the reply is read. Default: the one that writes.</summary>
    [ModelName(typeof(IGenerator))]
    public string? Rater { get; init; }

    /// <summary>Lowest mark that stays. Default 4, as in Humpback. A mean over digits is seldom near the ends: look at `scores.rating` before choosing.</summary>
    [Range(1.0, 5.0)]
    public double MinRating { get; init; } = 4;

    /// <summary>Whether a model rewrites the passage into the answer that a careful writer would give. Default false: the passage is the answer.</summary>
    public bool Rewrite { get; init; }

    /// <summary>Kinds of text that are taken, each with a prompt of its own: `report` (official reports and notices), `speech` (speeches and letters), `creative` (advertising copy and the like), `general` (all others). A text of a kind that is not named is general, or dropped where that is not named either. Default all.</summary>
    public IReadOnlyList<string> Genres { get; init; } = ["report", "speech", "creative", "general"];

    /// <summary>Most passages of a document. Default 4.</summary>
    [Range(1, 1024)]
    public int Passages { get; init; } = 4;

    /// <summary>Fewest characters of a Chinese passage, white space not counted. Default 150.</summary>
    [Range(1, 1 << 20)]
    public int MinCharacters { get; init; } = 150;

    /// <summary>Most characters of a Chinese passage. Default 2000. A longer text is cut between paragraphs, a longer paragraph between sentences.</summary>
    [Range(1, 1 << 20)]
    public int MaxCharacters { get; init; } = 2000;

    /// <summary>Fewest words of a passage in another language. Default 100.</summary>
    [Range(1, 1 << 20)]
    public int MinWords { get; init; } = 100;

    /// <summary>Most words of such a passage. Default 1000.</summary>
    [Range(1, 1 << 20)]
    public int MaxWords { get; init; } = 1000;

    /// <summary>Longest instruction, in characters. Default 800, as in Humpback.</summary>
    [Range(1, 1 << 20)]
    public int MaxInstruction { get; init; } = 800;

    /// <summary>Most tokens of an instruction. Default 512.</summary>
    [Range(1, 1 << 20)]
    public int MaxTokens { get; init; } = 512;

    /// <summary>What becomes of an instruction that was cut at its greatest length: `drop` or `keep`. Default drop; keep is for trying a job with models that have learned nothing.</summary>
    [RegularExpression("drop|keep")]
    public string Truncated { get; init; } = "drop";

    /// <summary>Most tokens of a rewritten answer. Default 4096.</summary>
    [Range(1, 1 << 20)]
    public int RewriteTokens { get; init; } = 4096;

    /// <summary>How tokens are chosen. Default: temperature 0.7, top_p 0.9 and no penalty, as reproductions of Humpback have it.</summary>
    public Sampling Sampling { get; init; } = new() { Temperature = 0.7, TopP = 0.9, RepetitionPenalty = 1 };

    /// <summary>A folder of prompts of one's own, `zh/answer_to_instruction/NAME.yaml` and `en/answer_to_instruction/NAME.yaml`, in front of those that come along. Default: none.</summary>
    public string? Prompts { get; init; }
}
