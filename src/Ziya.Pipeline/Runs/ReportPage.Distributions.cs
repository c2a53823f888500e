using System.Globalization;
using System.Text;

namespace Ziya.Pipeline.Runs;

/// <summary>The distributions of a report, before and after, as small charts.</summary>
internal static partial class ReportPage
{
    private const int Width = 320;
    private const int Height = 120;
    private const int MostBars = 48;
    private const int MostNames = 12;

    private static void Distributions(StringBuilder page, Report report)
    {
        var after = report.Stats.Written;
        var before = new Distributions();
        before.Add(after);
        before.Add(report.Stats.Dropped);
        page.Append("<section><h2>Distributions</h2><p class=\"sub\"><i class=\"key all\"></i> all records read, as they were when they left &nbsp; <i class=\"key\"></i> records written</p><div class=\"charts\">\n");
        Histogram(page, "length in characters, log scale", before.Length, after.Length, low => Short(low), _ => 0);
        Names(page, "language", before.Language, after.Language);
        if (after.Bucket.Count > 0)
        {
            Names(page, "bucket", before.Bucket, after.Bucket);
        }

        if (before.Tasks is { } tasks)
        {
            Names(page, "task", Counts(tasks), Counts(after.Tasks ?? []));
        }

        // Scores that all records share say little: they stand behind the others.
        foreach (var (name, bins) in before.Scores.Where(score => score.Value.Count >= LeastBins))
        {
            Score(page, name, bins, after);
        }

        page.Append("</div>\n");
        var flat = before.Scores.Where(score => score.Value.Count < LeastBins).ToList();
        if (flat.Count > 0)
        {
            page.Append(CultureInfo.InvariantCulture, $"<details{(flat.Count == before.Scores.Count ? " open" : "")}><summary>scores of one or two values: {Text(string.Join(", ", flat.Select(score => score.Key)))}</summary><div class=\"charts\">\n");
            flat.ForEach(score => Score(page, score.Key, score.Value, after));
            page.Append("</div></details>\n");
        }

        page.Append("</section>\n");
        Groups(page, after);
    }

    private static void Groups(StringBuilder page, Distributions written)
    {
        if (written.Groups.Count < 2 && written.Tokens is null)
        {
            return;
        }

        page.Append("<section><h2>Languages and buckets</h2><p class=\"sub\">What was written.</p><table class=\"funnel\"><thead><tr><th>language</th>");
        var (buckets, tokens) = (written.Groups.Values.Any(group => group.Bucket is not null), written.Tokens is not null);
        page.Append(CultureInfo.InvariantCulture, $"{(buckets ? "<th>bucket</th>" : "")}<th class=\"n\">records</th><th class=\"n\">characters</th>{(tokens ? "<th class=\"n\">tokens</th><th class=\"n\">characters a token</th>" : "")}</tr></thead><tbody>\n");
        foreach (var group in written.Groups.Values)
        {
            var each = group.Tokens is > 0 ? ((double)group.Characters / group.Tokens.Value).ToString("0.##", CultureInfo.InvariantCulture) : "";
            page.Append(CultureInfo.InvariantCulture, $"<tr><th>{Text(group.Language ?? "?")}</th>{(buckets ? $"<td>{Text(group.Bucket ?? "")}</td>" : "")}<td class=\"n\">{Number(group.Records)}</td><td class=\"n\">{Number(group.Characters)}</td>");
            page.Append(CultureInfo.InvariantCulture, $"{(tokens ? $"<td class=\"n\">{(group.Tokens is { } count ? Number(count) : "")}</td><td class=\"n\">{each}</td>" : "")}</tr>\n");
        }

        page.Append("</tbody></table></section>\n");
    }

    private static SortedDictionary<string, long> Counts(SortedDictionary<string, TaskScores> tasks) => new(tasks.ToDictionary(task => task.Key, task => task.Value.Count), StringComparer.Ordinal);

    private static void Score(StringBuilder page, string name, SortedDictionary<int, long> bins, Distributions after) =>
        Histogram(page, name, bins, after.Scores.GetValueOrDefault(name) ?? [], bin => Runs.Distributions.Shown(bin).ToString("0.##", CultureInfo.InvariantCulture), bin => bin);

    /// <summary>Bars over the bins between the least and the greatest; neighbours are drawn as one where there are too many.</summary>
    private static void Histogram(
        StringBuilder page, string title, SortedDictionary<int, long> before, SortedDictionary<int, long> after, Func<int, string> label, Func<int, int> place)
    {
        if (before.Count == 0)
        {
            return;
        }

        var keys = before.Keys.ToList();
        var isDense = place(1) == 1;
        var first = isDense ? keys[0] : 0;
        var count = isDense ? keys[^1] - keys[0] + 1 : keys.Count;
        var step = (count + MostBars - 1) / MostBars;
        var bars = new (long Before, long After)[(count + step - 1) / step];
        for (var i = 0; i < keys.Count; i++)
        {
            var at = (isDense ? keys[i] - first : i) / step;
            bars[at].Before += before[keys[i]];
            bars[at].After += after.GetValueOrDefault(keys[i]);
        }

        var most = Math.Max(1, bars.Max(bar => bar.Before));
        page.Append(CultureInfo.InvariantCulture, $"<figure><figcaption>{Text(title)}</figcaption><svg viewBox=\"0 0 {Width} {Height + 18}\" role=\"img\">");
        var wide = (double)Width / bars.Length;
        for (var i = 0; i < bars.Length; i++)
        {
            Bar(page, "all", i * wide, wide, bars[i].Before, most);
            Bar(page, "left", i * wide, wide, bars[i].After, most);
        }

        page.Append(CultureInfo.InvariantCulture, $"<text x=\"0\" y=\"{Height + 14}\">{Text(label(keys[0]))}</text><text x=\"{Width}\" y=\"{Height + 14}\" text-anchor=\"end\">{Text(label(keys[^1]))}</text></svg></figure>\n");
    }

    private static void Bar(StringBuilder page, string style, double x, double wide, long value, long most)
    {
        if (value > 0)
        {
            var high = Math.Max(1.5, (double)Height * value / most);
            page.Append(CultureInfo.InvariantCulture, $"<rect class=\"{style}\" x=\"{x + 0.5:0.##}\" y=\"{Height - high:0.##}\" width=\"{Math.Max(1, wide - 1):0.##}\" height=\"{high:0.##}\"/>");
        }
    }

    private static void Names(StringBuilder page, string title, SortedDictionary<string, long> before, SortedDictionary<string, long> after)
    {
        var most = Math.Max(1, before.Values.DefaultIfEmpty().Max());
        page.Append(CultureInfo.InvariantCulture, $"<figure><figcaption>{Text(title)}</figcaption><table class=\"names\">");
        foreach (var (name, count) in before.OrderByDescending(pair => pair.Value).Take(MostNames))
        {
            var left = after.GetValueOrDefault(name);
            page.Append(CultureInfo.InvariantCulture, $"<tr><th>{Text(name)}</th><td class=\"bar\"><i class=\"all\" style=\"width:{Percent(count, most)}%\"></i><i class=\"left\" style=\"width:{Percent(left, most)}%\"></i></td><td class=\"n\">{Number(left)} of {Number(count)}</td></tr>");
        }

        page.Append("</table></figure>\n");
    }

    private static string Short(long value) => value < 10_000
        ? value.ToString(CultureInfo.InvariantCulture)
        : value < 10_000_000 ? string.Create(CultureInfo.InvariantCulture, $"{value / 1e3:0.#}k") : string.Create(CultureInfo.InvariantCulture, $"{value / 1e6:0.#}M");
}
