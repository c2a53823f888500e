using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ziya.Models.Generation;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Scoring;
using Ziya.Pipeline.Steps;
using Ziya.Synthesis.Prompts;

namespace Ziya.Synthesis.Evaluation;

/// <summary>
/// Lets a model compare the candidates of an instruction, two at a time and each two twice, with the order swapped, as in MT-bench (Zheng et al. 2023, arXiv:2306.05685). Each candidate's score
/// `judge` is its mean over its comparisons: 1 for the better answer, 0.5 for both of a tie, 0 for the worse one. `prefer` and `select` take it like any score; `ziya evaluate judged` makes win rates of it.
/// </summary>
/// <remarks>
/// 1. Candidates without words take no part. `one_candidate`: fewer than two are left; with `between`, `not_both`: one of the two has none.
/// 2. Equal texts, white space around them aside, are a tie nobody is asked about.
/// 3. An answer is the better one if both orders say so. A verdict that changes with the order, or a tie in either, makes a tie: judges like a place, most the first one.
/// 4. `unparsable`: neither a reply nor that to a second, shorter question holds a verdict. `too_long`: the answers leave no room in the model's window.
/// 5. `judge_first` is the share of verdicts for the answer shown first among those that name one, half where the place does not matter; `judge_swayed` the share of comparisons whose better answer changed with the
///    order. The lineage keeps model, prompt and every verdict, as `comparisons`.
/// </remarks>
[Step("judge")]
public sealed class JudgeAnswers(JudgeOptions options) : AsyncStep<Instruction, Instruction>
{
    private const string Score = "judge";
    private readonly Lazy<PromptBook> _prompts = new(() => new PromptBook(options.Prompts, "judge/"));
    private PairJudge? _judge;

    /// <inheritdoc/>
    public override int Width => Math.Max(1, Judge.Width / 2);

    /// <inheritdoc/>
    public override IEnumerable<string> Writes => [Score, "judge_first", "judge_swayed"];

    private PairJudge Judge => _judge ??= OptionsOf(options.Model).Serves(typeof(ITextScorer))
        ? new PairJudge(options.Model, Model<ITextScorer>(options.Model), null, _prompts.Value)
        : new PairJudge(options.Model, null, Model<IGenerator>(options.Model), _prompts.Value);

    /// <inheritdoc/>
    public override string Version() => _prompts.Value.Version;

    /// <inheritdoc/>
    public override IEnumerable<string> Check() =>
    [
        .. options.Between is not null && options.Between.Distinct().Count() != 2 ? ["'between' takes two different names of models."] : Array.Empty<string>(),
        .. PromptBook.Fault(() => _prompts.Value),
    ];

    /// <inheritdoc/>
    public override IEnumerable<ModelUse> Uses(Record record)
    {
        var instruction = (Instruction)record;
        var pairs = options.Between is not null ? 1 : Math.Max(1, instruction.Candidates.Count * (instruction.Candidates.Count - 1) / 2);
        var answers = instruction.Candidates.Count == 0 ? ModelUse.UsualTokens : instruction.Candidates.Average(candidate => ModelUse.Tokens(candidate.Output));
        return [new ModelUse(options.Model, 2 * pairs, 2 * pairs * (ModelUse.Tokens(instruction.Said()) + (2 * answers)), 2 * pairs * PairJudge.ReplyTokens)];
    }

    /// <inheritdoc/>
    public override async Task<Verdict<Instruction>> Apply(Instruction record, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(record);
        var pairs = PairsOf(record, out var fault);
        if (fault is not null)
        {
            return fault;
        }

        Purpose Purpose(int shown, int other) => For(record.Id, string.Create(CultureInfo.InvariantCulture, $"judge {shown + 1} {other + 1}"));
        try
        {
            var judged = await Task.WhenAll(pairs.Select(pair => Judge.Compare(record, pair.First, pair.Second, Purpose, cancel))).ConfigureAwait(false);
            return Array.Find(judged, comparison => comparison.Unread is not null)?.Unread is { } reply
                ? new Drop("unparsable", new JsonObject { ["reply"] = reply })
                : With(record, judged);
        }
        catch (InvalidDataException exception)
        {
            // 4.
            return new Drop("too_long", new JsonObject { ["fault"] = exception.Message });
        }
    }

    /// <summary>1.</summary>
    private List<(int First, int Second)> PairsOf(Instruction record, out Drop? fault)
    {
        fault = null;
        var whole = record.Candidates.Index().Where(candidate => !string.IsNullOrWhiteSpace(candidate.Item.Output)).ToList();
        if (options.Between is { } names)
        {
            int Of(string name) => whole.Where(candidate => candidate.Item.Model == name).Select(candidate => candidate.Index).FirstOrDefault(-1);
            var (first, second) = (Of(names[0]), Of(names[1]));
            fault = first < 0 || second < 0 ? new Drop("not_both", new JsonObject { ["without"] = first < 0 ? names[0] : names[1] }) : null;
            return [(first, second)];
        }

        fault = whole.Count < 2 ? new Drop("one_candidate") : null;
        return [.. from first in whole from second in whole where first.Index < second.Index select (first.Index, second.Index)];
    }

    /// <summary>5.</summary>
    private Instruction With(Instruction record, Judgement[] judged)
    {
        var candidates = record.Candidates.Select((candidate, at) =>
        {
            var points = judged.Where(pair => pair.First == at || pair.Second == at).Select(pair => pair.First == at ? pair.Points : 1 - pair.Points).ToList();
            return points.Count == 0 ? candidate : candidate with { Scores = candidate.Scores.With(Score, points.Average()) };
        });
        var scores = record.Scores.With("judge_swayed", judged.Count(pair => pair.IsSwayed) / (double)judged.Length);
        var named = judged.Sum(pair => pair.Named);
        var prompt = _prompts.Value.For(record, PairJudge.PromptName);
        return record with
        {
            Candidates = [.. candidates],
            Scores = named == 0 ? scores : scores.With("judge_first", judged.Sum(pair => pair.FirstPlace) / (double)named),
            Lineage = record.Lineage.With("judge", judged.Select(pair => pair.Judge).FirstOrDefault(judge => judge is not null)).With("judge_prompt", string.Create(CultureInfo.InvariantCulture, $"{prompt.Name} v{prompt.Version}"))
                .WithJson(Judgement.Name, JsonSerializer.SerializeToUtf8Bytes(judged, JsonText.Options)),
        };
    }
}
