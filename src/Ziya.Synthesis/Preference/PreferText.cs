using Ziya.Corpus.Scoring;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Synthesis.Preference;

/// <summary><c>prefer</c> where instructions stay instructions: <c>as: ranked</c> and <c>as: hindsight</c>.</summary>
internal sealed class PreferText(PreferOptions options) : Step<Instruction, Instruction>
{
    private readonly Ranking _ranking = new(options);

    /// <inheritdoc/>
    public override IEnumerable<string> Reads => [options.By];

    /// <inheritdoc/>
    public override IEnumerable<string> Writes => ["margin"];

    /// <inheritdoc/>
    public override bool Creates => options is { Pairs: PairChoice.All, As: PreferenceForm.Hindsight };

    /// <inheritdoc/>
    public override IEnumerable<string> Check() => Prefer.CheckOptions(options);

    /// <inheritdoc/>
    public override Verdict<Instruction> Apply(Instruction record)
    {
        if (options.As == PreferenceForm.Ranked)
        {
            var ranked = _ranking.Of(record, out var none);
            return none is not null ? none
                : ranked[0].Above(ranked[^1]) <= 0 ? new Drop("tie")
                : record with
                {
                    Candidates = [.. ranked.Select(candidate => candidate.Candidate)],
                    Output = ranked[0].Text,
                    Scores = record.Scores.With("margin", ranked[0].Above(ranked[^1])),
                };
        }

        var pairs = _ranking.PairsOf(record, Seed, out var fault);
        if (fault is not null)
        {
            return fault;
        }

        Verdict<Instruction> verdict = Hindsight(record, pairs[0], 0);
        return pairs.Count == 1 ? verdict : verdict.And([.. pairs.Skip(1).Select((pair, at) => Hindsight(record, pair, at + 1))]);
    }

    /// <summary>The worse answer, then the better one, so that what is asked for in the end is the better.</summary>
    private static Instruction Hindsight(Instruction record, (Ranked Chosen, Ranked Rejected) pair, int at)
    {
        var isChinese = (record.Language ?? LanguageIdentifier.Default.Identify(record.Text).Language) == "zh";
        var (worse, better) = isChinese ? ("较差的回答：", "较好的回答：") : ("A worse answer:", "A better answer:");
        return record with
        {
            Id = Prefer.IdOf(record, at),
            Output = $"{worse}\n{pair.Rejected.Text.Trim()}\n\n{better}\n{pair.Chosen.Text.Trim()}",
            Candidates = [],
            Lineage = at == 0 ? record.Lineage : record.Lineage.With("parent", record.Id),
            Scores = record.Scores.With("margin", pair.Chosen.Above(pair.Rejected)),
        };
    }
}
