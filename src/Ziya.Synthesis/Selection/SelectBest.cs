using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;
using Ziya.Synthesis.Prompts;

namespace Ziya.Synthesis.Selection;

/// <summary>
/// <c>select</c> with <c>best</c>. A record without candidates passes as it is. <c>unscored</c>: no candidate has the score. Of equal scores the first candidate is taken.
/// </summary>
internal sealed class SelectBest(SelectOptions options) : Step<Instruction, Instruction>
{
    private const string InputScore = "scores.";

    private readonly string _score = options.Best!.StartsWith(InputScore, StringComparison.Ordinal) ? options.Best[InputScore.Length..] : options.Best;

    /// <inheritdoc/>
    public override IEnumerable<string> Reads => [options.Best!];

    /// <inheritdoc/>
    public override IEnumerable<string> Writes => [_score];

    /// <inheritdoc/>
    public override IEnumerable<string> Check() => RecordField.Numbers.Contains(options.Best!) || options.Best!.StartsWith("meta.", StringComparison.Ordinal)
        ? [$"'best: {options.Best}' is a number of the record; candidates have scores."]
        : [];

    /// <inheritdoc/>
    public override Record Foresee(Record record) => record is Instruction { Candidates: [var first, ..] } instruction ? instruction with { Output = first.Output, Candidates = [] } : record;

    /// <inheritdoc/>
    public override Verdict<Instruction> Apply(Instruction record)
    {
        if (record.Candidates.Count == 0)
        {
            return record;
        }

        Candidate? best = null;
        var highest = double.NegativeInfinity;
        foreach (var candidate in record.Candidates)
        {
            if (candidate.Scores.TryGet(_score, out var score) && (score > highest || (best is null && !double.IsNaN(score))))
            {
                (best, highest) = (candidate, score);
            }
        }

        return best is null ? new Drop("unscored") : record with
        {
            Output = best.Output,
            Candidates = options.KeepCandidates ? record.Candidates : [],
            Lineage = best.Model is null ? record.Lineage : record.Lineage.With(Asking.AnswerModel(record), best.Model),
            Scores = best.Scores.Aggregate(record.Scores, (scores, score) => scores.With(score.Key, score.Value)),
        };
    }
}
