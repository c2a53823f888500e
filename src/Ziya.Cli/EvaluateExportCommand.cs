using System.CommandLine;
using System.Globalization;
using Ziya.Corpus.Evaluation;
using Ziya.Synthesis.Evaluation;

namespace Ziya.Cli;

/// <summary><c>ziya evaluate export</c>.</summary>
internal static class EvaluateExportCommand
{
    public static Command Make()
    {
        var first = new Argument<string>("A") { Description = "Answers, or instructions with candidates of two models. " + EvaluateOptions.Dataset };
        var second = new Argument<string?>("B") { Description = "Other answers to the same; not with candidates.", Arity = ArgumentArity.ZeroOrOne };
        var output = new Option<string>("--out") { HelpName = "FILE.html", Description = "The page. Its key, FILE.key.json, goes beside it.", Required = true };
        var count = EvaluateOptions.Count(100, "Pairs on the page, drawn by the seed. Default 100.");
        var title = new Option<string>("--title") { HelpName = "TEXT", Description = "Shown on the page; do not name the models. Default: Which answer is better?", DefaultValueFactory = _ => "Which answer is better?" };
        var (names, seed) = (EvaluateOptions.Names(), EvaluateOptions.Seed());
        var command = new Command("export", """
            Makes a page on which people compare answers side by side without knowing whose is whose: one HTML file that needs no network. Send it to several people; each judges with the keyboard,
            the browser keeps what is done, and 's' saves it as a file to send back. The key says whose answers stood where: keep it, the page does not.
            """) { first, second, output, count, names, seed, title };
        command.SetAction(parsed =>
        {
            var answers = EvaluateOptions.Pairs(parsed.GetRequiredValue(first), parsed.GetValue(second), parsed.GetValue(names));
            var (page, key) = BlindPage.Make(answers, parsed.GetValue(count), parsed.GetValue(seed), parsed.GetRequiredValue(title));
            return Write(parsed.GetRequiredValue(output), page, key, answers);
        });
        return command;
    }

    private static int Write(string path, string page, PageKey key, AnswerPairs answers)
    {
        key.Write(path, page);
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{key.Items.Count:N0} of {answers.Pairs.Count:N0} pairs of '{answers.First}' and '{answers.Second}'"));
        ComparisonText.LeftOut(answers.LeftOut);
        Console.Out.WriteLine($"page  {path}\nkey   {PageKey.PathOf(path)}    keep it: then  ziya evaluate import {PageKey.PathOf(path)} judged-*.json");
        return Exit.Done;
    }
}
