using System.ComponentModel.DataAnnotations;

namespace Ziya.Models.Generation;

/// <summary>How the next token is chosen. The defaults are those of the Ziya2-13B-Chat card.</summary>
public sealed record Sampling
{
    /// <summary>Divides the logits. Default 0.85, range 0 to 100; 0 takes the most probable token and ignores the rest but the penalties.</summary>
    [Range(0.0, 100.0)]
    public double Temperature { get; init; } = 0.85;

    /// <summary>Smallest set of most probable tokens whose probabilities reach this (Holtzman et al. 2020, arXiv:1904.09751). Default 0.9, range 0 to 1; 1 keeps all.</summary>
    [Range(0.0, 1.0)]
    public double TopP { get; init; } = 0.9;

    /// <summary>Most probable tokens that stay (Fan et al. 2018, arXiv:1805.04833). Default 0, which keeps all.</summary>
    [Range(0, int.MaxValue)]
    public int TopK { get; init; }

    /// <summary>Least probability as a share of the most probable token's (Nguyen et al. 2024, arXiv:2407.01082). Default 0, range 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public double MinP { get; init; }

    /// <summary>Divides positive and multiplies negative logits of the tokens of prompt and output (Keskar et al. 2019, arXiv:1909.05858). Default 1.05; 1 does nothing.</summary>
    [Range(0.01, 100.0)]
    public double RepetitionPenalty { get; init; } = 1.05;

    /// <summary>Taken from the logits of the tokens of the output so far. Default 0.</summary>
    [Range(-100.0, 100.0)]
    public double PresencePenalty { get; init; }
}
