using Ziya.Models.Completions;
using Ziya.Models.Generation;
using Ziya.Models.Reward;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Scoring;
using Ziya.Pipeline.Steps;

namespace Ziya.Models.Recordings;

/// <summary>
/// A model whose answers are recorded: in the run folder, before anybody sees them, so that a run killed anywhere records each once; <see cref="RecordingFile"/> makes the file of them
/// when the run ends. What nobody says the purpose of is not recorded.
/// </summary>
/// <param name="model">The model, as one of the interfaces that this has.</param>
/// <param name="context">Where it records.</param>
internal sealed class RecordedModel(object model, ModelContext context) : IGenerator, IRewardModel, ITextScorer, IModelProgress, IAsyncDisposable
{
    private readonly CompletionCache _answers = new(context.Store, context.Recordings);

    /// <inheritdoc cref="IGenerator.Model"/>
    public string Model => model switch { IGenerator generator => generator.Model, IRewardModel reward => reward.Model, _ => ((ITextScorer)model).Model };

    /// <inheritdoc cref="IGenerator.Width"/>
    public int Width => model switch { IGenerator generator => generator.Width, IRewardModel reward => reward.Width, _ => ((ITextScorer)model).Width };

    /// <inheritdoc/>
    public long Tokens => (model as IModelProgress)?.Tokens ?? 0;

    /// <inheritdoc/>
    public string State => (model as IModelProgress)?.State ?? "";

    /// <inheritdoc/>
    public string? Trouble => (model as IModelProgress)?.Trouble;

    /// <inheritdoc/>
    public ModelLoad? Load => (model as IModelProgress)?.Load;

    /// <summary>Whether what a model says can be recorded: vectors cannot.</summary>
    public static bool CanRecord(object model) => model is IGenerator or IRewardModel or ITextScorer;

    /// <inheritdoc/>
    public async Task<Completion> Generate(GenerationRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        var completion = await ((IGenerator)model).Generate(request, cancel).ConfigureAwait(false);
        if (request.For is { } purpose && completion.Ending is Ending.Stop or Ending.Length or Ending.Filtered)
        {
            await Keep(new RecordedAnswer(request.For!) { Text = completion.Text, Ending = completion.Ending, Prompt = PromptHash.Of(request.Messages) }).ConfigureAwait(false);
        }

        return completion;
    }

    /// <inheritdoc/>
    public Task<RewardScore> Score(IReadOnlyList<Message> messages, CancellationToken cancel) => ((IRewardModel)model).Score(messages, cancel);

    /// <inheritdoc/>
    public async Task<RewardScore> Score(IReadOnlyList<Message> messages, Purpose purpose, CancellationToken cancel)
    {
        var score = await ((IRewardModel)model).Score(messages, purpose, cancel).ConfigureAwait(false);
        await Keep(new RecordedAnswer(purpose) { Score = score.Score, Cut = score.Cut, Prompt = PromptHash.Of(messages) }).ConfigureAwait(false);
        return score;
    }

    /// <inheritdoc/>
    public Task<TextScore> Score(string text, string? context, CancellationToken cancel) => ((ITextScorer)model).Score(text, context, cancel);

    /// <inheritdoc/>
    public Task<TextScore> ScoreAnswer(IReadOnlyList<Message> conversation, string answer, CancellationToken cancel) => ((ITextScorer)model).ScoreAnswer(conversation, answer, cancel);

    /// <inheritdoc/>
    public Task<IReadOnlyList<double>> Choose(IReadOnlyList<Message> conversation, IReadOnlyList<string> beginnings, CancellationToken cancel) => ((ITextScorer)model).Choose(conversation, beginnings, cancel);

    /// <inheritdoc/>
    public async Task<TextScore> Score(string text, string? context, Purpose purpose, CancellationToken cancel) =>
        await Kept(await ((ITextScorer)model).Score(text, context, purpose, cancel).ConfigureAwait(false), purpose, PromptHash.Of(text, context)).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<TextScore> ScoreAnswer(IReadOnlyList<Message> conversation, string answer, Purpose purpose, CancellationToken cancel) =>
        await Kept(await ((ITextScorer)model).ScoreAnswer(conversation, answer, purpose, cancel).ConfigureAwait(false), purpose, PromptHash.Of(conversation, answer)).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<double>> Choose(IReadOnlyList<Message> conversation, IReadOnlyList<string> beginnings, Purpose purpose, CancellationToken cancel)
    {
        var choices = await ((ITextScorer)model).Choose(conversation, beginnings, purpose, cancel).ConfigureAwait(false);
        await Keep(new RecordedAnswer(purpose) { Choices = choices, Prompt = PromptHash.Of(conversation) }).ConfigureAwait(false);
        return choices;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _answers.DisposeAsync().ConfigureAwait(false);
        if (model is IAsyncDisposable gradual)
        {
            await gradual.DisposeAsync().ConfigureAwait(false);
        }

        (model as IDisposable)?.Dispose();
    }

    private async Task<TextScore> Kept(TextScore score, Purpose purpose, string prompt)
    {
        await Keep(new RecordedAnswer(purpose) { LogProbability = score.LogProbability, Tokens = score.Tokens, Prompt = prompt }).ConfigureAwait(false);
        return score;
    }

    private Task Keep(RecordedAnswer answer)
    {
        var line = new JsonLine();
        answer = answer with { Model = context.Name };
        answer.Write(line);
        var key = Recording.Key(answer.For, answer.Model);
        return _answers.FindContent(key) is { } known && line.Written.SequenceEqual(known) ? Task.CompletedTask : _answers.Keep(key, line.Written.ToArray());
    }
}
