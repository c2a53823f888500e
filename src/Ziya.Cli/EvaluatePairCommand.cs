using System.CommandLine;
using System.Globalization;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Storage;

namespace Ziya.Cli;

/// <summary><c>ziya evaluate pair</c>.</summary>
internal static class EvaluatePairCommand
{
    public static Command Make()
    {
        var first = new Argument<string>("A") { Description = "Answers, as instructions with an output or dialogues. " + EvaluateOptions.Dataset };
        var second = new Argument<string>("B") { Description = "Other answers to the same." };
        var output = new Option<string>("--out") { HelpName = "FILE.jsonl", Description = "Where the pairs go.", Required = true };
        var names = EvaluateOptions.Names();
        var command = new Command("pair", """
            Brings together what two datasets answer to the same instructions, by the words of system prompt, instruction and input (of a dialogue, its first question), and
            writes them as instructions with two candidates. For a job with step judge; export and import take the two datasets by themselves.
            """) { first, second, output, names };
        command.SetAction(parsed => Execute(parsed.GetRequiredValue(first), parsed.GetRequiredValue(second), parsed.GetRequiredValue(output), parsed.GetValue(names)));
        return command;
    }

    private static int Execute(string first, string second, string output, string? names)
    {
        var answers = EvaluateOptions.Pairs(first, second, names);
        var writer = new RecordWriter(RecordKind.Instruction);
        var line = new JsonLine();
        using (var pending = new FileStore(Path.GetDirectoryName(Path.GetFullPath(output))!).Create(Path.GetFileName(output)))
        {
            foreach (var pair in answers.Pairs)
            {
                line.Clear();
                writer.Write(line, pair, false);
                line.Raw((byte)'\n');
                pending.Content.Write(line.Written);
            }

            pending.Commit();
        }

        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{output}: {answers.Pairs.Count:N0} instructions answered by '{answers.First}' and '{answers.Second}'"));
        ComparisonText.LeftOut(answers.LeftOut);
        return Exit.Done;
    }
}
