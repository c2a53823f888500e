using System.ComponentModel.DataAnnotations;
using Ziya.Models.Generation;
using Ziya.Pipeline.Jobs;

namespace Ziya.Synthesis.SelfInstruct;

/// <summary>Options of <c>self_instruct</c>.</summary>
public sealed record SelfInstructOptions
{
    /// <summary>The model that makes up tasks.</summary>
    [ModelName(typeof(IGenerator))]
    public required string Model { get; init; }

    /// <summary>New tasks wanted. Default 100. There are fewer where the model finds nothing new any more.</summary>
    [Range(1, 1_000_000)]
    public int Count { get; init; } = 100;

    /// <summary>Examples of each task, with inputs where it needs them, of which each becomes a record. Default 1; 0 for none: answers are then for a step `answer`. The paper takes up to 5.</summary>
    [Range(0, 5)]
    public int Instances { get; init; } = 1;

    /// <summary>Tasks shown in a prompt. Default 8, as in the paper.</summary>
    [Range(1, 64)]
    public int Shown { get; init; } = 8;

    /// <summary>How many of those shown are the model's own, once there are some. Default 2, as in the paper.</summary>
    [Range(0, 64)]
    public int ShownOwn { get; init; } = 2;

    /// <summary>Greatest ROUGE-L to any task before. Default 0.7, as in the paper, range 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public double MaxSimilarity { get; init; } = 0.7;

    /// <summary>Requests of a round, whose tasks can be shown in the next. Default 16.</summary>
    [Range(1, 1024)]
    public int Round { get; init; } = 16;

    /// <summary>Rounds in a row without a new task after which it ends. Default 5.</summary>
    [Range(1, 1000)]
    public int Patience { get; init; } = 5;

    /// <summary>Most tokens of a reply. Default 1024, as in the paper.</summary>
    [Range(1, 1 << 20)]
    public int MaxTokens { get; init; } = 1024;

    /// <summary>How tokens are chosen. Default: temperature 0.7, top_p 0.5, presence_penalty 2, as in the paper's code.</summary>
    public Sampling Sampling { get; init; } = new() { Temperature = 0.7, TopP = 0.5, PresencePenalty = 2, RepetitionPenalty = 1 };

    /// <summary>Whether the seeds go on beside what is made. Default true.</summary>
    public bool KeepSeeds { get; init; } = true;

    /// <summary>A folder of prompts of one's own, `zh/self_instruct/NAME.yaml` and `en/self_instruct/NAME.yaml`, in front of those that come along. Default: none.</summary>
    public string? Prompts { get; init; }
}
