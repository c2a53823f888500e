namespace Ziya.Models.Generation;

/// <summary>A prompt in ids and how to go on with it.</summary>
/// <param name="Prompt">Ids, at least one.</param>
/// <param name="Sampling">How tokens are chosen.</param>
/// <param name="MaxTokens">Most tokens to write, at least 1.</param>
public sealed record TokenRequest(ReadOnlyMemory<int> Prompt, Sampling Sampling, int MaxTokens)
{
    /// <summary>With the request it decides what is written, whatever else the model works on. Default 0.</summary>
    public ulong Seed { get; init; }

    /// <summary>Ids that end the text, beside the model's own.</summary>
    public IReadOnlyList<int> StopIds { get; init; } = [];

    /// <summary>Texts that end the text and are not part of it.</summary>
    public IReadOnlyList<string> StopTexts { get; init; } = [];

    /// <summary>Ids that are never written, beside those the model never writes.</summary>
    public IReadOnlyList<int> Banned { get; init; } = [];

    /// <summary>Whether log-probabilities of the tokens written are wanted. Default false.</summary>
    public bool LogProbabilities { get; init; }
}
