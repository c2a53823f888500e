using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Plans;

namespace Ziya.Cli;

/// <summary><c>ziya plan</c>.</summary>
internal static class PlanCommand
{
    public static Command Make()
    {
        var job = new Argument<string>("JOB.yaml") { Description = "The job file." };
        var set = new Option<string[]>("--set") { HelpName = "path=value", Description = "Replaces a value of the job. Can be given again." };
        var cost = new Option<bool>("--cost") { Description = "What the job will ask of its models: requests, tokens and, where the entries name prices, money." };
        var command = new Command("plan", "Checks a job and shows its phases and tasks. Runs and writes nothing.") { job, set, cost };
        command.SetAction(parsed => Execute(parsed.GetRequiredValue(job), parsed.GetValue(set) ?? [], parsed.GetValue(cost)));
        return command;
    }

    private static int Execute(string path, string[] overrides, bool showsCost)
    {
        var job = JobFile.Load(path, overrides, Catalog.All);
        var plan = Planner.Make(job, Catalog.All);
        var table = new Table { Border = TableBorder.Simple }
            .AddColumn("phase").AddColumn("does").AddColumn("records").AddColumn(new TableColumn("tasks").RightAligned()).AddColumn(new TableColumn("reads about").RightAligned());
        foreach (var phase in plan.Phases)
        {
            table.AddRow(
                new Text(phase.Name),
                new Text(string.Join(" ", phase.Steps)),
                new Text(phase.In == phase.Out ? phase.In : $"{phase.In} -> {phase.Out}"),
                new Text(phase.Tasks.Count.ToString("N0", CultureInfo.InvariantCulture)),
                new Text(Size(phase.Bytes)));
        }

        AnsiConsole.Write(table);
        foreach (var note in job.Notes())
        {
            Console.Out.WriteLine(note);
        }

        var files = plan.Shards.SelectMany(shard => shard.Slices).Select(slice => slice.File).Distinct().Count();
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{plan.Job}: {Count(files, "input file")} of {Size(plan.Shards.Sum(shard => shard.Bytes))} in {Count(plan.Shards.Count, "shard")} -> runs/{Pipeline.Runs.Run.IdOf(plan)}"));
        if (showsCost)
        {
            CostTable.Show(CostEstimate.Of(job, Catalog.All));
        }

        return Exit.Done;
    }

    private static string Count(int count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");

    private static string Size(long bytes) => bytes switch
    {
        < 10_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes} B"),
        < 10_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:N0} kB"),
        < 10_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:N0} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:N0} GB"),
    };
}
