using System.Globalization;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;
using Ziya.Pipeline.Writing;

namespace Ziya.Synthesis.Preference;

/// <summary>
/// Turns an instruction with several candidates into preference records: a prompt with a chosen and a rejected answer, by a score of the candidates, as a reward model gives it. Scores
/// are compared within one instruction only. Writes `chosen`, `rejected` and `margin` (the scores and their difference), `length_difference` (characters of the chosen answer less those of the
/// rejected) and `chosen_longer` (1 or 0): where the mean of that is far from a half, the score likes length, and so will the model that is trained. With `as: ranked` and
/// `as: hindsight` the records stay instructions.
/// </summary>
/// <remarks>
/// 1. Candidates that are empty or have no score take no part. `one_candidate`: the record has fewer than two to begin with; `unscored`: fewer than two have the score.
/// 2. They are put in the order of the score. Of equal texts, white space around them aside, the best stays; `same_text`: there is no second text.
/// 3. `tie`: all scores are equal; `small_margin`: none is `margin` below the best.
/// 4. Pairs are made as `pairs` says; what is drawn by lot depends on the job's seed and the record's id alone.
/// 5. The prompt is the instruction, with the input below it where there is one; the system prompt, the record's scores and its lineage go along, its task as `meta.task`. The first pair
/// keeps the record's id, others have `-2`, `-3` behind it and the record's id as `meta.parent`.
/// </remarks>
[Step("prefer")]
public sealed class Prefer(PreferOptions options) : Step<Instruction, Pipeline.Records.Preference>
{
    private readonly Ranking _ranking = new(options);

    /// <inheritdoc/>
    public override IEnumerable<string> Reads => [options.By];

    /// <inheritdoc/>
    public override IEnumerable<string> Writes => ["chosen", "rejected", "margin", "length_difference", "chosen_longer"];

    /// <inheritdoc/>
    public override bool Creates => options.Pairs == PairChoice.All;

    internal override Step Chosen => options.As == PreferenceForm.Pairs ? this : new PreferText(options);

    /// <inheritdoc/>
    public override IEnumerable<string> Check() => CheckOptions(options);

    /// <inheritdoc/>
    public override double Growth => options.MaxPairs ?? 1;

    /// <inheritdoc/>
    public override Record Foresee(Record record)
    {
        ArgumentNullException.ThrowIfNull(record);
        var instruction = (Instruction)record;
        var answers = instruction.Candidates.Select(candidate => candidate.Output).DefaultIfEmpty("");
        return new Pipeline.Records.Preference { Id = record.Id, Prompt = Conversation.Question(instruction), System = instruction.System, Chosen = answers.First(), Rejected = answers.Last() };
    }

    /// <inheritdoc/>
    public override Verdict<Pipeline.Records.Preference> Apply(Instruction record)
    {
        ArgumentNullException.ThrowIfNull(record);
        var pairs = _ranking.PairsOf(record, Seed, out var fault);
        if (fault is not null)
        {
            return fault;
        }

        // 5.
        Verdict<Pipeline.Records.Preference> verdict = Pair(record, pairs[0], 0);
        return pairs.Count == 1 ? verdict : verdict.And([.. pairs.Skip(1).Select((pair, at) => Pair(record, pair, at + 1))]);
    }

    /// <summary>Faults that both forms of the step have.</summary>
    internal static IEnumerable<string> CheckOptions(PreferOptions options)
    {
        if (options.MaxPairs is not null && options.Pairs != PairChoice.All)
        {
            yield return "'max_pairs' goes with 'pairs: all' only: the others make one.";
        }

        if (options.By.StartsWith("meta.", StringComparison.Ordinal) || (RecordField.Numbers.Contains(options.By) && options.By.Length > 0))
        {
            yield return $"'by: {options.By}' is a number of the record; candidates have scores.";
        }
    }

    /// <summary>The id of a record's pair.</summary>
    internal static string IdOf(Instruction record, int at) => at == 0 ? record.Id : string.Create(CultureInfo.InvariantCulture, $"{record.Id}-{at + 1}");

    private static Pipeline.Records.Preference Pair(Instruction record, (Ranked Chosen, Ranked Rejected) pair, int at)
    {
        var (chosen, rejected) = pair;
        var meta = record.Meta.With("task", record.Task ?? record.Meta.GetText("task")).WithObject("lineage", record.Lineage);
        return new Pipeline.Records.Preference
        {
            Id = IdOf(record, at),
            Prompt = Conversation.Question(record),
            System = record.System,
            Chosen = chosen.Text,
            Rejected = rejected.Text,
            Models = Fields.Empty.With("chosen", chosen.Candidate.Model).With("rejected", rejected.Candidate.Model),
            Source = record.Source,
            Language = record.Language,
            Bucket = record.Bucket,
            Meta = at == 0 ? meta : meta.With("parent", record.Id),
            Scores = record.Scores.With("chosen", chosen.Score).With("rejected", rejected.Score).With("margin", chosen.Above(rejected))
                .With("length_difference", chosen.Text.Length - rejected.Text.Length)
                .With("chosen_longer", chosen.Text.Length > rejected.Text.Length ? 1 : 0),
            Origin = record.Origin,
        };
    }
}
