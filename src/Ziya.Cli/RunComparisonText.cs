using System.Globalization;
using Spectre.Console;
using Ziya.Pipeline.Runs;

namespace Ziya.Cli;

/// <summary>Two runs side by side as text.</summary>
internal static class RunComparisonText
{
    private const int MostReasons = 4;

    /// <summary>Writes it to standard output.</summary>
    public static void Write(RunComparison runs)
    {
        Console.Out.WriteLine($"A  {runs.A.Run} ({runs.A.State})\nB  {runs.B.Run} ({runs.B.State})");
        Show(Make("", "A", "B", "change"), runs.Figures.Select(row => (string[])[row.Name, Number(row.A), Number(row.B), ReportPage.Change(row.A, row.B)]), 1, 2, 3);
        if (runs.Job.Count > 0)
        {
            Show(Make("option", "A", "B"), runs.Job.Select(option => (string[])[option.Name, option.A ?? "–", option.B ?? "–"]));
        }

        Show(
            Make("step", "in A", "in B", "dropped A", "dropped B", "reasons, A → B"),
            runs.Steps.Select(step => (string[])[step.Step, Number(step.A?.In), Number(step.B?.In), Number(Lost(step.A)), Number(Lost(step.B)), Reasons(step)]),
            1, 2, 3, 4);
        var (a, b) = (runs.A.Stats.Written, runs.B.Stats.Written);
        string[][] scores =
        [
            Spread("length", a.Length, b.Length, bin => bin),
            .. a.Scores.Keys.Union(b.Scores.Keys).Order(StringComparer.Ordinal).Select(name => Spread(name, a.Scores.GetValueOrDefault(name) ?? [], b.Scores.GetValueOrDefault(name) ?? [], Distributions.Shown)),
        ];
        Show(Make("written, about", "10 % A", "median A", "90 % A", "10 % B", "median B", "90 % B"), scores, 1, 2, 3, 4, 5, 6);
        Show(
            Make("written", "A", "B"),
            Names("language", a.Language, b.Language).Concat(Names("bucket", a.Bucket, b.Bucket)), 1, 2);
    }

    private static string Reasons(StepPair step) => string.Join(", ", step.Reasons.Take(MostReasons).Select(reason => string.Create(CultureInfo.InvariantCulture, $"{reason.Name} {reason.A:N0} → {reason.B:N0}")))
        + (step.Reasons.Count() > MostReasons ? ", …" : "");

    private static string[] Spread(string name, SortedDictionary<int, long> a, SortedDictionary<int, long> b, Func<int, double> bound)
    {
        string[] Of(SortedDictionary<int, long> bins)
        {
            var (low, middle, high) = RunComparison.Quantiles(bins, bound);
            return bins.Count == 0 ? ["–", "–", "–"] : [Plain(low), Plain(middle), Plain(high)];
        }

        return [name, .. Of(a), .. Of(b)];
    }

    private static IEnumerable<string[]> Names(string what, SortedDictionary<string, long> a, SortedDictionary<string, long> b) =>
        a.Keys.Union(b.Keys).Order(StringComparer.Ordinal).Select(name => (string[])[$"{what} {name}", Number(a.GetValueOrDefault(name)), Number(b.GetValueOrDefault(name))]);

    private static long? Lost(FunnelStep? step) => step?.Dropped.Values.Sum();

    private static Table Make(params string[] columns)
    {
        var table = new Table { Border = TableBorder.Simple };
        Array.ForEach(columns, column => table.AddColumn(Markup.Escape(column)));
        return table;
    }

    private static void Show(Table table, IEnumerable<string[]> rows, params int[] numbers)
    {
        Array.ForEach(numbers, column => table.Columns[column].RightAligned());
        foreach (var row in rows)
        {
            table.AddRow(row.Select(cell => new Text(cell)));
        }

        AnsiConsole.Write(table);
    }

    private static string Number(double? value) => value?.ToString("#,0.#", CultureInfo.InvariantCulture) ?? "";

    private static string Plain(double value) => value.ToString(Math.Abs(value) >= 100 ? "N0" : "0.##", CultureInfo.InvariantCulture);
}
