using System.CommandLine;
using Ziya.Pipeline.Runs;

namespace Ziya.Cli;

/// <summary><c>ziya report</c>.</summary>
internal static class ReportCommand
{
    private const string ComparePage = "compare.html";

    public static Command Make()
    {
        var runDir = new Argument<string>("RUN_DIR") { Description = "The run folder, finished or not." };
        var other = new Argument<string?>("RUN_DIR_2") { Description = "Another run to show beside it.", Arity = ArgumentArity.ZeroOrOne };
        var output = new Option<string?>("--out") { HelpName = "FILE.html", Description = "Where the page of two runs goes. Default: compare.html in the folder of the second." };
        var command = new Command("report", """
            Shows the funnel and figures of a run and writes report.html into its folder. Of two runs it shows both side by side, options of their jobs that differ, what each step dropped and why,
            distributions of what they wrote, and writes that as a page too.
            """) { runDir, other, output };
        command.SetAction(parsed => parsed.GetValue(other) is { } second
            ? Compare(parsed.GetRequiredValue(runDir), second, parsed.GetValue(output))
            : Execute(parsed.GetRequiredValue(runDir)));
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

    private static int Compare(string first, string second, string? output)
    {
        var (a, b) = (RunFolder.At(first), RunFolder.At(second));
        var runs = RunComparison.Of(a, b);
        RunComparisonText.Write(runs);
        var page = System.Text.Encoding.UTF8.GetBytes(ReportPage.Write(runs));
        if (output is null)
        {
            b.Write(ComparePage, page);
        }
        else
        {
            File.WriteAllBytes(output, page);
        }

        Console.Out.WriteLine(output ?? $"{b.Root}/{ComparePage}");
        return Exit.Done;
    }
}
