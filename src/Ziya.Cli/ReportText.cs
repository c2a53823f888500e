using System.Globalization;
using Spectre.Console;
using Ziya.Pipeline.Runs;

namespace Ziya.Cli;

/// <summary>The funnel of a report as text.</summary>
internal static class ReportText
{
    private const int MostReasons = 6;

    /// <summary>Writes it to standard output.</summary>
    public static void Write(Report report)
    {
        // Most jobs make no records: the column is there for those that do.
        var makes = report.Records.Created.Count > 0;
        var table = new Table { Border = TableBorder.Simple }.AddColumn("step");
        foreach (var name in makes ? (string[])["in", "made", "dropped"] : ["in", "dropped"])
        {
            table.AddColumn(new TableColumn(name).RightAligned());
        }

        table.AddColumn("reasons");
        Row(table, makes, "read", report.Records.Read, 0, report.Records.Quarantined, Reasons(report.Quarantine));
        foreach (var step in report.Funnel)
        {
            Row(table, makes, step.Step, step.In, step.Created, step.Dropped.Values.Sum(), Reasons(step.Dropped) + Tagged(report, step.Step));
        }

        Row(table, makes, "written", report.Records.Written, 0, 0, "");
        AnsiConsole.Write(table);
        if (report.Stats.Written.Tokens is { } tokens)
        {
            AnsiConsole.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{tokens:N0} tokens"));
        }

        if (report.Time.Sum(step => step.Seconds) is > 0 and var all)
        {
            var most = report.Time.OrderByDescending(step => step.Seconds).Take(MostReasons).Select(step => string.Create(CultureInfo.InvariantCulture, $"{step.Step} {step.Seconds / all:0 %}"));
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"time     {all:0.0} s of work: {string.Join(", ", most)}"));
        }

        foreach (var warning in report.Warnings)
        {
            AnsiConsole.MarkupLine("[yellow]note[/]  " + Markup.Escape(warning));
        }
    }

    /// <summary>What a step that only tags would have dropped.</summary>
    private static string Tagged(Report report, string step)
    {
        if (report.Rules.FirstOrDefault(rules => rules.Step == step && rules.Tags) is not { } found)
        {
            return "";
        }

        var fired = new SortedDictionary<string, long>(found.Rules.Where(rule => rule.Value.Fired > 0).ToDictionary(rule => rule.Key, rule => rule.Value.Fired), StringComparer.Ordinal);
        return string.Create(CultureInfo.InvariantCulture, $"tagged {found.Hits:N0}{(fired.Count > 0 ? ": " : "")}") + Reasons(fired);
    }

    private static string Reasons(SortedDictionary<string, long> counts)
    {
        var most = counts.OrderByDescending(reason => reason.Value).Take(MostReasons);
        var shown = string.Join(", ", most.Select(reason => string.Create(CultureInfo.InvariantCulture, $"{reason.Key} {reason.Value:N0}")));
        return shown + (counts.Count > MostReasons ? ", …" : "");
    }

    private static void Row(Table table, bool makes, string name, long count, long made, long lost, string reasons)
    {
        string[] cells = [name, Number(count), .. makes ? (string[])[Some(made)] : [], Some(lost), reasons];
        table.AddRow(cells.Select(cell => new Text(cell)));
    }

    private static string Some(long value) => value == 0 ? "" : Number(value);

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
