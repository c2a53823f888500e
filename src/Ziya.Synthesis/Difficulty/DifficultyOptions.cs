using System.ComponentModel.DataAnnotations;
using Ziya.Models.Generation;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Scoring;

namespace Ziya.Synthesis.Difficulty;

/// <summary>Options of <c>difficulty</c>.</summary>
public sealed record DifficultyOptions
{
    /// <summary>What is taken for difficulty: `ifd` (how little the instruction helps `model` to foresee the answer) or `judge` (the mark that the model `judge` gives). Default ifd.</summary>
    [RegularExpression("ifd|judge")]
    public string By { get; init; } = "ifd";

    /// <summary>For `by: ifd`, the model that knows how probable a text is: one that writes text, on this machine, with the template of its training.</summary>
    [ModelName(typeof(ITextScorer))]
    public string? Model { get; init; }

    /// <summary>For `by: judge`, the model that marks: of one on this machine the probabilities of the digits are looked at, of one behind an endpoint the reply is read.</summary>
    [ModelName(typeof(IGenerator))]
    public string? Judge { get; init; }

    /// <summary>Highest IFD that stays. Default 1, as in Cherry LLM: above it the instruction makes the answer less probable, so they hardly belong together.</summary>
    [Range(0.0, 100.0)]
    public double MaxIfd { get; init; } = 1;

    /// <summary>A folder of prompts of one's own, `zh/difficulty/complexity.yaml` and `en/difficulty/complexity.yaml`, in front of those that come along. Default: none.</summary>
    public string? Prompts { get; init; }
}
