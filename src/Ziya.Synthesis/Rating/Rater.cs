using System.Globalization;
using Ziya.Models.Generation;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Scoring;
using Ziya.Pipeline.Steps;
using Ziya.Synthesis.Prompts;

namespace Ziya.Synthesis.Rating;

/// <summary>
/// Asks a model for a mark from 1 to <paramref name="most"/>. Free text cannot always be read: in a reproduction of Humpback (Li et al. 2023, arXiv:2308.06259) two of three marks could not. So of
/// a model whose probabilities can be seen the mark is the mean over the digits, weighed by how probable each is as the next token, as in Deita (Liu et al. 2023, arXiv:2312.15685): Σ i·softmax(log p(i)).
/// Of any other the reply is read, and where it holds no mark the model is asked once more for the digit alone.
/// </summary>
/// <param name="name">The model's name in the job.</param>
/// <param name="scorer">The model, where its probabilities can be seen.</param>
/// <param name="generator">The model otherwise.</param>
/// <param name="repairs">The prompts <c>rating/</c>.</param>
/// <param name="most">The best mark, at most 9.</param>
internal sealed class Rater(string name, ITextScorer? scorer, IGenerator? generator, PromptBook repairs, int most)
{
    // Room for a model that gives its reasons before the mark.
    private const int ReplyTokens = 256;
    private const int DigitTokens = 8;

    private readonly string[] _digits = [.. Enumerable.Range(1, most).Select(digit => digit.ToString(CultureInfo.InvariantCulture))];

    /// <summary>How many requests in flight keep the model busy.</summary>
    public int Width => scorer?.Width ?? (generator!.Width * Asking.Ahead);

    /// <summary>What a mark costs of a model whose reply is read, if it has to be asked twice: the question's own text is of about two hundred tokens.</summary>
    public static ModelUse Use(string name, double tokens)
    {
        const int Around = 200;
        return new ModelUse(name, 2, (2 * (tokens + Around)) + ReplyTokens, ReplyTokens + DigitTokens);
    }

    /// <summary>The mark that the question asks for.</summary>
    /// <param name="purpose">What the mark is for.</param>
    /// <param name="prompt">Brings the system prompt, if any.</param>
    /// <param name="question">What is asked: the prompt filled in.</param>
    /// <param name="cancel">Gives it up.</param>
    /// <exception cref="InvalidDataException">The question is too long for the model, or its template cannot express it.</exception>
    /// <exception cref="InvalidOperationException">The request failed for good.</exception>
    public async Task<Opinion> Rate(Purpose purpose, Prompt prompt, string question, CancellationToken cancel)
    {
        var request = Asking.Say(prompt.System, question);
        if (scorer is not null)
        {
            var logs = await scorer.Choose(request.Messages, _digits, purpose, cancel).ConfigureAwait(false);
            ModelMeter.Count(name, 0, 0);
            return new Opinion(Mean(logs), null, name);
        }

        request = request with { Sampling = Asking.Greedy, MaxTokens = ReplyTokens };
        var reply = await generator!.Ask(name, purpose, request, cancel).ConfigureAwait(false);
        if (Mark.Read(reply.Text, most) is { } mark)
        {
            return new Opinion(mark, reply.Text, reply.Model);
        }

        // A turn without words is none that a server takes.
        Message[] again = [.. request.Messages, new("assistant", string.IsNullOrWhiteSpace(reply.Text) ? "…" : reply.Text), new("user", repairs.For(prompt.Name[^2..], "rating/repair").Fill())];
        var second = await generator!.Ask(name, purpose with { Operation = purpose.Operation + " again" }, request with { Messages = again, MaxTokens = DigitTokens }, cancel).ConfigureAwait(false);
        return new Opinion(Mark.Read(second.Text, most), $"{reply.Text}\n---\n{second.Text}", second.Model);
    }

    /// <summary>The mean of 1, 2, ... weighed by their probabilities among themselves.</summary>
    internal static double Mean(IReadOnlyList<double> logs)
    {
        var greatest = logs.Max();
        var (sum, weights) = (0.0, 0.0);
        for (var i = 0; i < logs.Count; i++)
        {
            var weight = Math.Exp(logs[i] - greatest);
            weights += weight;
            sum += (i + 1) * weight;
        }

        return sum / weights;
    }
}
