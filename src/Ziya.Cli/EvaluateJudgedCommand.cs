using System.CommandLine;
using System.Globalization;
using Ziya.Pipeline.Reading;
using Ziya.Synthesis.Evaluation;

namespace Ziya.Cli;

/// <summary><c>ziya evaluate judged</c>.</summary>
internal static class EvaluateJudgedCommand
{
    public static Command Make()
    {
        var data = new Argument<string>("DATASET") { Description = "What a job with step judge wrote. " + EvaluateOptions.Dataset };
        var (names, json) = (EvaluateOptions.Names(), EvaluateOptions.Json());
        var command = new Command("judged", """
            The win rate of one model's answers against another's, as step judge saw them: each pair asked twice with the order swapped, a verdict that changes with the order a tie. Says how often the
            order decided: a judge that names the answer shown first much more often than half of the time is biased.
            """) { data, names, json };
        command.SetAction(parsed => Execute(parsed.GetRequiredValue(data), EvaluateOptions.NamesOf(parsed.GetValue(names)), parsed.GetValue(json)));
        return command;
    }

    private static int Execute(string path, (string First, string Second)? names, string? json)
    {
        var judged = JudgedByModel.Of(RecordFiles.Open(path, Catalog.All).Read(), names);
        if (judged.Pairs.Count == 0)
        {
            throw new InvalidDataException($"{path} has no judgement{(names is { } two ? $" of '{two.First}' against '{two.Second}'" : "")}. Step judge makes them, of instructions with candidates of two models: jobs/judge-sample.yaml.");
        }

        var comparison = Comparison.Of(judged.First, judged.Second, judged.Pairs);
        ComparisonText.Write(comparison, "a model", judged.Pairs.Count);
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"When the order was swapped, {judged.Swayed:N0} of {judged.Pairs.Count:N0} verdicts went to the other answer; they count as ties."));
        if (judged.Without > 0)
        {
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{judged.Without:N0} records have no judgement of these two."));
        }

        ComparisonText.WriteJson(json, new { comparison, judged.Swayed, judged.Without });
        return Exit.Done;
    }
}
