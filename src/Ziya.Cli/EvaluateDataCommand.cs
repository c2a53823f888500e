using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Ziya.Corpus.Evaluation;
using Ziya.Pipeline.Reading;

namespace Ziya.Cli;

/// <summary><c>ziya evaluate data</c>.</summary>
internal static class EvaluateDataCommand
{
    public static Command Make()
    {
        var data = new Argument<string>("DATASET") { Description = "Records of any kind. " + EvaluateOptions.Dataset };
        var rate = Share(new Option<double>("--rate") { HelpName = "SHARE", Description = "The share of the records that is looked at. Default 0.01.", DefaultValueFactory = _ => 0.01 });
        var toxic = new Option<string[]>("--toxic") { HelpName = "FILE", Description = "A file of toxic phrases, one a line, as step sensitive takes them. Can be given again. Without one, toxic is not measured.", DefaultValueFactory = _ => [] };
        var topics = new Option<string[]>("--topics") { HelpName = "NAME", Description = "The name under which step classify wrote the probabilities of topics, its option name. Can be given again. Default classify. What step sensitive counted is counted by itself.", DefaultValueFactory = _ => ["classify"] };
        var classifier = new Option<string?>("--classifier") { HelpName = "FILE", Description = "A classifier of ziya classify train whose labels are topics. Default: none." };
        var most = Share(new Option<double?>("--most") { HelpName = "SHARE", Description = "The greatest share of privacy, advertising, html and toxic each that complies; above it the exit code is 1. Default: no limit." });
        var (seed, json) = (EvaluateOptions.Seed(), EvaluateOptions.Json());
        var command = new Command("data", """
            Looks at a random sample of a dataset: the shares of records with personal data, advertising (Chinese phrases), leftover HTML and toxic phrases, with Wilson's interval and by language; languages and topics;
            the spread of lengths and of every score there is, such as perplexity. Ziya2's data is evaluated so on 1 %, and by people on 1,000 records: ziya evaluate review.
            """) { data, rate, seed, toxic, topics, classifier, most, json };
        command.SetAction(parsed =>
        {
            var files = RecordFiles.Open(parsed.GetRequiredValue(data), Catalog.All);
            var found = DataRates.Of(files.Read(), parsed.GetValue(rate), parsed.GetValue(seed), parsed.GetValue(toxic) ?? [], new TopicTally(parsed.GetValue(topics) ?? [], parsed.GetValue(classifier)));
            return Tell(found, parsed.GetValue(most), parsed.GetValue(json));
        });
        return command;
    }

    private static int Tell(DataRates found, double? most, string? json)
    {
        AnsiConsole.Profile.Width = Console.IsOutputRedirected ? 10_000 : AnsiConsole.Profile.Width;
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{found.Sampled:N0} of {found.DrawnFrom:N0} records: {string.Join(", ", found.Languages.OrderByDescending(language => language.Value).Select(language => $"{language.Key} {language.Value}"))}"));
        var table = new Table { Border = TableBorder.Simple }.AddColumn("records with").AddColumn("language").AddColumn("found").AddColumn("of").AddColumn("share").AddColumn("95 %");
        foreach (var row in found.Rates)
        {
            string[] cells = [row.Name, row.Language, Plain(row.Found), Plain(row.Sampled), Percent(row.Share), $"{Percent(row.Interval.Low)} to {Percent(row.Interval.High)}"];
            table.AddRow(cells.Select(cell => new Text(cell)));
        }

        AnsiConsole.Write(table);
        if (found.Topics.Count > 0)
        {
            var topics = new Table { Border = TableBorder.Simple }.AddColumn("by").AddColumn("topic").AddColumn("records").AddColumn("of").AddColumn("share");
            foreach (var topic in found.Topics)
            {
                topics.AddRow(new Text(topic.By), new Text(topic.Topic), new Text(Plain(topic.Found)), new Text(Plain(topic.Sampled)), new Text(Percent(topic.Share)));
            }

            AnsiConsole.Write(topics);
        }

        var numbers = new Table { Border = TableBorder.Simple }.AddColumn("").AddColumn("10 %").AddColumn("median").AddColumn("90 %");
        foreach (var (name, (low, middle, high)) in found.Numbers)
        {
            numbers.AddRow(new Text(name), new Text(Plain(low)), new Text(Plain(middle)), new Text(Plain(high)));
        }

        AnsiConsole.Write(numbers);
        var numbersOf = found.Numbers.ToDictionary(pair => pair.Key, pair => new { pair.Value.Low, pair.Value.Middle, pair.Value.High });
        ComparisonText.WriteJson(json, new { found.DrawnFrom, found.Sampled, found.Languages, found.Rates, found.Topics, Numbers = numbersOf });
        var beyond = found.Rates.Where(row => row.Language == "all" && row.Share > most).Select(row => $"{row.Name} {Percent(row.Share)}").ToList();
        if (beyond.Count > 0)
        {
            Console.Error.WriteLine($"Does not comply: {string.Join(", ", beyond)}; at most {Percent(most!.Value)} allowed.");
        }

        return beyond.Count > 0 ? Exit.Failed : Exit.Done;
    }

    private static Option<T> Share<T>(Option<T> option)
    {
        option.ExpectShare();
        return option;
    }

    private static string Plain(double value) => value.ToString(Math.Abs(value) >= 100 ? "N0" : "0.###", CultureInfo.InvariantCulture);

    private static string Percent(double share) => (100 * share).ToString("0.##", CultureInfo.InvariantCulture) + " %";
}
