using System.CommandLine;
using Ziya.Models.Tiny;

namespace Ziya.Cli;

/// <summary><c>ziya models tiny</c>.</summary>
internal static class ModelsTinyCommand
{
    public static Command Make()
    {
        var family = new Option<TinyFamily>("--family") { Description = "Its kind. Default llama." };
        var target = new Option<string>("--out") { HelpName = "DIR", Description = "The folder to make.", Required = true };
        var seed = new Option<int>("--seed") { Description = "What its weights are drawn by. Default 42.", DefaultValueFactory = _ => 42 };
        var layers = new Option<int>("--layers") { Description = "Default 2.", DefaultValueFactory = _ => 2 };
        var hidden = new Option<int>("--hidden") { Description = "Its width, a multiple of 16 for each head. Default 64.", DefaultValueFactory = _ => 64 };
        var heads = new Option<int>("--heads") { Description = "Default 4.", DefaultValueFactory = _ => 4 };
        var vocabulary = new Option<int>("--vocabulary") { Description = "Rows of the embedding, 1202 at least for all but gptbigcode, 1003 for that. Default 1216.", DefaultValueFactory = _ => 1216 };
        var context = new Option<int>("--context") { Description = "Positions. Default 512.", DefaultValueFactory = _ => 512 };
        var command = new Command("tiny", "Makes a small model of random weights, to try everything with. It has learned nothing: its text is noise, its scores mean nothing.")
        {
            family, target, seed, layers, hidden, heads, vocabulary, context,
        };
        command.SetAction(parsed =>
        {
            TinyModel.Write(parsed.GetRequiredValue(target), new TinyOptions
            {
                Family = parsed.GetValue(family),
                Seed = parsed.GetValue(seed),
                Layers = parsed.GetValue(layers),
                Hidden = parsed.GetValue(hidden),
                Heads = parsed.GetValue(heads),
                Vocabulary = parsed.GetValue(vocabulary),
                Context = parsed.GetValue(context),
            });
            Console.Out.WriteLine($"{parsed.GetRequiredValue(target)}: random weights; its text is noise");
            return Exit.Done;
        });
        return command;
    }
}
