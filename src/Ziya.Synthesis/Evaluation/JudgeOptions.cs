using Ziya.Models.Generation;
using Ziya.Pipeline.Jobs;

namespace Ziya.Synthesis.Evaluation;

/// <summary>Options of <c>judge</c>.</summary>
public sealed record JudgeOptions
{
    /// <summary>The model that judges: of one on this machine the probabilities of the verdicts are looked at, of one behind an endpoint the reply is read.</summary>
    [ModelName(typeof(IGenerator))]
    public required string Model { get; init; }

    /// <summary>The two models, by the names the candidates have, whose answers are compared: the first of each. Default: every candidate with every other.</summary>
    public IReadOnlyList<string>? Between { get; init; }

    /// <summary>A folder of prompts of one's own, `zh/judge/pair.yaml` and `en/judge/pair.yaml`, in front of those that come along. Default: none.</summary>
    public string? Prompts { get; init; }
}
