using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Cli.Tests;

public sealed class ReportCommandTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void Report_FinishedRun_WritesTheSamePageAgain()
    {
        _folder.Write("in/a.jsonl", TestTexts.Lines(500, 1));
        TestJob.Write(_folder);
        var run = ZiyaProcess.Run(_folder.Path, "run", "job.yaml", "--run-dir", "run");
        Assert.True(run.Exit == 0, run.Error);
        var page = File.ReadAllBytes(_folder["run/report.html"]);
        File.Delete(_folder["run/report.html"]);
        var report = ZiyaProcess.Run(_folder.Path, "report", "run");
        Assert.True(report.Exit == 0, report.Error);
        Assert.Equal(page, File.ReadAllBytes(_folder["run/report.html"]));

        // The same funnel as the run showed, with its end.
        Assert.Contains("done  run/report.html", report.Output, StringComparison.Ordinal);
        Assert.Equal(run.Output[..run.Output.IndexOf("dataset", StringComparison.Ordinal)], report.Output[..report.Output.IndexOf("done", StringComparison.Ordinal)]);
    }

    [Fact]
    public void Report_NoRunFolder_Fails()
    {
        var result = ZiyaProcess.Run(_folder.Path, "report", "nowhere");
        Assert.Equal(1, result.Exit);
        Assert.Equal("nowhere has no plan.json: it is not a run folder.", result.Error.Trim());
        Assert.False(Directory.Exists(_folder["nowhere"]));
    }

    public void Dispose() => _folder.Dispose();
}
