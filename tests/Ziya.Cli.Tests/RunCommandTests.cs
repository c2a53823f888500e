using System.Text.Json.Nodes;
using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Cli.Tests;

public sealed class RunCommandTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void Run_Job_WritesDatasetAndReport()
    {
        Prepare(2_000);
        var result = ZiyaProcess.Run(_folder.Path, "run", "job.yaml");
        Assert.True(result.Exit == 0, result.Error);
        Assert.Contains("dataset  out", result.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(_folder["out/manifest.json"]));
        Assert.True(File.Exists(_folder["out/README.md"]));
        Assert.True(File.Exists(Path.Combine(Assert.Single(Directory.GetDirectories(_folder["runs"])), "report.html")));
    }

    [Fact]
    public void Run_Twice_DoesNothingAgain()
    {
        Prepare(2_000);
        Assert.Equal(0, ZiyaProcess.Run(_folder.Path, "run", "job.yaml").Exit);
        var again = ZiyaProcess.Run(_folder.Path, "run", "job.yaml");
        Assert.Equal(0, again.Exit);
        Assert.Contains("tasks are done", again.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_ThresholdChanged_PaysForTheLastPassOnly()
    {
        Prepare(2_000);
        Assert.Equal(0, ZiyaProcess.Run(_folder.Path, "run", "job.yaml", "--run-dir", "runs/one").Exit);
        var changed = ZiyaProcess.Run(_folder.Path, "run", "job.yaml", "--run-dir", "runs/two", "--set", "output.compression=none");
        Assert.Equal(0, changed.Exit);
        Assert.Contains("runs/one", changed.Error, StringComparison.Ordinal);
        Assert.All(Directory.EnumerateFiles(_folder["out"], "part-*", SearchOption.AllDirectories), path => Assert.EndsWith(".jsonl", path, StringComparison.Ordinal));
    }

    [Fact]
    public void Clean_OldRuns_ShowsThemFirst()
    {
        Prepare(50);
        Assert.Equal(0, ZiyaProcess.Run(_folder.Path, "run", "job.yaml").Exit);
        var shown = ZiyaProcess.Run(_folder.Path, "clean", "--keep-runs", "0h", "--keep-last", "0");
        Assert.Equal(0, shown.Exit);
        Assert.Contains("--delete does it", shown.Output, StringComparison.Ordinal);
        Assert.Single(Directory.GetDirectories(_folder["runs"]));
        Assert.Contains("one of the last 5", ZiyaProcess.Run(_folder.Path, "clean", "--keep-runs", "0h", "--delete").Output.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.Equal(0, ZiyaProcess.Run(_folder.Path, "clean", "--keep-runs", "0h", "--keep-last", "0", "--delete").Exit);
        Assert.Empty(Directory.GetDirectories(_folder["runs"]));
        Assert.True(File.Exists(_folder["out/manifest.json"]));
        Assert.Contains("expected a time such as 30d", ZiyaProcess.Run(_folder.Path, "clean", "--keep-runs", "soon").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_EngineThatIsNotThere_SaysSo()
    {
        Prepare(50);
        var unknown = ZiyaProcess.Run(_folder.Path, "run", "job.yaml", "--engine", "quartz");
        Assert.Equal(2, unknown.Exit);
        Assert.Contains("'hangfire'", unknown.Error, StringComparison.Ordinal);
        var nobody = ZiyaProcess.Run(_folder.Path, "run", "job.yaml", "--workers", "0");
        Assert.Equal(2, nobody.Exit);
        Assert.Contains("--engine hangfire with --storage of PostgreSQL", nobody.Error, StringComparison.Ordinal);
        Assert.Contains("--priority needs --engine hangfire", ZiyaProcess.Run(_folder.Path, "run", "job.yaml", "--priority", "high").Error, StringComparison.Ordinal);
        var hangfire = ZiyaProcess.Run(_folder.Path, "run", "job.yaml", "--engine", "hangfire");
#if HAS_HANGFIRE
        Assert.True(hangfire.Exit == 0, hangfire.Error);
        var away = ZiyaProcess.Run(_folder.Path, "run", "job.yaml", "--engine", "hangfire", "--storage", "Host=127.0.0.1;Port=1;Username=nobody;Password=hunter2");
        Assert.Equal(1, away.Exit);
        Assert.Contains("--storage: PostgreSQL cannot be used", away.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", away.Error, StringComparison.Ordinal);
#else
        Assert.Equal(2, hangfire.Exit);
        Assert.Contains("built without Hangfire", hangfire.Error, StringComparison.Ordinal);
#endif
    }

#if HAS_HANGFIRE
    [Fact]
    public void Run_EngineHangfire_WritesAndTellsWhatLocalDoes()
    {
        Prepare(20_000);
        var local = ZiyaProcess.Run(_folder.Path, "run", "job.yaml", "--run-dir", "local/run");
        Assert.Equal(0, local.Exit);
        var expected = TestJob.Outcome(_folder["out"], _folder["local/run"]);
        Directory.Delete(_folder["out"], true);
        var hangfire = ZiyaProcess.Run(_folder.Path, "run", "job.yaml", "--run-dir", "hangfire/run", "--engine", "hangfire", "--workers", "2");
        Assert.True(hangfire.Exit == 0, hangfire.Error);
        Assert.Equal(expected, TestJob.Outcome(_folder["out"], _folder["hangfire/run"]));
        Assert.Equal(Told(local.Output).Replace("local/run", "hangfire/run", StringComparison.Ordinal), Told(hangfire.Output));
        Assert.False(File.Exists(_folder["hangfire/run/claim.json"]));

        static string Told(string output) => string.Join('\n', output.Split('\n').Where(line => !line.StartsWith("time ", StringComparison.Ordinal)));
    }

#endif
    [Theory]
    [InlineData(2, "local")]
    [InlineData(15, "local")]
#if HAS_HANGFIRE
    [InlineData(2, "hangfire")]
    [InlineData(15, "hangfire")]
#endif
    public void Run_AskedToStop_StopsAndSaysHowToGoOn(int signal, string engine)
    {
        Assert.SkipWhen(ZiyaProcess.IsIgnored(signal), "this test run ignores the signal, and so do the processes it starts");
        Prepare(60_000);
        Assert.Equal(0, ZiyaProcess.Run(_folder.Path, "run", "job.yaml", "--run-dir", "whole").Exit);
        var whole = TestJob.Outcome(_folder["out"], _folder["whole"]);
        Directory.Delete(_folder["out"], true);
        using (var process = ZiyaProcess.Start(_folder.Path, "run", "job.yaml", "--run-dir", "stopped", "--fresh", "--workers", "1", "--engine", engine))
        {
            // The claim is the first thing a run writes: all of its work is still to come.
            while (!File.Exists(_folder["stopped/claim.json"]) && !process.EndsWithin(TimeSpan.FromMilliseconds(1)))
            {
            }

            process.Signal(signal);
            var stopped = process.Wait();
            Assert.Equal(1, stopped.Exit);
            Assert.Contains("Stopped.", stopped.Error, StringComparison.Ordinal);
            Assert.Contains("Run the same command again", stopped.Error, StringComparison.Ordinal);
            Assert.Equal("stopped", (string)JsonNode.Parse(File.ReadAllText(_folder["stopped/report.json"]))!["state"]!);
        }

        Assert.Equal(0, ZiyaProcess.Run(_folder.Path, "run", "job.yaml", "--run-dir", "stopped").Exit);
        Assert.Equal(whole, TestJob.Outcome(_folder["out"], _folder["stopped"]));
    }

    [Fact]
    public void Run_IntoAPipe_WritesNoColours()
    {
        _folder.Write("in/a.jsonl", "{\"text\":\"好\"}\nbroken\n");
        TestJob.Write(_folder, steps: "");

        var result = ZiyaProcess.Run(_folder.Path, "run", "job.yaml");

        Assert.Contains("1 of 2 records could not be read", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', result.Output + result.Error);
    }

    [Fact]
    public void Run_SameRunFolderTwiceAtOnce_SecondIsRefused()
    {
        Prepare(60_000);
        using var first = ZiyaProcess.Start(_folder.Path, "run", "job.yaml", "--run-dir", "r");
        while (!File.Exists(_folder["r/claim.json"]) && !first.EndsWithin(TimeSpan.FromMilliseconds(5)))
        {
        }

        var second = ZiyaProcess.Run(_folder.Path, "run", "job.yaml", "--run-dir", "r");
        Assert.Equal(1, second.Exit);
        Assert.Contains("is being written by process", second.Error, StringComparison.Ordinal);
        Assert.Equal(0, first.Wait().Exit);
    }

    [Fact]
    public void Run_WrongJob_TellsEveryFaultAndWritesNothing()
    {
        Prepare(10);
        _folder.Write("job.yaml", File.ReadAllText(_folder["job.yaml"]).Replace("language:", "langauge:", StringComparison.Ordinal).Replace("count: 3000", "count: many", StringComparison.Ordinal));
        var result = ZiyaProcess.Run(_folder.Path, "run", "job.yaml");
        Assert.Equal(2, result.Exit);
        Assert.Contains("job.yaml:4:5: unknown step 'langauge'. Did you mean 'language'?", result.Error, StringComparison.Ordinal);
        Assert.Contains("job.yaml:5:", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["runs"]));
    }

    [Theory]
    [InlineData("run")]
    [InlineData("run", "missing.yaml")]
    [InlineData("run", "job.yaml", "--workers", "0")]
    [InlineData("run", "job.yaml", "--set", "nonsense")]
    [InlineData("run", "job.yaml", "--frehs")]
    [InlineData("rnu", "job.yaml")]
    public void CommandLine_Wrong_ExitsWithTwo(params string[] arguments)
    {
        Prepare(10);
        var result = ZiyaProcess.Run(_folder.Path, arguments);
        Assert.Equal(2, result.Exit);
        Assert.NotEqual("", result.Error);
        Assert.False(Directory.Exists(_folder["runs"]));
    }

    [Fact]
    public void Help_OfEveryCommand_IsThere()
    {
        foreach (var command in new[] { "", "run", "plan", "trace", "report", "schema" })
        {
            var result = ZiyaProcess.Run(_folder.Path, command.Length == 0 ? ["--help"] : [command, "--help"]);
            Assert.Equal(0, result.Exit);
            Assert.Contains("ziya " + command, result.Output, StringComparison.Ordinal);
        }
    }

    public void Dispose() => _folder.Dispose();

    private void Prepare(int records)
    {
        _folder.Write("in/a.jsonl", TestTexts.Lines(records, 1));
        TestJob.Write(_folder);
    }
}
