using System.Globalization;
using Spectre.Console;
using Ziya.Corpus.Evaluation;
using Ziya.Pipeline.Records;
using Ziya.Synthesis.Evaluation;

namespace Ziya.Cli;

/// <summary>Comparisons and agreement as text, and as JSON.</summary>
internal static class ComparisonText
{
    /// <summary>Who wins how often, and what place has to do with it.</summary>
    /// <param name="comparison">The comparison.</param>
    /// <param name="by">Who judged, for the heading.</param>
    /// <param name="items">Items there were to judge.</param>
    public static void Write(Comparison comparison, string by, int items)
    {
        var all = comparison.Rows[0].Rate;
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"'{comparison.First}' against '{comparison.Second}', judged by {by} ({string.Join(", ", comparison.Judges)}): {all.Items:N0} of {items:N0} items"));
        Write(comparison.Rows, ["wins", "ties", "losses"], "win rate", comparison.First);
        if (comparison.FirstPlace is { } share)
        {
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"The answer shown first, or on the left, was named in {share:P1} of the verdicts that name one."));
        }
    }

    /// <summary>Counts with their rate and interval, a row each.</summary>
    public static void Write(IReadOnlyList<ComparisonRow> rows, string[] counts, string rate, string? verdictOf)
    {
        // Lines of a file are not wrapped.
        AnsiConsole.Profile.Width = Console.IsOutputRedirected ? 10_000 : AnsiConsole.Profile.Width;
        var table = new Table { Border = TableBorder.Simple }.AddColumn("");
        foreach (var name in (string[])[.. counts, rate, "95 %"])
        {
            table.AddColumn(new TableColumn(name).RightAligned());
        }

        table.AddColumn(verdictOf is null ? "" : Markup.Escape($"'{verdictOf}' is"));
        foreach (var (name, found) in rows)
        {
            string[] cells =
            [
                name, Number(found.Wins), Number(found.Ties), Number(found.Losses), Percent(found.Rate), $"{Percent(found.Interval.Low)} to {Percent(found.Interval.High)}",
                verdictOf is null ? "" : found.Verdict,
            ];
            table.AddRow(cells.Select(cell => new Text(cell)));
        }

        AnsiConsole.Write(table);
    }

    /// <summary>How far judges agree; nothing where there is one.</summary>
    public static void Write(AgreementTable agreement)
    {
        foreach (var pair in agreement.Pairs)
        {
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{pair.First} and {pair.Second} both judged {pair.Items:N0} items{(pair.Items == 0 ? "" : $" and said the same of {pair.Same:P1}; Cohen's kappa {Kappa(pair.Kappa)}")}."));
        }

        if (agreement.Pairs.Count > 1)
        {
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"All judged {agreement.Items:N0} items; Fleiss' kappa {Kappa(agreement.Fleiss)}."));
        }
    }

    /// <summary>What could not be compared.</summary>
    public static void LeftOut(IReadOnlyDictionary<string, long> leftOut)
    {
        if (leftOut.Count > 0)
        {
            Console.Out.WriteLine("left out  " + string.Join(", ", leftOut.Select(reason => string.Create(CultureInfo.InvariantCulture, $"{reason.Key} {reason.Value:N0}"))));
        }
    }

    /// <summary>Figures as JSON, where a file is named.</summary>
    public static void WriteJson<T>(string? path, T figures)
    {
        if (path is not null)
        {
            File.WriteAllBytes(path, JsonText.Write(figures));
        }
    }

    private static string Kappa(double? kappa) => kappa is null ? "is not defined: all chose the same" : kappa.Value.ToString("0.00", CultureInfo.InvariantCulture);

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Percent(double share) => double.IsNaN(share) ? "" : (100 * share).ToString("0.0", CultureInfo.InvariantCulture) + " %";
}
