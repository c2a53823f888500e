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
        var table = new Table { Border = TableBorder.Simple }
            .AddColumn("step").AddColumn(new TableColumn("in").RightAligned()).AddColumn(new TableColumn("dropped").RightAligned()).AddColumn("reasons");
        Row(table, "read", report.Records.Read, report.Records.Quarantined, Reasons(report.Quarantine));
        foreach (var step in report.Funnel)
        {
            Row(table, step.Step, step.In, step.Dropped.Values.Sum(), Reasons(step.Dropped));
        }

        Row(table, "written", report.Records.Written, 0, "");
        AnsiConsole.Write(table);
        if (report.Stats.Written.Tokens is { } tokens)
        {
            AnsiConsole.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{tokens:N0} tokens"));
        }

        foreach (var warning in report.Warnings)
        {
            AnsiConsole.MarkupLine("[yellow]note[/]  " + Markup.Escape(warning));
        }
    }

    private static string Reasons(SortedDictionary<string, long> counts)
    {
        var most = counts.OrderByDescending(reason => reason.Value).Take(MostReasons);
        var shown = string.Join(", ", most.Select(reason => string.Create(CultureInfo.InvariantCulture, $"{reason.Key} {reason.Value:N0}")));
        return shown + (counts.Count > MostReasons ? ", …" : "");
    }

    private static void Row(Table table, string name, long count, long lost, string reasons) => table.AddRow(
        new Text(name), new Text(Number(count)), new Text(lost == 0 ? "" : Number(lost)), new Text(reasons));

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
