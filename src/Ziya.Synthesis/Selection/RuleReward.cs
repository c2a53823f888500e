using System.Text.Json.Nodes;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Synthesis.Selection;

/// <summary>
/// Scores answers by rules that need no model: for what a reward model overlooks, or where there is none. Each rule writes 1 (nothing wrong) down to 0 as `rule_NAME`, and nothing where it has
/// nothing to say; `rule_reward` is 1 less the weighted sum of what the rules take off, so 1 is an answer without fault, and two plain faults give -1. Of an instruction its output is scored, and each of its
/// candidates by itself, so that `prefer: { by: rule_reward }` and `select: { best: rule_reward }` can follow. The rules are written for Chinese and English and see the form of an answer, not whether it is true.
/// </summary>
/// <remarks>
/// 1. <c>no_answer</c>: there is none.
/// 2. The rules, each of a class of its own: <see cref="RepetitionRule"/>, <see cref="TruncationRule"/>, <see cref="LanguageRule"/>, <see cref="FormatRule"/>, <see cref="RefusalRule"/>, <see cref="LengthRule"/>.
/// 3. With `min`, candidates below it are left out, and a record is dropped whose output is below it or that has no candidate left; the reason is the rule that took off most.
/// </remarks>
[Step("rule_reward")]
public sealed class RuleReward : Step<Instruction, Instruction>
{
    private const string Total = "rule_reward";

    private readonly RuleRewardOptions _options;
    private readonly AnswerRule[] _all;
    private readonly AnswerRule[] _rules;

    /// <summary>A step with these options.</summary>
    public RuleReward(RuleRewardOptions options)
    {
        _options = options;
        _all = [new RepetitionRule(options), new TruncationRule(), new LanguageRule(), new FormatRule(), new RefusalRule(), new LengthRule(options)];
        _rules = [.. _all.Where(rule => Weight(rule) > 0)];
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Writes => _rules.Select(rule => rule.Score).Append(Total);

    /// <inheritdoc/>
    public override IEnumerable<string> Check()
    {
        foreach (var name in _options.Weights.Keys.Where(name => !_all.Any(rule => rule.Name == name)))
        {
            yield return $"'weights' has '{name}', which is no rule. Rules: {string.Join(", ", _all.Select(rule => rule.Name))}.";
        }

        if (_rules.Length == 0)
        {
            yield return "'weights' turns every rule off.";
        }
    }

    /// <inheritdoc/>
    public override Verdict<Instruction> Apply(Instruction record)
    {
        ArgumentNullException.ThrowIfNull(record);

        // 1.
        var hasOutput = !string.IsNullOrWhiteSpace(record.Output);
        if (!hasOutput && record.Candidates.Count == 0)
        {
            return new Drop("no_answer");
        }

        // 2.
        var question = new QuestionView(record.Text);
        var scores = hasOutput ? Score(question, record.Output!, record.Scores) : record.Scores;
        Candidate[] candidates = [.. record.Candidates.Select(candidate => candidate with { Scores = Score(question, candidate.Output, candidate.Scores) })];

        // 3.
        if (hasOutput && IsLow(scores))
        {
            return Low(scores);
        }

        Candidate[] kept = [.. candidates.Where(candidate => !IsLow(candidate.Scores))];
        return kept.Length == 0 && candidates.Length > 0 ? Low(candidates.MaxBy(candidate => TotalOf(candidate.Scores))!.Scores) : record with { Scores = scores, Candidates = kept };
    }

    private Scores Score(QuestionView question, string text, Scores scores)
    {
        var answer = new AnswerView(question, text);
        var total = 1.0;
        foreach (var rule in _rules)
        {
            if (rule.Of(answer) is { } score)
            {
                scores = scores.With(rule.Score, Math.Round(score, 4));
                total -= Weight(rule) * (1 - score);
            }
        }

        return scores.With(Total, Math.Round(total, 4));
    }

    private double Weight(AnswerRule rule) => _options.Weights.GetValueOrDefault(rule.Name, 1);

    private bool IsLow(Scores scores) => TotalOf(scores) < _options.Min;

    private static double TotalOf(Scores scores) => scores.TryGet(Total, out var total) ? total : 1;

    private Drop Low(Scores scores)
    {
        var worst = _rules.MaxBy(rule => scores.TryGet(rule.Score, out var score) ? Weight(rule) * (1 - score) : 0)!;
        var detail = new JsonObject { ["value"] = TotalOf(scores), ["limit"] = _options.Min };
        foreach (var rule in _rules)
        {
            if (scores.TryGet(rule.Score, out var score))
            {
                detail[rule.Score] = score;
            }
        }

        return new Drop(worst.Name, detail);
    }
}
