using System.Globalization;
using Spectre.Console;
using Ziya.Corpus.Evaluation;

namespace Ziya.Cli;

/// <summary>The outcome of a review as text.</summary>
internal static class ReviewText
{
    private const int MostShown = 20;

    /// <summary>Writes it; the exit code says whether it complies.</summary>
    public static int Write(ReviewOutcome review, double most, string? json)
    {
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{review.Judged:N0} of {review.Items:N0} records judged by {string.Join(", ", review.Judges)}, drawn from {review.DrawnFrom:N0}: {review.Bad.Count:N0} bad, {review.BadShare:P2} (95 %: {review.Interval.Low:P2} to {review.Interval.High:P2})"));
        var table = new Table { Border = TableBorder.Simple }.AddColumn("bad").AddColumn("id").AddColumn("why");
        foreach (var bad in review.Bad.Take(MostShown))
        {
            string[] cells = [$"#{bad.Number}", bad.Id, string.Join(", ", bad.Reasons) + string.Concat(bad.Notes.Select(note => $" · {note}"))];
            table.AddRow(cells.Select(cell => new Text(cell)));
        }

        if (review.Bad.Count > 0)
        {
            AnsiConsole.Write(table);
            Console.Out.WriteLine(string.Join(", ", review.Reasons.OrderByDescending(reason => reason.Value).Select(reason => string.Create(CultureInfo.InvariantCulture, $"{reason.Key} {reason.Value:N0}"))));
        }

        ComparisonText.Write(review.Agreement);
        ComparisonText.WriteJson(json, review);
        if (review.BadShare > most)
        {
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"Does not comply: {review.BadShare:P2} bad, at most {most:P2} allowed. Tighten the rules or scores that should have caught them (ziya trace tells a record's story), run the job again and review anew."));
            return Exit.Failed;
        }

        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"Complies: at most {most:P2} bad allowed.{(review.Judged < review.Items ? $" But {review.Items - review.Judged:N0} records are not judged yet." : "")}"));
        return Exit.Done;
    }
}
