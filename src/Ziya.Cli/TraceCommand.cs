using System.CommandLine;
using Ziya.Pipeline.Runs;

namespace Ziya.Cli;

/// <summary><c>ziya trace</c>.</summary>
internal static class TraceCommand
{
    public static Command Make()
    {
        var runDir = new Argument<string>("RUN_DIR") { Description = "The run folder." };
        var id = new Argument<string>("ID") { Description = "The record's id." };
        var command = new Command("trace", "Tells the story of one record through a run: source line, what each step did, output file and row.") { runDir, id };
        command.SetAction(parsed => Execute(parsed.GetRequiredValue(runDir), parsed.GetRequiredValue(id)));
        return command;
    }

    private static int Execute(string runDir, string id)
    {
        var stories = Trace.Of(RunFolder.At(runDir), Catalog.All, id, TimeProvider.System);
        if (stories.Count == 0)
        {
            Console.Error.WriteLine($"No record '{id}' in {runDir}. Ids are those of the input, or file@offset where it has none.");
            return Exit.Failed;
        }

        for (var i = 0; i < stories.Count; i++)
        {
            if (stories.Count > 1)
            {
                Console.Out.WriteLine($"{(i > 0 ? "\n" : "")}{i + 1} of {stories.Count} records with the id '{id}'");
            }

            var wide = stories[i].Max(line => line.Where.Length);
            foreach (var line in stories[i])
            {
                Console.Out.WriteLine($"{line.Where.PadRight(wide)}  {line.What}");
            }
        }

        return Exit.Done;
    }
}
