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

    [Fact]
    public void Report_TwoRuns_ShowsOptionsStepsAndRecordsThatDiffer()
    {
        _folder.Write("in/a.jsonl", TestTexts.Lines(500, 1));
        TestJob.Write(_folder);
        Assert.Equal(0, ZiyaProcess.Run(_folder.Path, "run", "job.yaml", "--run-dir", "a").Exit);
        TestJob.Write(_folder, steps: """
              - language: { keep: [zh] }
              - gopher_quality
              - bucket: { by: length, within: language, cuts: { short: 30, middle: 70, long: 100 } }
            """);
        Assert.Equal(0, ZiyaProcess.Run(_folder.Path, "run", "job.yaml", "--run-dir", "b").Exit);

        var result = ZiyaProcess.Run(_folder.Path, "report", "a", "b");
        Assert.True(result.Exit == 0, result.Error);
        var lines = result.Output.Split('\n').Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries))).ToList();
        Assert.Contains("steps.language.keep zh, en zh", lines);
        Assert.Contains("steps.sample there –", lines);
        Assert.Contains("steps.gopher_quality – there", lines);
        Assert.DoesNotContain(lines, line => line.StartsWith("steps.gopher_quality.", StringComparison.Ordinal) || line.StartsWith("steps.bucket", StringComparison.Ordinal));
        Assert.Contains("read 500 500", lines);
        Assert.True(lines.FindIndex(line => line.StartsWith("language 500 500", StringComparison.Ordinal)) < lines.FindIndex(line => line.StartsWith("bucket ", StringComparison.Ordinal)));

        // The page says the same, and a run beside itself differs in nothing.
        var page = File.ReadAllText(_folder["b/compare.html"]);
        Assert.Contains("<th>steps.language.keep</th><td>zh, en</td><td>zh</td>", page, StringComparison.Ordinal);
        Assert.Equal(0, ZiyaProcess.Run(_folder.Path, "report", "a", "a", "--out", "same.html").Exit);
        Assert.Contains("Nothing: what differs comes from the input", File.ReadAllText(_folder["same.html"]), StringComparison.Ordinal);
        Assert.DoesNotContain(" → ", File.ReadAllText(_folder["same.html"]).Split("What was written")[0].Split("A → B")[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Report_SecondIsNoRunFolder_Fails()
    {
        _folder.Write("in/a.jsonl", TestTexts.Lines(50, 1));
        TestJob.Write(_folder);
        Assert.Equal(0, ZiyaProcess.Run(_folder.Path, "run", "job.yaml", "--run-dir", "a").Exit);
        var result = ZiyaProcess.Run(_folder.Path, "report", "a", "nowhere");
        Assert.Equal((1, "nowhere has no plan.json: it is not a run folder."), (result.Exit, result.Error.Trim()));
    }

    public void Dispose() => _folder.Dispose();
}
