using System.Globalization;
using System.Text;
using Ziya.Pipeline.Records;

namespace Ziya.Pipeline.Runs;

/// <summary>Scores by type of task and by model: a line from the 5th to the 95th percentile, a box around the middle half, a stroke at the median.</summary>
internal static partial class ReportPage
{
    private const int MostRows = 14;
    private const int MostCharts = 16;

    // Of a score that is one or the other, the share says all.
    private const int LeastBins = 3;
    private const int RowHeight = 22;
    private const int LabelWidth = 110;
    private const int StripWidth = 360;

    private static void Tasks(StringBuilder page, Report report)
    {
        var tasks = AllTasks(report.Stats);
        var byTask = tasks.SelectMany(task => task.Value.Scores.Select(score => (Score: score.Key, Row: task.Key, Bins: score.Value))).GroupBy(one => one.Score, StringComparer.Ordinal)
            .Select(group => (Title: $"{group.Key} by task", Rows: group.Select(one => (one.Row, one.Bins)).ToList()));
        var byModel = (report.Stats.Answers ?? []).SelectMany(model => model.Value.Scores.Select(score => (Score: score.Key, Row: model.Key, Bins: score.Value))).GroupBy(one => one.Score, StringComparer.Ordinal)
            .Select(group => (Title: $"{group.Key} of candidates by model", Rows: group.Select(one => (one.Row, one.Bins)).ToList()));
        var charts = byModel.Concat(byTask).Where(chart => chart.Rows.Count > 1 && chart.Rows.SelectMany(row => row.Bins.Keys).Distinct().Count() >= LeastBins).Take(MostCharts).ToList();
        if (charts.Count == 0)
        {
            return;
        }

        page.Append("<section><h2>Scores within tasks and models</h2><p class=\"sub\">A score compares answers to tasks of one kind: one bound for all kinds is seldom right. Line: 5 % to 95 % of the records; box: the middle half; stroke: the median. All records, written or dropped.</p><div class=\"charts wide\">\n");
        charts.ForEach(chart => Strips(page, chart.Title, chart.Rows));
        page.Append("</div></section>\n");
    }

    private static SortedDictionary<string, TaskScores> AllTasks(RecordStats stats)
    {
        var all = new Distributions();
        all.Add(stats.Written);
        all.Add(stats.Dropped);
        return all.Tasks ?? [];
    }

    private static void Strips(StringBuilder page, string title, List<(string Row, SortedDictionary<int, long> Bins)> rows)
    {
        var shown = rows.OrderByDescending(row => row.Bins.Values.Sum()).Take(MostRows).OrderBy(row => row.Row, StringComparer.Ordinal).ToList();
        var low = shown.Min(row => Runs.Distributions.Shown(row.Bins.First().Key));
        var high = Math.Max(shown.Max(row => Runs.Distributions.Shown(row.Bins.Last().Key)), low + 1e-9);
        var tall = shown.Count * RowHeight;
        page.Append(CultureInfo.InvariantCulture, $"<figure><figcaption>{Text(title)}</figcaption><svg viewBox=\"0 0 {LabelWidth + StripWidth + 50} {tall + 16}\" role=\"img\">");
        for (var i = 0; i < shown.Count; i++)
        {
            Strip(page, shown[i].Row, shown[i].Bins, i * RowHeight, value => LabelWidth + ((value - low) / (high - low) * StripWidth));
        }

        page.Append(CultureInfo.InvariantCulture, $"<text x=\"{LabelWidth}\" y=\"{tall + 12}\">{low:0.##}</text><text x=\"{LabelWidth + StripWidth}\" y=\"{tall + 12}\" text-anchor=\"end\">{high:0.##}</text></svg></figure>\n");
    }

    private static void Strip(StringBuilder page, string name, SortedDictionary<int, long> bins, int y, Func<double, double> place)
    {
        const int MostName = 16;
        page.Append(CultureInfo.InvariantCulture, $"<text x=\"0\" y=\"{y + 14}\">{Text(name.Length > MostName ? Excerpt.Of(name, MostName - 1) + "…" : name)}</text>");
        Box(page, "all", place(Quantile(bins, 0.05)), place(Quantile(bins, 0.95)), y + 8, 4);
        Box(page, "left", place(Quantile(bins, 0.25)), place(Quantile(bins, 0.75)), y + 4, 12);
        Box(page, "mid", place(Quantile(bins, 0.5)) - 1, place(Quantile(bins, 0.5)) + 1, y + 2, 16);
        page.Append(CultureInfo.InvariantCulture, $"<text x=\"{LabelWidth + StripWidth + 48}\" y=\"{y + 14}\" text-anchor=\"end\">{Short(bins.Values.Sum())}</text>");
    }

    private static void Box(StringBuilder page, string style, double from, double to, int y, int tall) =>
        page.Append(CultureInfo.InvariantCulture, $"<rect class=\"{style}\" x=\"{from:0.##}\" y=\"{y}\" width=\"{Math.Max(2, to - from):0.##}\" height=\"{tall}\"/>");

    /// <summary>The bin that a share of the records lies below.</summary>
    private static double Quantile(SortedDictionary<int, long> bins, double share)
    {
        var left = share * bins.Values.Sum();
        foreach (var (bin, count) in bins)
        {
            left -= count;
            if (left <= 0)
            {
                return Runs.Distributions.Shown(bin);
            }
        }

        return Runs.Distributions.Shown(bins.Last().Key);
    }
}
