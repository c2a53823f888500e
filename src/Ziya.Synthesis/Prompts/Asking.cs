using System.IO.Hashing;
using System.Runtime.InteropServices;
using Ziya.Models.Generation;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;
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
    public static ulong Draw(ulong seed, string id, string what)
    {
        const int Short = 256;
        var length = id.Length + 1 + what.Length;
        Span<char> text = length > Short ? new char[length] : stackalloc char[length];
        id.CopyTo(text);
        text[id.Length] = '\n';
        what.CopyTo(text[(id.Length + 1)..]);
        return XxHash3.HashToUInt64(MemoryMarshal.AsBytes(text), (long)seed);
    }

    /// <summary>So many of the things, or all: those whose ids have the least random numbers of that name, least first.</summary>
    public static List<T> Drawn<T>(IReadOnlyList<T> things, Func<T, string> idOf, ulong seed, string what, int count)
    {
        // The queue gives up its greatest first: of a hundred thousand things, few are ever ordered. Of equal numbers the first thing is taken.
        var least = new PriorityQueue<int, (ulong Number, int At)>(Comparer<(ulong, int)>.Create((left, right) => right.CompareTo(left)));
        for (var at = 0; at < things.Count; at++)
        {
            var key = (Draw(seed, idOf(things[at]), what), at);
            if (least.Count < count)
            {
                least.Enqueue(at, key);
            }
            else if (count > 0)
            {
                least.EnqueueDequeue(at, key);
            }
        }

        var drawn = new List<T>();
        while (least.TryDequeue(out var at, out _))
        {
            drawn.Add(things[at]);
        }

        drawn.Reverse();
        return drawn;
    }

    /// <summary>The conversation of one thing said, after the system prompt if there is one.</summary>
    public static GenerationRequest Say(string? system, string text) => new(system is null ? [new Message("user", text)] : [new("system", system), new("user", text)]);

    /// <summary>The instruction as a user would say it: the input below it, as in Self-Instruct (Wang et al. 2023, arXiv:2212.10560).</summary>
    public static string Said(this Instruction record) => Conversation.Question(record);

    /// <summary>Under what name the lineage keeps the model of an answer: what wrote the instruction stays known.</summary>
    public static string AnswerModel(Instruction record) => record.Lineage.GetText("prompt") is null ? "model" : "answer_model";

    /// <summary>
    /// Asks, and throws where the request failed for good: the record is then quarantined, and enough of them end the job. The completion's model is named as the job does; one
    /// from a recording, as that does.
    /// </summary>
    public static async Task<Completion> Ask(this IGenerator model, string name, Purpose purpose, GenerationRequest request, CancellationToken cancel)
    {
        var completion = await model.Generate(request with { For = purpose }, cancel).ConfigureAwait(false);
        ModelMeter.Count(name, completion.PromptTokens, completion.CompletionTokens);
        return completion.Ending == Ending.Fault ? throw new InvalidOperationException($"model '{name}': {completion.Fault}")
            : completion.IsReplayed ? completion : completion with { Model = name };
    }
}
