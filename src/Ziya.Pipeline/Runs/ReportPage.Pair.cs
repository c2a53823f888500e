using System.Globalization;
using System.Text;

namespace Ziya.Pipeline.Runs;

/// <summary>Two runs on one page.</summary>
internal static partial class ReportPage
{
    private const int MostReasons = 8;

    /// <summary>The page of two runs side by side.</summary>
    public static string Write(RunComparison runs)
    {
        var page = new StringBuilder();
        var title = runs.A.Job == runs.B.Job ? runs.A.Job : $"{runs.A.Job} and {runs.B.Job}";
        page.Append(CultureInfo.InvariantCulture, $"""
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{Text(title)} · two runs</title>
            <style>{Style}</style></head><body><main>
            <header><h1>{Text(title)}: two runs</h1><p class="sub"><i class="key all"></i> A: {Text(runs.A.Run)} ({Text(runs.A.State)}) &nbsp; <i class="key"></i> B: {Text(runs.B.Run)} ({Text(runs.B.State)})</p></header>

            """);
        PairFigures(page, runs);
        PairJobs(page, runs);
        PairFunnels(page, runs);
        PairDistributions(page, runs);
        return page.Append("</main></body></html>\n").ToString();
    }

    private static void PairFigures(StringBuilder page, RunComparison runs)
    {
        page.Append("<section><h2>Records</h2><table><thead><tr><th></th><th class=\"n\">A</th><th class=\"n\">B</th><th class=\"n\">change</th></tr></thead><tbody>\n");
        foreach (var (name, a, b) in runs.Figures)
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><th>{name}</th><td class=\"n\">{a:#,0.#}</td><td class=\"n\">{b:#,0.#}</td><td class=\"n\">{Change(a, b)}</td></tr>\n");
        }

        page.Append("</tbody></table></section>\n");
    }

    private static void PairJobs(StringBuilder page, RunComparison runs)
    {
        page.Append("<section><h2>What the jobs say differently</h2>");
        page.Append(runs.Job.Count == 0 ? "<p class=\"sub\">Nothing: what differs comes from the input or the program.</p>" : "<table><thead><tr><th>option</th><th>A</th><th>B</th></tr></thead><tbody>\n");
        foreach (var (path, a, b) in runs.Job)
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><th>{Text(path)}</th><td>{Text(a ?? "–")}</td><td>{Text(b ?? "–")}</td></tr>\n");
        }

        page.Append(runs.Job.Count == 0 ? "</section>\n" : "</tbody></table></section>\n");
    }

    private static void PairFunnels(StringBuilder page, RunComparison runs)
    {
        page.Append("<section><h2>Funnels</h2><p class=\"sub\">What came to each step, the share of it that it dropped, and the reasons whose counts differ.</p><table class=\"funnel\"><thead><tr><th>step</th><th class=\"n\">in, A</th><th class=\"n\">in, B</th><th class=\"n\">dropped, A</th><th class=\"n\">dropped, B</th><th>reasons, A → B</th></tr></thead><tbody>\n");
        foreach (var pair in runs.Steps)
        {
            var chips = string.Concat(pair.Reasons.Take(MostReasons).Select(reason => $"<span class=\"chip\">{Text(reason.Name)} <b>{Number(reason.A)} → {Number(reason.B)}</b></span>"));
            page.Append(CultureInfo.InvariantCulture, $"<tr><th>{Text(pair.Step)}</th><td class=\"n\">{pair.A?.In:N0}</td><td class=\"n\">{pair.B?.In:N0}</td><td class=\"n\">{Lost(pair.A)}</td><td class=\"n\">{Lost(pair.B)}</td><td>{chips}</td></tr>\n");
        }

        page.Append("</tbody></table></section>\n");
    }

    private static void PairDistributions(StringBuilder page, RunComparison runs)
    {
        var (a, b) = (runs.A.Stats.Written, runs.B.Stats.Written);
        page.Append("<section><h2>What was written</h2><p class=\"sub\">Shares of the records of each run.</p><div class=\"charts\">\n");
        PairBins(page, "length in characters, log scale", a.Length, b.Length, bin => bin);
        PairNames(page, "language", a.Language, b.Language);
        if (a.Bucket.Count + b.Bucket.Count > 0)
        {
            PairNames(page, "bucket", a.Bucket, b.Bucket);
        }

        foreach (var name in a.Scores.Keys.Union(b.Scores.Keys).Order(StringComparer.Ordinal))
        {
            PairBins(page, name, a.Scores.GetValueOrDefault(name) ?? [], b.Scores.GetValueOrDefault(name) ?? [], Runs.Distributions.Shown);
        }

        page.Append("</div></section>\n");
    }

    /// <summary>Two bars a bin; neighbours are drawn as one where there are too many.</summary>
    private static void PairBins(StringBuilder page, string title, SortedDictionary<int, long> a, SortedDictionary<int, long> b, Func<int, double> bound)
    {
        var keys = a.Keys.Union(b.Keys).Order().ToList();
        if (keys.Count == 0)
        {
            return;
        }

        var step = (keys.Count + MostBars - 1) / MostBars;
        var bars = keys.Chunk(step).Select(bins => (A: Share(a, bins), B: Share(b, bins))).ToList();
        var most = Math.Max(1, (long)(1e6 * bars.Max(bar => Math.Max(bar.A, bar.B))));
        page.Append(CultureInfo.InvariantCulture, $"<figure><figcaption>{Text(title)}<br>median about {Middle(a, bound)} → {Middle(b, bound)}</figcaption><svg viewBox=\"0 0 {Width} {Height + 18}\" role=\"img\">");
        var wide = (double)Width / bars.Count;
        for (var i = 0; i < bars.Count; i++)
        {
            Bar(page, "all", i * wide, wide / 2, (long)(1e6 * bars[i].A), most);
            Bar(page, "left", (i + 0.5) * wide, wide / 2, (long)(1e6 * bars[i].B), most);
        }

        page.Append(CultureInfo.InvariantCulture, $"<text x=\"0\" y=\"{Height + 14}\">{Round(bound(keys[0]))}</text><text x=\"{Width}\" y=\"{Height + 14}\" text-anchor=\"end\">{Round(bound(keys[^1]))}</text></svg></figure>\n");
    }

    private static void PairNames(StringBuilder page, string title, SortedDictionary<string, long> a, SortedDictionary<string, long> b)
    {
        var (all, other) = (Math.Max(1, a.Values.Sum()), Math.Max(1, b.Values.Sum()));
        page.Append(CultureInfo.InvariantCulture, $"<figure><figcaption>{Text(title)}</figcaption><table class=\"names\">");
        foreach (var name in a.Keys.Union(b.Keys).OrderByDescending(name => a.GetValueOrDefault(name) + b.GetValueOrDefault(name)).Take(MostNames))
        {
            var (one, two) = (a.GetValueOrDefault(name), b.GetValueOrDefault(name));
            page.Append(CultureInfo.InvariantCulture, $"<tr><th>{Text(name)}</th><td class=\"bar\"><i class=\"all\" style=\"width:{Percent(one, all)}%\"></i></td><td class=\"n\">{Number(one)}</td></tr><tr><th></th><td class=\"bar\"><i class=\"left\" style=\"width:{Percent(two, other)}%\"></i></td><td class=\"n\">{Number(two)}</td></tr>");
        }

        page.Append("</table></figure>\n");
    }

    private static double Share(SortedDictionary<int, long> counts, IEnumerable<int> bins) => bins.Sum(bin => counts.GetValueOrDefault(bin)) / (double)Math.Max(1, counts.Values.Sum());

    private static string Middle(SortedDictionary<int, long> bins, Func<int, double> bound) => bins.Count == 0 ? "–" : Round(RunComparison.Quantiles(bins, bound).Middle);

    private static string Round(double value) => value.ToString(Math.Abs(value) >= 100 ? "N0" : "0.##", CultureInfo.InvariantCulture);

    private static string Lost(FunnelStep? step) => step is null ? "–" : step.In == 0 ? "0" : $"{Number(step.Dropped.Values.Sum())} · {Share(step.Dropped.Values.Sum(), step.In)}";

    /// <summary>The difference, and of what it is a share.</summary>
    internal static string Change(double? a, double? b) => a is null || b is null || a == b ? ""
        : string.Create(CultureInfo.InvariantCulture, $"{b - a:+#,0.#;-#,0.#}{(a == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" ({100 * (b - a) / a:+0.0;-0.0} %)"))}");
}
