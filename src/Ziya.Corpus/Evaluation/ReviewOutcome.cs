using System.Globalization;

namespace Ziya.Corpus.Evaluation;

/// <summary>What people found on a page of records. A record is bad if at least half of those who judged it say so.</summary>
/// <param name="Judges">Those who judged.</param>
/// <param name="Items">Records on the page.</param>
/// <param name="DrawnFrom">Records they were drawn from.</param>
/// <param name="Judged">Records that somebody judged.</param>
/// <param name="Bad">The bad ones, in the order of the page.</param>
/// <param name="Reasons">Why, by how many of the bad records.</param>
/// <param name="Agreement">How far the judges agree.</param>
internal sealed record ReviewOutcome(
    IReadOnlyList<string> Judges, int Items, long DrawnFrom, int Judged, IReadOnlyList<BadRecord> Bad, SortedDictionary<string, int> Reasons, AgreementTable Agreement)
{
    /// <summary>The greatest share of bad records that complies: one in a thousand, as Ziya2 has it.</summary>
    public const double MostBad = 0.001;

    /// <summary>The share of bad records among those judged.</summary>
    public double BadShare => Judged == 0 ? 0 : Bad.Count / (double)Judged;

    /// <summary>Where the share may lie in the whole dataset.</summary>
    public Interval Interval => Interval.Wilson(BadShare, Judged);

    /// <summary>The outcome of what judges saved.</summary>
    public static ReviewOutcome Of(PageKey key, IReadOnlyList<JudgedPage> pages)
    {
        var (bad, judged, reasons) = (new List<BadRecord>(), 0, new SortedDictionary<string, int>(StringComparer.Ordinal));
        foreach (var item in key.Items)
        {
            var number = item.Number.ToString(CultureInfo.InvariantCulture);
            var verdicts = pages.Where(page => page.Judged.ContainsKey(number)).Select(page => page.Judged[number]).ToList();
            var against = verdicts.Where(verdict => verdict.Choice == "bad").ToList();
            judged += verdicts.Count > 0 ? 1 : 0;
            if (against.Count > 0 && 2 * against.Count >= verdicts.Count)
            {
                var why = against.SelectMany(verdict => verdict.Reasons is { Count: > 0 } given ? given : ["none given"]).Distinct().Order(StringComparer.Ordinal).ToList();
                why.ForEach(reason => reasons[reason] = reasons.GetValueOrDefault(reason) + 1);
                bad.Add(new(item.Number, item.Id, item.Source, why, [.. against.Select(verdict => verdict.Note).OfType<string>().Where(note => note.Length > 0)]));
            }
        }

        var choices = pages.SelectMany(page => page.Judged.Select(verdict => (page.Judge, verdict.Key, verdict.Value.Choice)));
        return new([.. pages.Select(page => page.Judge)], key.Items.Count, key.Of, judged, bad, reasons, AgreementTable.Of(choices));
    }
}

/// <summary>A record that was found bad.</summary>
/// <param name="Number">Its number on the page.</param>
/// <param name="Id">Its id.</param>
/// <param name="Source">Where it came from.</param>
/// <param name="Reasons">Why it is bad.</param>
/// <param name="Notes">What else was said of it.</param>
internal sealed record BadRecord(int Number, string Id, string? Source, IReadOnlyList<string> Reasons, IReadOnlyList<string> Notes);
