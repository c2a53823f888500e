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
        var folder = RunFolder.At(runDir);
        var report = Report.Of(folder);
        ReportText.Write(report);
        folder.Write(RunFolder.ReportPage, System.Text.Encoding.UTF8.GetBytes(ReportPage.Write(report)));
        Console.Out.WriteLine($"{report.State}  {folder.Root}/{RunFolder.ReportPage}");
        return Exit.Done;
    }
}
