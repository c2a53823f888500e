using System.ComponentModel.DataAnnotations;

namespace Ziya.Models.Scoring;

/// <summary>How a reward model, an embedding model or the log-probabilities of a model are computed.</summary>
public sealed record ScoringOptions
{
    /// <summary>Where it computes: <c>auto</c> (default), <c>cpu</c>, <c>cuda</c> or <c>cuda:1</c>.</summary>
    public string Device { get; init; } = "auto";

    /// <summary>Most tokens of one call, padding included; a longer text is computed alone. Default 4096.</summary>
    [Range(1, 1 << 20)]
    public int BatchTokens { get; init; } = 4096;

    /// <summary>Most tokens that the model is shown of a text at once, those around it included. Default 1024, or the model's context where that is less; of an answer behind a conversation the model's context.</summary>
    [Range(8, 1 << 20)]
    public int? Window { get; init; }

    /// <summary>Tokens that a window shares with the one before it, where a text goes in several. Default a quarter of the window.</summary>
    [Range(0, 1 << 20)]
    public int? Overlap { get; init; }

    /// <summary>Ids in front of a text. Default: those of the model's tokenizer.</summary>
    public IReadOnlyList<int>? StartIds { get; init; }

    /// <summary>Ids behind a text. Default: those of the model's tokenizer.</summary>
    public IReadOnlyList<int>? EndIds { get; init; }
}
