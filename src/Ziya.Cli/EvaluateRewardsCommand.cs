using System.CommandLine;
using System.Globalization;
using Ziya.Pipeline.Reading;
using Ziya.Synthesis.Evaluation;

namespace Ziya.Cli;

/// <summary><c>ziya evaluate rewards</c>.</summary>
internal static class EvaluateRewardsCommand
{
    public static Command Make()
    {
        var data = new Argument<string>("DATASET") { Description = "Preferences that step reward scored. " + EvaluateOptions.Dataset };
        var json = EvaluateOptions.Json();
        var command = new Command("rewards", """
            How often a reward model scores the chosen answer above the rejected one: (right + equal / 2) / all, with Wilson's interval, by language and type of task (meta.task), and by which answer is the longer one.
            Chance is 50 %. Run a job with input.kind: preference and step reward over the preferences first.
            """) { data, json };
        command.SetAction(parsed => Execute(parsed.GetRequiredValue(data), parsed.GetValue(json)));
        return command;
    }

    private static int Execute(string path, string? json)
    {
        var accuracy = RewardAccuracy.Of(RecordFiles.Open(path, Catalog.All).Read());
        if (accuracy.Rows.Count == 0)
        {
            throw new InvalidDataException($"{path} has no preference with the score 'reward_margin'. A job with input.kind: preference and the step  - reward: {{ model: ... }}  writes it; keep output.format: native.");
        }

        ComparisonText.Write(accuracy.Rows, ["right", "equal", "wrong"], "accuracy", null);
        if (accuracy.Unscored > 0)
        {
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{accuracy.Unscored:N0} records are no preferences or have no reward."));
        }

        ComparisonText.WriteJson(json, accuracy);
        return Exit.Done;
    }
}
