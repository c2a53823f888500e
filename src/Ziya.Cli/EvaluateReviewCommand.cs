using System.CommandLine;
using System.Globalization;
using Ziya.Corpus.Evaluation;
using Ziya.Pipeline.Reading;

namespace Ziya.Cli;

/// <summary><c>ziya evaluate review</c>.</summary>
internal static class EvaluateReviewCommand
{
    public static Command Make()
    {
        var data = new Argument<string>("DATASET") { Description = "Records of any kind. " + EvaluateOptions.Dataset };
        var output = new Option<string>("--out") { HelpName = "FILE.html", Description = "The page. Its key, FILE.key.json, goes beside it.", Required = true };
        var count = EvaluateOptions.Count(1000, "Records on the page, drawn by the seed. Default 1000.");
        var title = new Option<string>("--title") { HelpName = "TEXT", Description = "Shown on the page. Default: Good or bad?", DefaultValueFactory = _ => "Good or bad?" };
        var seed = EvaluateOptions.Seed();
        var command = new Command("review", """
            Makes a page on which people look at a sample of a dataset, record by record, with the keyboard: good, or bad and why (incoherent, hard to read, toxic, private data, advertising, leftover
            HTML, wrong). One HTML file that needs no network; the browser keeps what is done, and 's' saves it as a file. Then: ziya evaluate import FILE.key.json judged-*.json
            """) { data, output, count, seed, title };
        command.SetAction(parsed =>
        {
            var files = RecordFiles.Open(parsed.GetRequiredValue(data), Catalog.All);
            var (page, key) = ReviewPage.Make(files.Read(), parsed.GetValue(count), parsed.GetValue(seed), parsed.GetRequiredValue(title));
            var path = parsed.GetRequiredValue(output);
            key.Write(path, page);
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{key.Items.Count:N0} of {key.Of:N0} records"));
            if (files.Unreadable > 0)
            {
                Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{files.Unreadable:N0} lines are no records, the first: {files.FirstFault}"));
            }

            Console.Out.WriteLine($"page  {path}\nkey   {PageKey.PathOf(path)}    keep it: then  ziya evaluate import {PageKey.PathOf(path)} judged-*.json");
            return Exit.Done;
        });
        return command;
    }
}
