using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Ziya.Pipeline.Runs;

namespace Ziya.Cli;

/// <summary><c>ziya clean</c>.</summary>
internal static class CleanCommand
{
    public static Command Make()
    {
        var runs = new Option<string>("--runs") { HelpName = "DIR", Description = "Where the run folders lie: a folder, or azblob://container/prefix. Default: runs.", DefaultValueFactory = _ => "runs" };
        var retention = new RetentionArguments(true);
        var delete = new Option<bool>("--delete") { Description = "Deletes. Without it nothing is, and what would be is shown." };
        var command = new Command("clean", """
            Deletes run folders that are not needed any more: neither among the last of their job, nor young, nor in use. Shows what it would delete; --delete does it. Datasets stay, and
            anything else in the folders that no run wrote. With a run its dropped and quarantined records go, ziya trace for it, and the answers of models that later runs could have taken over.
            """) { runs, delete };
        retention.AddTo(command);
        command.SetAction(parsed => Execute(parsed.GetRequiredValue(runs), retention.Of(parsed)!, parsed.GetValue(delete)));
        return command;
    }

    private static int Execute(string runs, Retention retention, bool delete)
    {
        var sweep = new RunSweep(runs, retention, TimeProvider.System);
        var found = sweep.Find(new HashSet<string>());
        var table = new Table { Border = TableBorder.Simple }.AddColumns(new("run") { NoWrap = true }, new("state"), new("last written") { NoWrap = true }, new("size") { Alignment = Justify.Right, NoWrap = true }, new TableColumn(""));
        long freed = 0;
        var failed = false;
        foreach (var run in found)
        {
            var why = run.Kept is { } kept ? $"kept: {kept}" : delete ? sweep.Delete(run) is { } refused ? $"kept: {refused}" : "deleted" : "would be deleted";
            freed += why is "deleted" or "would be deleted" ? run.Bytes : 0;
            failed |= delete && run.Kept is null && why != "deleted";
            table.AddRow(new[] { run.Name, run.State, run.Changed.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture), string.Create(CultureInfo.InvariantCulture, $"{run.Bytes / 1e6:N1} MB"), why }.Select(cell => new Text(cell)));
        }

        if (found.Count == 0)
        {
            Console.Error.WriteLine($"{runs} has no runs.");
            return Exit.Done;
        }

        AnsiConsole.Write(table);
        AnsiConsole.WriteLine(freed == 0 ? "Nothing to delete." : string.Create(CultureInfo.InvariantCulture, $"{freed / 1e6:N1} MB {(delete ? "freed." : "would be freed: --delete does it.")}"));
        return failed ? Exit.Failed : Exit.Done;
    }
}
