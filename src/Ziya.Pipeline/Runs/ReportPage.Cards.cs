using System.Globalization;
using System.Text;
using Ziya.Pipeline.Records;

namespace Ziya.Pipeline.Runs;

/// <summary>Single records of a report, as cards.</summary>
internal static partial class ReportPage
{
    // What is told elsewhere on the card, or is a text of its own.
    private static readonly string[] Untold = ["keeper_at", "cluster_size", "reply", "messages", "instruction", "output", "translation", "back", "answer"];
    private static readonly string[] Told = ["reply", "messages", "translation", "back", "answer"];

    private static void Card(StringBuilder page, Example example, string style, string? against, Example? beside = null)
    {
        var facts = new List<string> { $"{Number(example.Length)} chars" };
        facts.AddRange(new[] { example.Language, example.Task, example.Bucket }.OfType<string>());
        facts.AddRange(Facts(example.Scores));
        facts.AddRange(example.Detail?.Where(detail => detail.Value is not null && !Untold.Contains(detail.Key)).Select(detail => $"{detail.Key} {Shown(detail.Value!.ToString())}") ?? []);
        page.Append(CultureInfo.InvariantCulture, $"<article class=\"{style}\"><h4>{Text(example.Id)}{(example.Reason is { } reason ? $" <span class=\"why\">{Text(reason)}</span>" : "")}</h4>");
        Line(page, "facts", facts);
        Line(page, "facts made", example.Lineage?.Where(pair => pair.Key is not ("parent" or "root")).Select(pair => $"{pair.Key} {Shown(pair.Value)}") ?? []);
        if (example.Parts is { } parts)
        {
            foreach (var part in parts)
            {
                Part(page, part, beside?.Parts?.FirstOrDefault(same => same.Name == part.Name)?.Text);
            }
        }
        else
        {
            Body(page, example.Text, example.Length, against);
        }

        foreach (var name in example.Reason is null ? [] : Told)
        {
            if (example.Detail?[name]?.ToString() is { Length: > 0 } text && example.Parts?.Any(part => part.Text == text.Trim()) != true)
            {
                Part(page, new ExamplePart(name, Excerpt.Of(text, 600), text.Length), null);
            }
        }

        page.Append("</article>\n");
    }

    private static void Part(StringBuilder page, ExamplePart part, string? against)
    {
        page.Append(CultureInfo.InvariantCulture, $"<div class=\"part {(part.Name is "output" or "assistant" or "chosen" ? "good" : part.Name is "rejected" ? "bad" : "")}\"><p class=\"facts\"><b>{Text(part.Name)}</b>");
        foreach (var fact in new[] { part.Model }.OfType<string>().Concat(Facts(part.Scores ?? new Dictionary<string, double>())))
        {
            page.Append(CultureInfo.InvariantCulture, $"<span>{Text(fact)}</span>");
        }

        page.Append("</p>");
        Body(page, part.Text, part.Length, against);
        page.Append("</div>");
    }

    private static void Body(StringBuilder page, string text, int length, string? against) =>
        page.Append("<pre>").Append(against is null ? Text(text) : TextDifference.Mark(text, against, Text)).Append(length > text.Length ? " …</pre>" : "</pre>");

    private static void Line(StringBuilder page, string style, IEnumerable<string> facts)
    {
        var line = string.Concat(facts.Select(fact => $"<span>{Text(fact)}</span>"));
        page.Append(line.Length == 0 ? "" : $"<p class=\"{style}\">{line}</p>");
    }

    // A rule that found nothing wrong is no news, nor are the parts of a sum that is 0: of pii 0 that pii_email is.
    private static IEnumerable<string> Facts(IReadOnlyDictionary<string, double> scores) =>
        scores.Where(score => score.Value != 1 || !score.Key.StartsWith("rule_", StringComparison.Ordinal))
            .Where(score => score.Value != 0 || !scores.Any(sum => sum.Value == 0 && score.Key.Length > sum.Key.Length && score.Key[sum.Key.Length] == '_' && score.Key.StartsWith(sum.Key, StringComparison.Ordinal))).Select(score => string.Create(CultureInfo.InvariantCulture, $"{score.Key} {score.Value:0.###}"));

    private static string Shown(string text)
    {
        const int Most = 80;
        return Excerpt.Marked(text, Most);
    }
}
