using System.ComponentModel.DataAnnotations;
using Ziya.Models.Generation;
using Ziya.Pipeline.Jobs;

namespace Ziya.Synthesis.Translation;

/// <summary>Options of <c>translate</c>.</summary>
public sealed record TranslateOptions
{
    /// <summary>The model that translates, there and back.</summary>
    [ModelName(typeof(IGenerator))]
    public required string Model { get; init; }

    /// <summary>Least agreement of the text with its translation back, chrF from 0 to 1; the record is dropped below it. It depends on language and length: look at `dropped/` first. Default 0.4, 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public double MinAgreement { get; init; } = 0.4;

    /// <summary>What is made: `pair` (an instruction to translate, with the text and its translation), `replace` (the translated record in place of the original) or `both` (the original, and the translated record behind it). Default pair.</summary>
    [RegularExpression("pair|replace|both")]
    public string As { get; init; } = "pair";

    /// <summary>Most tokens of a translation; one that is cut there is dropped. Default 2048.</summary>
    [Range(1, 1 << 20)]
    public int MaxTokens { get; init; } = 2048;

    /// <summary>How tokens are chosen. Default: the most probable ones.</summary>
    public Sampling? Sampling { get; init; }

    /// <summary>A folder of prompts of one's own, `zh/translate/NAME.yaml` and `en/translate/NAME.yaml`, in front of those that come along. Default: none.</summary>
    public string? Prompts { get; init; }
}
