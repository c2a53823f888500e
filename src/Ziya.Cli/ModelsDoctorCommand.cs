using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Ziya.Models.Devices;
using Ziya.Models.Doctor;

namespace Ziya.Cli;

/// <summary><c>ziya models doctor</c>.</summary>
internal static class ModelsDoctorCommand
{
    public static Command Make()
    {
        var folder = new Argument<string?>("DIR") { Arity = ArgumentArity.ZeroOrOne, Description = "A Hugging Face folder, or one that ziya models export made. Without it: what this machine offers." };
        var template = new Option<string?>("--template") { HelpName = "NAME", Description = "The prompt template it is to be used with; the model is tried with it. Without it: those that fit are named." };
        var device = new Option<string>("--device") { Description = "Where it is to compute: auto (default), cpu, cuda, cuda:1.", DefaultValueFactory = _ => "auto" };
        var all = new Option<bool>("--all") { Description = "Searches all weights for NaN and infinity, not a gigabyte spread over them." };
        var still = new Option<bool>("--no-run") { Description = "Does not open the model: reads files only." };
        var command = new Command("doctor", """
            Says what this machine offers to models, or what is wrong with one and what to do about it.

            Of a folder it checks:
              weights     whole, as config.json has them, merged if they were published as a difference, no NaN and no infinity
              tokenizer   its tokens against the rows of the embedding, special tokens, texts that come back as they went in
              template    which one's marks are tokens of this model
              machine     device, memory, disk, room for keys and values
              run         an exported model answers a question, and reads two sentences: a trained one far better than chance

            If the folder has a tokenizer_reference.jsonl, its lines {"text": "...", "ids": [1, 2]}, which the model's own tokenizer gave, are compared. If a reward
            model has a reward_reference.jsonl, of lines {"question": "...", "answer": "...", "score": 0.76} such as its card's, the scores are compared, and the ids around a text found.

            Exit code 0 if all is well or there are warnings, 1 if there are faults.
            """)
        {
            folder, template, device, all, still,
        };
        device.Validators.Add(result =>
        {
            if (!Device.IsDevice(result.GetValueOrDefault<string>()))
            {
                result.AddError($"--device is '{result.GetValueOrDefault<string>()}', expected auto, cpu, cuda or cuda:1.");
            }
        });
        command.SetAction(parsed => parsed.GetValue(folder) is { } dir
            ? Tell(ModelDoctor.Examine(dir, new DoctorOptions
            {
                Template = parsed.GetValue(template),
                Device = parsed.GetRequiredValue(device),
                ScanMb = parsed.GetValue(all) ? null : new DoctorOptions().ScanMb,
                Runs = !parsed.GetValue(still),
            }))
            : Tell(MachineDoctor.Examine()));
        return command;
    }

    private static int Tell(IEnumerable<Finding> findings)
    {
        // Lines of a file are not wrapped.
        AnsiConsole.Profile.Width = Console.IsOutputRedirected ? 10_000 : AnsiConsole.Profile.Width;
        var counts = new int[3];
        foreach (var finding in findings)
        {
            counts[(int)finding.Health]++;
            var (mark, style) = finding.Health switch
            {
                Health.Ok => ("ok", "green"),
                Health.Warning => ("warning", "yellow"),
                _ => ("fault", "red"),
            };
            var rest = new Rows(finding.Advice is null ? [new Text(finding.Text)] : [new Text(finding.Text), new Text("→ " + finding.Advice, new Style(decoration: Decoration.Bold))]);
            AnsiConsole.Write(new Grid().AddColumn(Column(7)).AddColumn(Column(14)).AddColumn().AddRow(new Markup($"[{style}]{mark}[/]"), new Text(finding.Subject), rest));
        }

        var said = counts[1] + counts[2] == 0 ? "All is well." : string.Create(CultureInfo.InvariantCulture, $"{Count(counts[2], "fault")}, {Count(counts[1], "warning")}.");
        AnsiConsole.WriteLine();
        AnsiConsole.WriteLine(said);
        return counts[2] > 0 ? Exit.Failed : Exit.Done;
    }

    private static GridColumn Column(int width) => new() { Width = width, NoWrap = true, Padding = new Padding(0, 0, 2, 0) };

    private static string Count(int count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");
}
