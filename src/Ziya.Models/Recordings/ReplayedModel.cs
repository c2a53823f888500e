using System.Collections.Concurrent;
using System.Globalization;
using Ziya.Models.Generation;
using Ziya.Models.Reward;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Scoring;
using Ziya.Pipeline.Steps;

namespace Ziya.Models.Recordings;

/// <summary>
/// A recording in the place of a model. What is asked and not recorded is left in the run folder, <c>missing/MODEL.jsonl</c>, as lines to write an answer into.
/// </summary>
internal sealed class ReplayedModel(ReplayModelOptions options, ModelContext context) : IGenerator, IRewardModel, ITextScorer, IModelEnding, IDisposable
{
    // So many questions without answer are held in memory to be listed.
    private const int MostListed = 100_000;

    private readonly Recording _recording = Recording.Open(options.Replay);
    private readonly ConcurrentDictionary<(Purpose For, string Value), (IReadOnlyList<Message> Asked, string Prompt)> _missing = new();
    private readonly ConcurrentDictionary<(string Step, string Operation), Changed> _changed = new();

    /// <inheritdoc cref="IGenerator.Model"/>
    public string Model => context.Name;

    /// <summary>An answer is there at once.</summary>
    public int Width => 1;

    private string MissingPath => $"missing/{context.Name}{(context.Use == typeof(IGenerator) ? "" : "-scores")}.jsonl";

    /// <inheritdoc/>
    public Task<Completion> Generate(GenerationRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        var answer = Find(request.For ?? throw NoPurpose(), request.Messages, PromptHash.Of(request.Messages), "text", found => found.Text is not null);
        return Task.FromResult(new Completion(answer.Text!, answer.Ending, answer.Model) { IsReplayed = true });
    }

    /// <inheritdoc/>
    public Task<RewardScore> Score(IReadOnlyList<Message> messages, CancellationToken cancel) => throw NoPurpose();

    /// <inheritdoc/>
    public Task<TextScore> Score(string text, string? context, CancellationToken cancel) => throw NoPurpose();

    /// <inheritdoc/>
    public Task<TextScore> ScoreAnswer(IReadOnlyList<Message> conversation, string answer, CancellationToken cancel) => throw NoPurpose();

    /// <inheritdoc/>
    public Task<IReadOnlyList<double>> Choose(IReadOnlyList<Message> conversation, IReadOnlyList<string> beginnings, CancellationToken cancel) => throw NoPurpose();

    /// <inheritdoc/>
    public Task<RewardScore> Score(IReadOnlyList<Message> messages, Purpose purpose, CancellationToken cancel)
    {
        var answer = Find(purpose, messages, PromptHash.Of(messages), "score", found => found.Score is not null);
        return Task.FromResult(new RewardScore(answer.Score!.Value, 0, answer.Cut));
    }

    /// <inheritdoc/>
    public Task<TextScore> Score(string text, string? context, Purpose purpose, CancellationToken cancel) => TextScored(purpose, [new("user", text)], PromptHash.Of(text, context));

    /// <inheritdoc/>
    public Task<TextScore> ScoreAnswer(IReadOnlyList<Message> conversation, string answer, Purpose purpose, CancellationToken cancel) =>
        TextScored(purpose, [.. conversation, new("assistant", answer)], PromptHash.Of(conversation, answer));

    /// <inheritdoc/>
    public Task<IReadOnlyList<double>> Choose(IReadOnlyList<Message> conversation, IReadOnlyList<string> beginnings, Purpose purpose, CancellationToken cancel) =>
        Task.FromResult(Find(purpose, conversation, PromptHash.Of(conversation), "choices", found => found.Choices?.Count == beginnings.Count).Choices!);

    /// <inheritdoc/>
    public IEnumerable<string> End()
    {
        if (_missing.IsEmpty)
        {
            context.Store.Delete(MissingPath);
        }
        else
        {
            WriteMissing();
            yield return string.Create(CultureInfo.InvariantCulture, $"{options.Replay} lacks {Answers(_missing.Count)}. What was asked is in {context.Store.Root}/{MissingPath}, a line each: put the answer in the place of null, add the line to the recording, and run again.");
        }

        foreach (var ((step, operation), changed) in _changed.OrderBy(pair => pair.Key.Step, StringComparer.Ordinal).ThenBy(pair => pair.Key.Operation, StringComparer.Ordinal))
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"step '{step}', {operation}: {Answers(changed.Count)} recorded for another prompt, first of record '{changed.Record}': {(options.Strict ? "refused, as 'strict' says." : "used; 'strict: true' refuses such.")}");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _recording.Dispose();

    private static string Answers(int count) => string.Create(CultureInfo.InvariantCulture, $"{count:N0} {(count == 1 ? "answer" : "answers")}");

    private Task<TextScore> TextScored(Purpose purpose, IReadOnlyList<Message> asked, string prompt)
    {
        var answer = Find(purpose, asked, prompt, "log_probability", found => found.LogProbability is not null);
        return Task.FromResult(new TextScore(answer.LogProbability!.Value, answer.Tokens));
    }

    private RecordedAnswer Find(Purpose purpose, IReadOnlyList<Message> asked, string prompt, string value, Func<RecordedAnswer, bool> isSuch)
    {
        var answer = _recording.Find(purpose, context.Name);
        if (answer is null || !isSuch(answer))
        {
            throw Missing(purpose, asked, prompt, value, $"no {value} is recorded in {options.Replay}");
        }

        if (answer.Prompt is null || answer.Prompt == prompt)
        {
            return answer;
        }

        _changed.AddOrUpdate((purpose.Step, purpose.Operation), _ => new Changed(1, purpose.Record), (_, changed) => changed.And(purpose.Record));
        return options.Strict ? throw Missing(purpose, asked, prompt, value, $"the {value} in {options.Replay} was recorded for another prompt") : answer;
    }

    private static InvalidOperationException NoPurpose() => new("a recording has to be told what an answer is for.");

    private MissingAnswerException Missing(Purpose purpose, IReadOnlyList<Message> asked, string prompt, string value, string what)
    {
        if (_missing.Count < MostListed)
        {
            _missing[(purpose, value)] = (asked, prompt);
        }

        return new MissingAnswerException($"model '{context.Name}': {what} for {Recording.Described(purpose)}.");
    }

    private void WriteMissing()
    {
        using var pending = context.Store.Create(MissingPath);
        var line = new JsonLine();
        foreach (var ((purpose, value), (asked, prompt)) in _missing.OrderBy(pair => pair.Key.For.Step, StringComparer.Ordinal).ThenBy(pair => pair.Key.For.Record, StringComparer.Ordinal)
            .ThenBy(pair => pair.Key.For.Operation, StringComparer.Ordinal).ThenBy(pair => pair.Key.For.Sample))
        {
            RecordedAnswer.WriteQuestion(line, purpose, context.Name, value, asked, prompt);
            line.Raw((byte)'\n');
            pending.Content.Write(line.Written);
        }

        pending.Commit();
    }

    /// <summary>Answers that were recorded for other prompts: how many, and the first record in order of ids.</summary>
    private sealed record Changed(int Count, string Record)
    {
        public Changed And(string record) => new(Count + 1, string.CompareOrdinal(record, Record) < 0 ? record : Record);
    }
}
