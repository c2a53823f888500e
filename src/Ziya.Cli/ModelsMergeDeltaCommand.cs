using System.CommandLine;
using System.Globalization;
using Ziya.Models.Checkpoints;

namespace Ziya.Cli;

/// <summary><c>ziya models merge-delta</c>.</summary>
internal static class ModelsMergeDeltaCommand
{
    public static Command Make()
    {
        var old = new Option<string>("--base") { HelpName = "DIR", Description = "The model that the difference was made from: LLaMA-13B for Ziya-LLaMA-13B-v1.", Required = true };
        var delta = new Option<string>("--delta") { HelpName = "DIR", Description = "The difference, as it is published.", Required = true };
        var target = new Option<string>("--out") { HelpName = "DIR", Description = "The folder to make.", Required = true };
        var command = new Command("merge-delta", "Makes the whole model of a published difference and its base, in float16.") { old, delta, target };
        command.SetAction(parsed =>
        {
            var (added, taken) = DeltaMerge.Run(parsed.GetRequiredValue(old), parsed.GetRequiredValue(delta), parsed.GetRequiredValue(target));
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{parsed.GetRequiredValue(target)}: {added} tensors are base + difference, {taken} are the difference's own"));
            return Exit.Done;
        });
        return command;
    }
}
