using System.ComponentModel.DataAnnotations;
using Ziya.Models.Generation;
using Ziya.Pipeline.Jobs;

namespace Ziya.Synthesis.EvolInstruct;

/// <summary>Options of <c>evolve</c>.</summary>
public sealed record EvolveOptions
{
    /// <summary>The model that rewrites.</summary>
    [ModelName(typeof(IGenerator))]
    public required string Model { get; init; }

    /// <summary>The model that judges whether a rewriting gained anything. Default: the one that rewrites.</summary>
    [ModelName(typeof(IGenerator))]
    public string? Judge { get; init; }

    /// <summary>Whether it is judged at all. Default true; it costs one short request a rewriting.</summary>
    public bool Judged { get; init; } = true;

    /// <summary>The model that answers each new instruction. Default: none, answers are for a step `answer`. With one, instructions that it refuses or has nothing to say to are eliminated.</summary>
    [ModelName(typeof(IGenerator))]
    public string? Answerer { get; init; }

    /// <summary>Rounds. Each starts from what the last successful one made. Default 4, as in WizardLM.</summary>
    [Range(1, 16)]
    public int Rounds { get; init; } = 4;

    /// <summary>Which prompts: `general` or `code`. Default general.</summary>
    [RegularExpression("general|code")]
    public string Set { get; init; } = "general";

    /// <summary>Ways to evolve, of which each round draws one: for `general` constraints, deepen, concretise, reasoning, complicate_input, breadth; for `code` constraint, rare_requirement, reasoning, misleading_code, complexity. Default: all of the set.</summary>
    public IReadOnlyList<string> Methods { get; init; } = [];

    /// <summary>What goes on: `all` (the original and what every round made), `evolved` (what every round made) or `last` (only what the last successful round made, or the original where none was). Default all.</summary>
    [RegularExpression("all|evolved|last")]
    public string Keep { get; init; } = "all";

    /// <summary>Longest instruction, in characters. Default 2000.</summary>
    [Range(1, 1 << 20)]
    public int MaxCharacters { get; init; } = 2000;

    /// <summary>Most tokens of a reply. Default 2048, as in WizardLM.</summary>
    [Range(1, 1 << 20)]
    public int MaxTokens { get; init; } = 2048;

    /// <summary>How tokens are chosen. Default: temperature 1, top_p 0.95 and no penalty, as in WizardLM.</summary>
    public Sampling Sampling { get; init; } = new() { Temperature = 1, TopP = 0.95, RepetitionPenalty = 1 };

    /// <summary>A folder of prompts of one's own, `zh/evolve/NAME.yaml` and `en/evolve/NAME.yaml`, in front of those that come along. Default: none.</summary>
    public string? Prompts { get; init; }
}
