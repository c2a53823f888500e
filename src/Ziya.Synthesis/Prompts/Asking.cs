using System.IO.Hashing;
using System.Runtime.InteropServices;
using Ziya.Models.Generation;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Writing;

namespace Ziya.Synthesis.Prompts;

/// <summary>What all steps that ask models have in common.</summary>
internal static class Asking
{
    /// <summary>A slow answer holds back those after it, which are done meanwhile: with so many widths in hand a model does not run dry for it.</summary>
    public const int Ahead = 4;

    /// <summary>The most probable tokens: for verdicts, not for texts.</summary>
    public static Sampling Greedy { get; } = new() { Temperature = 0, RepetitionPenalty = 1 };

    /// <summary>A random number that depends on the job's seed and on these names alone.</summary>
    public static ulong Draw(ulong seed, string id, string what) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes($"{id}\n{what}".AsSpan()), (long)seed);

    /// <summary>The conversation of one thing said, after the system prompt if there is one.</summary>
    public static GenerationRequest Say(string? system, string text) => new(system is null ? [new Message("user", text)] : [new("system", system), new("user", text)]);

    /// <summary>The instruction as a user would say it: the input below it, as in Self-Instruct (Wang et al. 2023, arXiv:2212.10560).</summary>
    public static string Said(this Instruction record) => Conversation.Question(record);

    /// <summary>Asks, and throws where the request failed for good: the record is then quarantined, and enough of them end the job.</summary>
    public static async Task<Completion> Ask(this IGenerator model, string name, GenerationRequest request, CancellationToken cancel)
    {
        var completion = await model.Generate(request, cancel).ConfigureAwait(false);
        return completion.Ending == Ending.Fault ? throw new InvalidOperationException($"model '{name}': {completion.Fault}") : completion;
    }
}
