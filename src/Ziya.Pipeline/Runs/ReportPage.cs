using System.Globalization;
using System.Net;
using System.Text;

namespace Ziya.Pipeline.Runs;

/// <summary>Draws a report as one HTML file that needs no network: funnel, distributions, duplicates, examples, throughput.</summary>
internal static partial class ReportPage
{
    /// <summary>The page.</summary>
    public static string Write(Report report)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"""
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{Text(report.Job)} · {Text(report.Run)}</title>
            <style>{Style}</style></head><body><main>

            """);
        Head(page, report);
        Funnel(page, report);
        Rules(page, report);
        Models(page, report);
        Comparisons(page, report);
        Pairs(page, report);
        Distributions(page, report);
        Tasks(page, report);
        Clusters(page, report);
        Examples(page, report);
        Throughput(page, report);
        page.Append("</main></body></html>\n");
        return page.ToString();
    }

    private static void Head(StringBuilder page, Report report)
    {
        var records = report.Records;
        var dropped = records.Dropped.Values.Sum(reasons => reasons.Values.Sum());
        var made = records.Created.Values.Sum();
        var all = records.Read + made;
        page.Append(CultureInfo.InvariantCulture, $"""
            <header><h1>{Text(report.Job)}</h1><p class="sub">{Text(report.Run)} <span class="state {Text(report.State)}">{Text(report.State)}</span></p></header>
            <section class="tiles">
            {Tile("read", records.Read, null)}{(made > 0 ? Tile("made", made, null) : "")}{Tile("written", records.Written, Share(records.Written, all))}{Tile("dropped", dropped, Share(dropped, all))}{Tile("quarantined", records.Quarantined, Share(records.Quarantined, all))}{(report.Stats.Written.Tokens is { } tokens ? Tile("tokens", tokens, $"{report.Stats.Written.Characters / Math.Max(1.0, tokens):0.##} chars each") : "")}
            </section>

            """);
        if (report.Error is { } error)
        {
            page.Append(CultureInfo.InvariantCulture, $"<p class=\"note bad\">{Text(error)}</p>\n");
        }

        foreach (var warning in report.Warnings)
        {
            page.Append(CultureInfo.InvariantCulture, $"<p class=\"note\">{Text(warning)}</p>\n");
        }
    }

    private static string Tile(string name, long value, string? share) =>
        $"<div class=\"tile\"><b>{Number(value)}</b><span>{name}{(share is null ? "" : $" · {share}")}</span></div>";

    private static void Funnel(StringBuilder page, Report report)
    {
        var makes = report.Records.Created.Count > 0;
        var most = Math.Max(1, report.Funnel.Select(step => step.In + step.Created).Append(report.Records.Read).Max());
        page.Append(CultureInfo.InvariantCulture, $"<section><h2>Funnel</h2><p class=\"sub\">What came to each step, and what it dropped, by reason. The bar is the share of all records read{(makes ? ", and of those made where they are more" : "")}.</p><table class=\"funnel\"><thead><tr><th>step</th><th class=\"n\">in</th>{(makes ? "<th class=\"n\">made</th>" : "")}<th></th><th class=\"n\">dropped</th><th>reasons</th></tr></thead><tbody>\n");
        Row(page, "read", report.Records.Read, makes ? 0 : null, report.Records.Quarantined, most, report.Quarantine);
        foreach (var step in report.Funnel)
        {
            Row(page, step.Step, step.In, makes ? step.Created : null, step.Dropped.Values.Sum(), most, step.Dropped);
        }

        Row(page, "written", report.Records.Written, makes ? 0 : null, 0, most, []);
        page.Append("</tbody></table></section>\n");
    }

    private static void Row(StringBuilder page, string name, long count, long? made, long lost, long most, IEnumerable<KeyValuePair<string, long>> reasons)
    {
        var kept = Percent(count + (made ?? 0) - lost, most);
        var cell = made is null ? "" : $"<td class=\"n\">{(made == 0 ? "" : Number(made.Value))}</td>";
        var chips = string.Concat(reasons.OrderByDescending(reason => reason.Value).Select(reason =>
            $"<span class=\"chip\">{Text(reason.Key)} <b>{Number(reason.Value)}</b></span>"));
        page.Append(CultureInfo.InvariantCulture, $"""
            <tr><th>{Text(name)}</th><td class="n">{Number(count)}</td>{cell}<td class="bar"><i style="width:{kept}%"></i><i class="lost" style="width:{Percent(lost, most)}%"></i></td><td class="n">{(lost == 0 ? "" : Number(lost))}</td><td>{chips}</td></tr>

            """);
    }

    private static void Rules(StringBuilder page, Report report)
    {
        if (report.Rules.Count == 0)
        {
            return;
        }

        page.Append("<section><h2>Rules</h2><p class=\"sub\">How many records broke each rule, of those it was asked of. Pale: on none. Marked: on over 95 %.</p><table class=\"funnel\"><thead><tr><th>step</th><th class=\"n\">records</th><th class=\"n\">broke one</th><th>rules</th></tr></thead><tbody>\n");
        foreach (var step in report.Rules)
        {
            var chips = string.Concat(step.Rules.OrderByDescending(rule => rule.Value.Fired).Select(rule =>
                $"<span class=\"chip{(rule.Value.Fired == 0 ? " never" : RuleReport.FiresAlways(rule.Value) ? " always" : "")}\">{Text(rule.Key)} <b>{Number(rule.Value.Fired)}</b> of {Number(rule.Value.Asked)}</span>"));
            page.Append(CultureInfo.InvariantCulture, $"""
                <tr><th>{Text(step.Step)}{(step.Tags ? " <span class=\"sub\">tags</span>" : "")}</th><td class="n">{Number(step.Records)}</td><td class="n">{Number(step.Hits)}</td><td>{chips}</td></tr>

                """);
        }

        page.Append("</tbody></table></section>\n");
    }

    private static void Clusters(StringBuilder page, Report report)
    {
        if (report.Clusters.Count == 0)
        {
            return;
        }

        page.Append("<section><h2>Largest duplicate clusters</h2><p class=\"sub\">The record that was kept on the left, some of those dropped for it on the right. Marked: what the two do not share.</p>\n");
        foreach (var cluster in report.Clusters)
        {
            page.Append(CultureInfo.InvariantCulture, $"<div class=\"cluster\"><h3>{cluster.Size} records <span class=\"sub\">{Text(cluster.Step)}</span></h3><div class=\"pair\">\n");
            if (cluster.Keeper is { } keeper)
            {
                Card(page, keeper, "kept", null);
            }

            page.Append("<div class=\"stack\">");
            foreach (var duplicate in cluster.Duplicates)
            {
                Card(page, duplicate, "", cluster.Keeper?.Text);
            }

            page.Append("</div></div></div>\n");
        }

        page.Append("</section>\n");
    }

    private static void Examples(StringBuilder page, Report report)
    {
        page.Append("<section><h2>Examples</h2><p class=\"sub\">Picked at random: would you have decided the same?</p>\n");
        page.Append("<details open><summary>kept</summary><div class=\"cards\">\n");
        report.Stats.Kept.ForEach(example => Card(page, example, "kept", null));
        page.Append("</div></details>\n");
        foreach (var (reason, examples) in report.Stats.Rejected)
        {
            page.Append(CultureInfo.InvariantCulture, $"<details><summary>{Text(reason)}</summary><div class=\"cards\">\n");
            examples.ForEach(example => Card(page, example, "", null));
            page.Append("</div></details>\n");
        }

        page.Append("</section>\n");
    }

    private static void Throughput(StringBuilder page, Report report)
    {
        Spent(page, report.Time);
        page.Append("<section><h2>Throughput</h2><p class=\"sub\">Seconds are those of all tasks added up: rates are per worker.</p><table><thead><tr><th>phase</th><th class=\"n\">tasks</th><th class=\"n\">records</th><th class=\"n\">MB</th><th class=\"n\">seconds</th><th class=\"n\">records/s</th><th class=\"n\">MB/s</th></tr></thead><tbody>\n");
        foreach (var phase in report.Phases)
        {
            var seconds = Math.Max(phase.Seconds, 0.001);
            page.Append(CultureInfo.InvariantCulture, $"""
                <tr><th>{Text(phase.Name)}</th><td class="n">{phase.Done} of {phase.Tasks}</td><td class="n">{Number(phase.Records)}</td><td class="n">{phase.Bytes / 1e6:0.0}</td><td class="n">{phase.Seconds:0.00}</td><td class="n">{phase.Records / seconds:N0}</td><td class="n">{phase.Bytes / 1e6 / seconds:0.0}</td></tr>

                """);
        }

        page.Append("</tbody></table></section>\n");
    }

    private static void Spent(StringBuilder page, IReadOnlyList<StepTime> time)
    {
        var all = time.Sum(step => step.Seconds);
        if (all <= 0)
        {
            return;
        }

        var most = time.Max(step => step.Seconds);
        page.Append("<section><h2>Where the time went</h2><p class=\"sub\">Seconds on the clock of all tasks, added up; what a step waits for is its own. Reading is finding, unpacking and parsing records, in every pass; writing is packing them too.</p><table class=\"funnel\"><thead><tr><th>step</th><th class=\"n\">seconds</th><th class=\"n\">share</th><th></th></tr></thead><tbody>\n");
        foreach (var (step, seconds) in time)
        {
            page.Append(CultureInfo.InvariantCulture, $"""
                <tr><th>{Text(step)}</th><td class="n">{seconds:0.00}</td><td class="n">{100 * seconds / all:0.0} %</td><td class="bar"><i style="width:{100 * seconds / most:0.##}%"></i></td></tr>

                """);
        }

        page.Append("</tbody></table></section>\n");
    }

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Percent(long part, long whole) => (100.0 * part / Math.Max(1, whole)).ToString("0.##", CultureInfo.InvariantCulture);

    private static string Share(long part, long whole) => Percent(part, whole) + " %";

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
