using System.Text.Json.Serialization;

namespace Ziya.Models.Generation;

/// <summary>What a model answered.</summary>
/// <param name="Text">The answer; empty where there is none.</param>
/// <param name="Ending">Why it ended.</param>
/// <param name="Model">The model that answered, by the name it gives itself: a server may say more than it was asked for.</param>
public sealed record Completion(string Text, Ending Ending, string Model)
{
    /// <summary>What went wrong and what to do, where <see cref="Ending"/> is <see cref="Ending.Fault"/>.</summary>
    public string? Fault { get; init; }

    /// <summary>Tokens of the prompt, as the model counts them.</summary>
    public int PromptTokens { get; init; }

    /// <summary>Tokens of the answer.</summary>
    public int CompletionTokens { get; init; }

    /// <summary>Whether it comes from a recording: what is made of it is then <see cref="Model"/>'s, whatever the job calls the recording.</summary>
    [JsonIgnore]
    public bool IsReplayed { get; init; }

    /// <summary>Whether there is an answer: whole, or cut at its greatest length.</summary>
    public bool IsAnswer => Ending is Ending.Stop or Ending.Length;

    /// <summary>A request that failed.</summary>
    public static Completion Failed(string model, string fault) => new("", Ending.Fault, model) { Fault = fault };
}
