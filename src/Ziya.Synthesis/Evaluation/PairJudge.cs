using Ziya.Models.Generation;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Scoring;
using Ziya.Pipeline.Steps;
using Ziya.Synthesis.Prompts;

namespace Ziya.Synthesis.Evaluation;

/// <summary>
/// Asks a model which of two answers is better. Of a model whose probabilities can be seen the most probable of the three letters counts; of any other the reply is read, and where it holds no verdict the model is
/// asked once more for the letter alone.
/// </summary>
/// <param name="name">The model's name in the job.</param>
/// <param name="scorer">The model, where its probabilities can be seen.</param>
/// <param name="generator">The model otherwise.</param>
/// <param name="prompts">The prompts <c>judge/</c>.</param>
internal sealed class PairJudge(string name, ITextScorer? scorer, IGenerator? generator, PromptBook prompts)
{
    /// <summary>The prompt.</summary>
    public const string PromptName = "judge/pair";

    /// <summary>Room for a model that gives its reasons before the verdict.</summary>
    public const int ReplyTokens = 512;

    private const int LetterTokens = 8;
    private static readonly string[] Letters = ["A", "B", "C"];

    /// <summary>How many requests in flight keep the model busy.</summary>
    public int Width => scorer?.Width ?? (generator!.Width * Asking.Ahead);

    /// <summary>The two candidates compared in both orders. Steps 2 and 3 of <see cref="JudgeAnswers"/>.</summary>
    /// <param name="record">The instruction.</param>
    /// <param name="first">Which candidate, from 0.</param>
    /// <param name="second">Which other.</param>
    /// <param name="purpose">What is asked for, by the candidate shown first and the other.</param>
    /// <param name="cancel">Gives it up.</param>
    /// <exception cref="InvalidDataException">The answers are too long for the model, or its template cannot express the question.</exception>
    /// <exception cref="InvalidOperationException">The request failed for good.</exception>
    public async Task<Judgement> Compare(Instruction record, int first, int second, Func<int, int, Purpose> purpose, CancellationToken cancel)
    {
        var (one, other) = (record.Candidates[first].Output.Trim(), record.Candidates[second].Output.Trim());
        if (one == other)
        {
            return new(first, second, "tie", "tie");
        }

        var swapped = Ask(record, other, one, purpose(second, first), cancel);
        var shown = await Ask(record, one, other, purpose(first, second), cancel).ConfigureAwait(false);
        var (a, b) = (shown, await swapped.ConfigureAwait(false));
        return new(first, second, Named(a.Letter, "first", "second"), Named(b.Letter, "second", "first"))
        {
            Judge = a.By,
            Unread = a.Letter is null ? a.Reply : b.Letter is null ? b.Reply : null,
        };
    }

    private static string Named(char? letter, string a, string b) => letter switch { 'A' => a, 'B' => b, _ => "tie" };

    private async Task<(char? Letter, string Reply, string By)> Ask(Instruction record, string a, string b, Purpose purpose, CancellationToken cancel)
    {
        var prompt = prompts.For(record, PromptName);
        var request = Asking.Say(prompt.System, prompt.Fill(("system", record.System ?? ""), ("question", record.Said()), ("a", a), ("b", b)));
        if (scorer is not null)
        {
            var logs = await scorer.Choose(request.Messages, Letters, purpose, cancel).ConfigureAwait(false);
            return (Letters[logs.Index().MaxBy(log => log.Item).Index][0], "", name);
        }

        request = request with { Sampling = Asking.Greedy, MaxTokens = ReplyTokens };
        var reply = await generator!.Ask(name, purpose, request, cancel).ConfigureAwait(false);
        if (PairVerdict.Read(reply.Text) is { } letter)
        {
            return (letter, reply.Text, reply.Model);
        }

        // A turn without words is none that a server takes.
        Message[] again = [.. request.Messages, new("assistant", string.IsNullOrWhiteSpace(reply.Text) ? "…" : reply.Text), new("user", prompts.For(record, "judge/repair").Fill())];
        var second = await generator!.Ask(name, purpose with { Operation = purpose.Operation + " again" }, request with { Messages = again, MaxTokens = LetterTokens }, cancel).ConfigureAwait(false);
        return (PairVerdict.Read(second.Text), $"{reply.Text}\n---\n{second.Text}", second.Model);
    }
}
