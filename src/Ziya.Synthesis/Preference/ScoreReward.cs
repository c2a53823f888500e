using System.Text.Json.Nodes;
using Ziya.Models.Reward;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;
using Ziya.Synthesis.Prompts;

namespace Ziya.Synthesis.Preference;

/// <summary>Options of <c>reward</c>.</summary>
public sealed record ScoreRewardOptions
{
    /// <summary>The reward model.</summary>
    [ModelName(typeof(IRewardModel))]
    public required string Model { get; init; }

    /// <summary>What of a conversation the model is shown. Default last.</summary>
    public RewardTurns Turns { get; init; } = RewardTurns.Last;
}

/// <summary>
/// Writes how good an answer is by a reward model, as the score <c>reward</c>. Of an instruction its output, and each of its candidates by itself; of a dialogue the last answer; of a
/// preference the chosen answer, and as <c>reward_margin</c> by how much it is better than the rejected one. Compare rewards among answers to one
/// instruction: the card of Ziya-LLaMA-7B-Reward warns that they mean little across kinds of tasks, and that facts are not checked.
/// </summary>
/// <remarks>
/// 1. <c>no_answer</c>: there is none, or it is empty.
/// 2. The prompt is the instruction, with the input below it where there is one, in the words of the model's template.
/// 3. <c>not_expressible</c>: the template has no form for the conversation, such as one of several turns with `turns: whole` in ziya-reward, which takes one.
/// 4. What of an answer lies beyond the model's window is not seen; how many tokens that were is the score <c>reward_cut</c>.
/// </remarks>
[Step("reward")]
public sealed class ScoreReward(ScoreRewardOptions options) : AsyncStep<Record, Record>
{
    private const string Score = "reward";
    private const string Cut = "reward_cut";
    private const string Margin = "reward_margin";

    /// <inheritdoc/>
    public override int Width => Model<IRewardModel>(options.Model).Width;

    /// <inheritdoc/>
    public override IEnumerable<ModelUse> Uses(Record record)
    {
        var (prompt, answers) = record switch
        {
            Instruction instruction => (instruction.Said(), instruction.Candidates.Select(candidate => candidate.Output).Concat(string.IsNullOrWhiteSpace(instruction.Output) ? [] : [instruction.Output])),
            Pipeline.Records.Preference preference => (preference.Prompt, [preference.Chosen, preference.Rejected]),
            _ => (record.Content, Enumerable.Repeat("", 1)),
        };
        return answers.Select(answer => new ModelUse(options.Model, 1, ModelUse.Tokens(prompt) + ModelUse.Tokens(answer), 0));
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Writes => [Score, Cut, Margin];

    /// <inheritdoc/>
    public override async Task<Verdict<Record>> Apply(Record record, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(record);
        try
        {
            return record switch
            {
                Instruction instruction => await Apply(instruction, cancel).ConfigureAwait(false),
                Dialogue dialogue => await Apply(dialogue, cancel).ConfigureAwait(false),
                Pipeline.Records.Preference preference => await Apply(preference, cancel).ConfigureAwait(false),
                _ => throw new JobFailedException("step 'reward' scores answers, and a document has none. Say what the input is: input.kind: instruction, dialogue or preference."),
            };
        }
        catch (ArgumentException exception)
        {
            // 3.
            return new Drop("not_expressible", new JsonObject { ["fault"] = exception.Message });
        }
    }

    private async Task<Verdict<Record>> Apply(Instruction record, CancellationToken cancel)
    {
        // 1.
        var hasOutput = !string.IsNullOrWhiteSpace(record.Output);
        if (!hasOutput && record.Candidates.Count == 0)
        {
            return new Drop("no_answer");
        }

        // 2.
        var prompt = record.Said();
        var candidates = Task.WhenAll(record.Candidates.Select((candidate, at) => Of(For(record.Id, "candidate", at + 1), prompt, candidate.Output, record.System, cancel)));
        var output = hasOutput ? await Of(For(record.Id, "output"), prompt, record.Output!, record.System, cancel).ConfigureAwait(false) : null;
        var scored = record.Candidates.Zip(await candidates.ConfigureAwait(false), (candidate, score) => candidate with { Scores = With(candidate.Scores, score) });
        return record with { Candidates = [.. scored], Scores = output is null ? record.Scores : With(record.Scores, output) };
    }

    private async Task<Verdict<Record>> Apply(Dialogue record, CancellationToken cancel)
    {
        var messages = record.Messages;
        if (messages.Count == 0 || messages[^1].Role != "assistant" || string.IsNullOrWhiteSpace(messages[^1].Content))
        {
            return new Drop("no_answer");
        }

        // The question is the turn before; without one the template says what is wrong.
        var shown = options.Turns == RewardTurns.Whole ? messages : [.. messages.Skip(messages.Count - 2)];
        return record with { Scores = With(record.Scores, await Ask(shown, For(record.Id, "last answer"), cancel).ConfigureAwait(false)) };
    }

    private async Task<Verdict<Record>> Apply(Pipeline.Records.Preference record, CancellationToken cancel)
    {
        if (string.IsNullOrWhiteSpace(record.Chosen) || string.IsNullOrWhiteSpace(record.Rejected))
        {
            return new Drop("no_answer");
        }

        var rejected = Of(For(record.Id, "rejected"), record.Prompt, record.Rejected, record.System, cancel);
        var chosen = await Of(For(record.Id, "chosen"), record.Prompt, record.Chosen, record.System, cancel).ConfigureAwait(false);
        return record with { Scores = With(record.Scores, chosen).With(Margin, chosen.Score - (await rejected.ConfigureAwait(false)).Score) };
    }

    private Task<RewardScore> Of(Purpose purpose, string prompt, string answer, string? system, CancellationToken cancel)
    {
        Message[] turn = [new("user", prompt), new("assistant", answer)];
        return Ask(system is null || options.Turns == RewardTurns.Last ? turn : [new("system", system), .. turn], purpose, cancel);
    }

    private async Task<RewardScore> Ask(IReadOnlyList<Message> messages, Purpose purpose, CancellationToken cancel)
    {
        var score = await Model<IRewardModel>(options.Model).Score(messages, purpose, cancel).ConfigureAwait(false);
        ModelMeter.Count(options.Model, score.Tokens, 0);
        return score;
    }

    /// <summary>4.</summary>
    private static Scores With(Scores scores, RewardScore score) =>
        score.Cut == 0 ? scores.With(Score, score.Score) : scores.With(Score, score.Score).With(Cut, score.Cut);
}
