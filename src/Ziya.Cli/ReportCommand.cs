using System.CommandLine;
using Ziya.Pipeline.Runs;

namespace Ziya.Cli;

/// <summary><c>ziya report</c>.</summary>
internal static class ReportCommand
{
    public static Command Make()
    {
        var runDir = new Argument<string>("RUN_DIR") { Description = "The run folder, finished or not." };
        var command = new Command("report", "Shows the funnel and figures of a run and writes report.html into its folder.") { runDir };
        command.SetAction(parsed => Execute(parsed.GetRequiredValue(runDir)));
        return command;
    }

    private static int Execute(string runDir)
    {
        var report = Report.Of(RunFolder.At(runDir));
        ReportText.Write(report);
        var path = Path.Combine(runDir, "report.html");
        File.WriteAllText(path, ReportPage.Write(report));
        Console.Out.WriteLine($"{report.State}  {path}");
        return Exit.Done;
    }
}
