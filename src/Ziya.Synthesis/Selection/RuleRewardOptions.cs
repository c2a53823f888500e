using System.ComponentModel.DataAnnotations;

namespace Ziya.Synthesis.Selection;

/// <summary>Options of <c>rule_reward</c>.</summary>
public sealed record RuleRewardOptions
{
    /// <summary>How much a rule counts, by its name: `repetition`, `truncation`, `language`, `format`, `refusal`, `length`. Default 1 each; 0 turns a rule off.</summary>
    [Range(0.0, 1000.0)]
    public IReadOnlyDictionary<string, double> Weights { get; init; } = new Dictionary<string, double>();

    /// <summary>Least `rule_reward`: what has less is dropped, candidates one by one. Default: nothing is dropped. At most 1.</summary>
    [Range(double.MinValue, 1.0)]
    public double? Min { get; init; }

    /// <summary>Limits of Chinese answers.</summary>
    public RuleLimits Zh { get; init; } = new();

    /// <summary>Limits of English answers and of all others.</summary>
    public RuleLimits En { get; init; } = new();
}

/// <summary>Limits of <c>rule_reward</c> for a language.</summary>
public sealed record RuleLimits
{
    /// <summary>Largest share of characters in runs of words that stood before in the answer (4 words; 6 characters of Chinese) without loss; at twice that the rule gives 0. Default 0.15; for Chinese 0.2, where six characters repeat sooner.</summary>
    [Range(0.0, 1.0)]
    public double? MaxRepetition { get; init; }

    /// <summary>Fewest words of an answer, or characters of a Chinese one. Default 1.</summary>
    [Range(0, int.MaxValue)]
    public int? MinLength { get; init; }

    /// <summary>Most words of an answer, or characters of a Chinese one, without loss. Default 2000; for Chinese 3200, as 1.6 characters stand for a word.</summary>
    [Range(1, int.MaxValue)]
    public int? MaxLength { get; init; }
}
