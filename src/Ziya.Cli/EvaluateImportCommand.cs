using System.CommandLine;
using Ziya.Corpus.Evaluation;
using Ziya.Pipeline.Reading;
using Ziya.Synthesis.Evaluation;

namespace Ziya.Cli;

/// <summary><c>ziya evaluate import</c>.</summary>
internal static class EvaluateImportCommand
{
    public static Command Make()
    {
        var key = new Argument<string>("KEY") { Description = "The key that lies beside the page: NAME.key.json." };
        var files = new Argument<string[]>("JUDGED") { Description = "What the judges saved.", Arity = ArgumentArity.OneOrMore };
        var model = new Option<string?>("--model") { HelpName = "DATASET", Description = "What step judge made of the same pairs: the model becomes one more judge, and one sees how far it agrees with people." };
        var most = new Option<double>("--most-bad") { HelpName = "SHARE", Description = "Of a review: the greatest share of bad records that complies. Default 0.001, one in a thousand.", DefaultValueFactory = _ => ReviewOutcome.MostBad };
        var json = EvaluateOptions.Json();
        var command = new Command("import", """
            Takes what people judged on a page of ziya evaluate export or review: one file or several, each of another judge.

            Of a comparison: the win rate, (wins + ties / 2) / judgements, with the interval that holds it 95 times of 100 (Wilson's, over the items); above 55 % better, below 45 % worse, else comparable;
            by language and type of task; and how far the judges agree (Cohen's kappa of each two, Fleiss' of three or more: 0 as chance would have it, 1 always).
            Of a review: the share of bad records and why they are bad, and the agreement. Exit code 1 if it is above --most-bad.
            """) { key, files, model, most, json };
        most.ExpectShare();
        command.SetAction(parsed =>
        {
            var found = PageKey.Read(parsed.GetRequiredValue(key));
            var pages = JudgedPage.Read(parsed.GetRequiredValue(files), found);
            return found.Kind == JudgingPage.Review
                ? ReviewText.Write(ReviewOutcome.Of(found, pages), parsed.GetValue(most), parsed.GetValue(json))
                : Compare(found, pages, parsed.GetValue(model), parsed.GetValue(json));
        });
        return command;
    }

    private static int Compare(PageKey key, IReadOnlyList<JudgedPage> pages, string? model, string? json)
    {
        var people = JudgedByPeople.Of(key, pages).ToList();
        var comparison = Comparison.Of(key.Names[0], key.Names[1], people);
        var judged = model is null ? null : JudgedByModel.Of(RecordFiles.Open(model, Catalog.All).Read(), (key.Names[0], key.Names[1]));
        var ids = key.Items.Select(item => item.Id).ToHashSet();
        var byModel = judged?.Pairs.Where(pair => ids.Contains(pair.Id)).Select(pair => pair with { Judge = $"model {pair.Judge}" }) ?? [];
        var agreement = AgreementTable.Of(people.Concat(byModel).Select(pair => (pair.Judge, pair.Id, ChoiceOf(pair.Points))));
        ComparisonText.Write(comparison, "people", key.Items.Count);
        ComparisonText.Write(agreement);
        ComparisonText.WriteJson(json, new { comparison, agreement });
        return Exit.Done;
    }

    private static string ChoiceOf(double points) => points switch { > 0.5 => "first", < 0.5 => "second", _ => "tie" };
}
