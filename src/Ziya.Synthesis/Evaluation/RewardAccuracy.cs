using Ziya.Pipeline.Records;

namespace Ziya.Synthesis.Evaluation;

/// <summary>
/// How often a reward model puts the chosen answer of a preference above the rejected one, by language, by type of task, and by which of the two answers is longer: where it is much more often right about longer
/// chosen answers than about shorter ones, it likes length. Reads what step <c>reward</c> wrote: <c>reward_margin</c>. Equal rewards count a half.
/// </summary>
/// <param name="Rows">All, then each language, type of task, and length.</param>
/// <param name="Unscored">Records without a reward.</param>
internal sealed record RewardAccuracy(IReadOnlyList<ComparisonRow> Rows, long Unscored)
{
    private const string Margin = "reward_margin";

    /// <summary>That of a dataset's preferences.</summary>
    public static RewardAccuracy Of(IEnumerable<Record> records)
    {
        var counts = new Dictionary<(int Order, string Name), (long Right, long Equal, long Wrong)>();
        var unscored = 0L;
        foreach (var record in records)
        {
            if (record is not Pipeline.Records.Preference preference || !record.Scores.TryGet(Margin, out var margin))
            {
                unscored++;
                continue;
            }

            var longer = preference.Chosen.Length.CompareTo(preference.Rejected.Length) switch { > 0 => "chosen longer", < 0 => "chosen shorter", _ => "equally long" };
            foreach (var row in ((int, string)[])[(0, "all"), (1, $"language {record.Language ?? "none"}"), (2, $"task {record.Meta.GetText("task") ?? "none"}"), (3, longer)])
            {
                var (right, equal, wrong) = counts.GetValueOrDefault(row);
                counts[row] = margin > 0 ? (right + 1, equal, wrong) : margin < 0 ? (right, equal, wrong + 1) : (right, equal + 1, wrong);
            }
        }

        var rows = from row in counts
                   let total = row.Value.Right + row.Value.Equal + row.Value.Wrong
                   orderby row.Key.Order, total descending, row.Key.Name
                   select new ComparisonRow(row.Key.Name, new WinRate(row.Value.Right, row.Value.Equal, row.Value.Wrong, total));
        return new([.. rows], unscored);
    }
}
