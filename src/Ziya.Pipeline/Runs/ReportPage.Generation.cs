using System.Globalization;
using System.Text;

namespace Ziya.Pipeline.Runs;

/// <summary>What a report shows of jobs that generate and select: models, what steps made beside what they made it of, pairs.</summary>
internal static partial class ReportPage
{
    private const int MostOpen = 4;

    private static void Models(StringBuilder page, Report report)
    {
        if (report.Models is null)
        {
            return;
        }

        page.Append("<section><h2>Models</h2><p class=\"sub\">What each was asked by the steps, and the written records it had a part in. Answers count however they came: from the model, the run folder or a recording.</p>"
            + "<table><thead><tr><th>model</th><th>is</th><th>licence</th><th>asked by</th><th class=\"n\">answers</th>");
        var tokens = report.Models.Any(model => model.Asked.Values.Any(usage => usage.PromptTokens + usage.CompletionTokens > 0));
        page.Append(CultureInfo.InvariantCulture, $"{(tokens ? "<th class=\"n\">prompt tokens</th><th class=\"n\">answer tokens</th>" : "")}<th>in records written</th></tr></thead><tbody>\n");
        foreach (var model in report.Models)
        {
            var asked = model.Asked.Values;
            var steps = string.Concat(model.Asked.Select(step => Chip(step.Key, step.Value.Requests)));
            var counts = tokens ? $"<td class=\"n\">{Some(asked.Sum(usage => usage.PromptTokens))}</td><td class=\"n\">{Some(asked.Sum(usage => usage.CompletionTokens))}</td>" : "";
            var made = string.Concat(model.Made.Select(part => Chip(part.Key, part.Value)));
            page.Append(CultureInfo.InvariantCulture, $"""
                <tr><th>{Text(model.Name)}</th><td>{Text(model.Is ?? "")}</td><td>{Text(model.License ?? "not said")}</td><td>{steps}</td><td class="n">{Some(asked.Sum(usage => usage.Requests))}</td>{counts}<td>{made}</td></tr>

                """);
        }

        page.Append("</tbody></table></section>\n");
    }

    private static string Some(long value) => value == 0 ? "" : Number(value);

    private static string Chip(string name, long count) => $"<span class=\"chip\">{Text(name)} <b>{Number(count)}</b></span>";

    private static void Comparisons(StringBuilder page, Report report)
    {
        var compared = report.Stats.Compared;
        if (compared is null)
        {
            return;
        }

        page.Append("<section><h2>Before and after</h2><p class=\"sub\">What a step was given on the left, what it made of it on the right, picked at random; marked: what is new. Later steps may have dropped some of them.</p>\n");
        foreach (var step in compared.Keys.Select(key => key.Split('/')[0]).Distinct().ToList())
        {
            page.Append(CultureInfo.InvariantCulture, $"<h3>{Text(step)}</h3>\n");
            var made = compared.GetValueOrDefault(step) ?? [];
            Comparisons(page, made.Take(MostOpen));
            if (made.Count > MostOpen)
            {
                page.Append("<details><summary>more</summary>\n");
                Comparisons(page, made.Skip(MostOpen));
                page.Append("</details>\n");
            }

            foreach (var (key, eliminated) in compared.Where(pair => pair.Key.StartsWith(step + "/", StringComparison.Ordinal)))
            {
                page.Append(CultureInfo.InvariantCulture, $"<details><summary>made and dropped: {Text(key[(step.Length + 1)..])}</summary>\n");
                Comparisons(page, eliminated);
                page.Append("</details>\n");
            }
        }

        page.Append("</section>\n");
    }

    private static void Comparisons(StringBuilder page, IEnumerable<Comparison> comparisons)
    {
        foreach (var (before, after) in comparisons)
        {
            page.Append("<div class=\"pair\">");
            Card(page, before, "plain", null);
            Card(page, after, after.Reason is null ? "kept" : "", null, before);
            page.Append("</div>\n");
        }
    }

    /// <summary>Of preferences the prompt above, the two answers side by side.</summary>
    private static void Pairs(StringBuilder page, Report report)
    {
        var pairs = report.Stats.Kept.Where(IsPair).ToList();
        if (pairs.Count == 0)
        {
            return;
        }

        page.Append("<section><h2>Chosen and rejected</h2><p class=\"sub\">Pairs picked at random: would you have chosen the same?</p>\n");
        foreach (var pair in pairs.Take(2 * MostOpen))
        {
            page.Append("<article class=\"plain wide\"><h4>").Append(Text(pair.Id)).Append("</h4>");
            Line(page, "facts", new[] { pair.Language, pair.Task }.OfType<string>().Concat(Facts(pair.Scores)));
            foreach (var part in pair.Parts!.Where(part => part.Name is not ("chosen" or "rejected")))
            {
                Part(page, part, null);
            }

            page.Append("<div class=\"pair\">");
            foreach (var part in pair.Parts!.Where(part => part.Name is "chosen" or "rejected"))
            {
                Part(page, part, null);
            }

            page.Append("</div></article>\n");
        }

        page.Append("</section>\n");
    }

    private static bool IsPair(Example example) => example.Parts?.Any(part => part.Name == "chosen") == true && example.Parts.Any(part => part.Name == "rejected");
}
