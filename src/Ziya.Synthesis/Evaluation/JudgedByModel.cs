using Ziya.Pipeline.Records;

namespace Ziya.Synthesis.Evaluation;

/// <summary>What a model said of two models' answers, as step <c>judge</c> left it in a dataset.</summary>
/// <param name="First">Whose answers were judged.</param>
/// <param name="Second">Whose they were judged against.</param>
/// <param name="Pairs">The judgements.</param>
/// <param name="Swayed">How many of them named another answer when the order was swapped.</param>
/// <param name="Without">Records without a judgement of the two.</param>
internal sealed record JudgedByModel(string First, string Second, IReadOnlyList<JudgedPair> Pairs, long Swayed, long Without)
{
    /// <summary>Those of a dataset.</summary>
    /// <param name="records">Its records.</param>
    /// <param name="names">The two; null for those of the first judgement there is.</param>
    public static JudgedByModel Of(IEnumerable<Record> records, (string First, string Second)? names)
    {
        var pairs = new List<JudgedPair>();
        var (swayed, without) = (0L, 0L);
        string? judge = null;
        foreach (var record in records)
        {
            var found = record is Instruction instruction ? Find(instruction, ref names) : null;
            if (found is not ({ } judgement, { } isFirst))
            {
                without++;
                continue;
            }

            var of = (Instruction)record;
            judge ??= of.Lineage.GetText("judge");
            pairs.Add(new("", of.Id, of.Task, of.Language, isFirst ? judgement.Points : 1 - judgement.Points, judgement.FirstPlace, judgement.Named));
            swayed += judgement.IsSwayed ? 1 : 0;
        }

        // One name for all: of equal answers nobody was asked.
        return new(names?.First ?? "", names?.Second ?? "", pairs.ConvertAll(pair => pair with { Judge = judge ?? "nobody" }), swayed, without);
    }

    /// <summary>The judgement about the two, and whether its first is the first of them.</summary>
    private static (Judgement Judgement, bool IsFirst)? Find(Instruction record, ref (string First, string Second)? names)
    {
        foreach (var judgement in Judgement.Of(record))
        {
            if (record.Candidates.ElementAtOrDefault(judgement.First)?.Model is { } first && record.Candidates.ElementAtOrDefault(judgement.Second)?.Model is { } second)
            {
                names ??= first != second ? (first, second) : null;
                if ((first, second) == names || (second, first) == names)
                {
                    return (judgement, (first, second) == names);
                }
            }
        }

        return null;
    }
}
