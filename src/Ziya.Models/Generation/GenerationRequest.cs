using System.Text.Json.Serialization;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Models.Generation;

/// <summary>
/// A conversation that a model is to go on with, once. Several answers to the same conversation are several requests that differ in their
/// seeds: each can then be kept, repeated and paid for alone, and a local model computes what they share but once.
/// </summary>
/// <param name="Messages">The conversation; its last turn is the user's.</param>
public sealed record GenerationRequest(IReadOnlyList<Message> Messages)
{
    /// <summary>How tokens are chosen. Default: as the model's template or server has it.</summary>
    public Sampling? Sampling { get; init; }

    /// <summary>Most tokens of the answer. Default: as the model's template or entry in the job has it.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Texts that end the answer and are not part of it, beside those of the template.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>Decides, with the rest of the request, what is written. Local models keep to it exactly, remote ones as far as they do. Default 0.</summary>
    public ulong Seed { get; init; }

    /// <summary>What the answer is for, by which a recording names it; decides nothing of it.</summary>
    [JsonIgnore]
    public Purpose? For { get; init; }

    /// <summary>Why there is nothing to go on with, or null: what a model makes of no words is no answer to anything.</summary>
    internal string? Nothing => Messages.Count == 0 ? "the conversation is empty." : string.IsNullOrWhiteSpace(Messages[^1].Content) ? "the prompt is empty: the last turn has no words." : null;

    /// <summary>A request with one turn of the user.</summary>
    public static GenerationRequest Of(string prompt) => new([new Message("user", prompt)]);

    /// <summary>Requests for so many answers: with this seed and those after it.</summary>
    public IEnumerable<GenerationRequest> Samples(int count) => Enumerable.Range(0, count).Select(at => this with
    {
        Seed = unchecked(Seed + (ulong)at),
        For = For is null ? null : For with { Sample = For.Sample + at },
    });
}
