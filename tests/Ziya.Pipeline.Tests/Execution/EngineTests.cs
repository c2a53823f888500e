using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Plans;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Pipeline.Tests.Execution;

/// <summary>What every engine does the same: the same plan, the same bytes, the same failures.</summary>
public abstract class EngineTests
{
    private const string Steps = "append: { word: '!' }, unique, drop_with: { word: bread 7 }, unique: { word: again }, append: { word: '?' }";

    [Fact]
    public void Execute_AnyNumberOfWorkers_WritesTheSameBytes()
    {
        using var folder = new TempFolder();
        folder.Write("in/a.jsonl", TestTexts.Lines(9000, 1));
        folder.Write("in/b.jsonl", TestTexts.Lines(5, 2));
        folder.Write("in/c.jsonl", TestTexts.Lines(7000, 3));
        var expected = new SortedDictionary<string, string>();
        foreach (var workers in new[] { 1, 2, 3, 7 })
        {
            var job = TestRun.Job(folder, "append: { word: '!' }, unique, drop_with: { word: bread 7 }, append: { word: '?' }", extra: "limits: { split_mb: 1 }");
            var report = Execute(job, folder[$"run{workers}"], workers, true);
            Assert.True(report.Phases[0].Tasks >= 3);
            Assert.NotEmpty(report.Records.Dropped["unique"]);
            var bytes = TestRun.Bytes(folder[$"run{workers}"]);
            expected = expected.Count == 0 ? bytes : expected;
            Assert.Equal(expected, bytes);
        }
    }

    [Fact]
    public void Execute_AnySplit_WritesTheSameRecords()
    {
        using var folder = new TempFolder();
        folder.Write("in/a.jsonl", TestTexts.Lines(20_000, 1));
        var expected = new List<string>();
        foreach (var split in new[] { 1, 2, 64 })
        {
            var job = TestRun.Job(folder, "unique, append: { word: '?' }", extra: $"limits: {{ split_mb: {split} }}");
            var report = Execute(job, folder[$"run{split}"]);
            Assert.Equal(20_000, report.Records.Read);
            Assert.Equal(20_000 / 97, report.Records.Quarantined);
            var output = TestRun.Output(folder);
            expected = expected.Count == 0 ? output : expected;
            Assert.Equal(expected, output);
        }
    }

    [Fact]
    public void Execute_UniqueOverShards_AgreesWithASet()
    {
        using var folder = new TempFolder();
        folder.Write("in/a.jsonl", TestTexts.Lines(20_000, 1));
        Execute(TestRun.Job(folder, "unique", extra: "limits: { split_mb: 1 }"), folder["run"]);
        var seen = new HashSet<string>();
        var expected = File.ReadLines(folder["in/a.jsonl"]).Where(line => line.EndsWith('}'))
            .Where(line => seen.Add(line[line.IndexOf("text", StringComparison.Ordinal)..line.LastIndexOf(',')])).Select(Id).ToList();
        Assert.Equal(expected, TestRun.Output(folder).Select(Id));
    }

    [Fact]
    public void Execute_SameStepTwice_KeepsThemApart()
    {
        using var folder = new TempFolder();
        folder.Write("in/a.jsonl", TestTexts.Lines(3000, 1));
        var report = Execute(TestRun.Job(folder, Steps), folder["run"]);
        Assert.Equal(["append", "unique", "drop_with", "unique-2", "append-2"], report.Funnel.Select(step => step.Step));
        Assert.True(report.Records.Dropped.ContainsKey("unique"));
        Assert.False(report.Records.Dropped.ContainsKey("unique-2"));
    }

    [Fact]
    public void Execute_KindChanges_WritesTheNewKind()
    {
        using var folder = new TempFolder();
        folder.Write("in/a.jsonl", TestTexts.Lines(500, 1));
        var report = Execute(TestRun.Job(folder, "unique, to_instruction: { word: 'Explain: ' }, unique: { word: x }, drop_with: { word: lantern 3 }"), folder["run"]);
        Assert.All(TestRun.Output(folder), line => Assert.Contains("\"instruction\":\"Explain: ", line, StringComparison.Ordinal));
        Assert.Equal(report.Records.Written, TestRun.Output(folder).Count);
    }

    [Fact]
    public void Execute_NoSteps_CopiesRecords()
    {
        using var folder = new TempFolder();
        folder.Write("in/a.jsonl", "{\"id\":\"1\",\"text\":\"灯塔\",\"k\":{\"深\":[1,2.50]}}\n");
        Execute(TestRun.Job(folder, ""), folder["run"]);
        Assert.Equal(["{\"id\":\"1\",\"text\":\"灯塔\",\"source\":\"a.jsonl\",\"meta\":{\"k\":{\"深\":[1,2.50]}}}"], TestRun.Output(folder));
    }

    [Fact]
    public void Execute_StepThrows_QuarantinesTheRecord()
    {
        using var folder = new TempFolder();
        folder.Write("in/a.jsonl", "{\"id\":\"1\",\"text\":\"good\"}\n{\"id\":\"2\",\"text\":\"bad 毒\"}\n{\"id\":\"3\",\"text\":\"good too\"}\n");
        var report = Execute(TestRun.Job(folder, "throw_on: { word: 毒 }"), folder["run"]);
        Assert.Equal((3, 2, 1), (report.Records.Read, report.Records.Written, report.Records.Quarantined));
        var line = Assert.Single(File.ReadLines(folder["run/quarantine/part-00000.jsonl"]));
        Assert.Contains("InvalidOperationException: met '毒'", line, StringComparison.Ordinal);
        Assert.Contains("\"line\":2", line, StringComparison.Ordinal);
        Assert.Contains("bad 毒", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Execute_StepThrowsAfterAGlobalStep_QuarantinesTheRecord()
    {
        using var folder = new TempFolder();
        folder.Write("in/a.jsonl", TestTexts.Lines(2000, 1));
        var report = Execute(TestRun.Job(folder, "unique, throw_on: { word: lantern 3 }, unique: { word: x }", extra: "limits: { poisoned: 500 }"), folder["run"]);
        Assert.Contains(Directory.EnumerateFiles(folder["run/quarantine"], "*.jsonl", SearchOption.AllDirectories), path => path.Contains("throw_on", StringComparison.Ordinal));
        Assert.DoesNotContain(TestRun.Output(folder), line => line.Contains("lantern 3", StringComparison.Ordinal));
        Assert.True(report.Records.Quarantined > 2000 / 97);
    }

    [Fact]
    public void Execute_MorePoisonThanTheLimit_FailsAndSaysWhere()
    {
        using var folder = new TempFolder();
        folder.Write("in/a.jsonl", string.Concat(Enumerable.Range(1, 5).Select(i => $"{{\"id\":\"{i}\",\"text\":\"毒\"}}\n")));
        var job = TestRun.Job(folder, "throw_on: { word: 毒 }", extra: "limits: { poisoned: 3 }");
        var failure = Assert.Throws<JobFailedException>(() => Execute(job, folder["run"]));
        Assert.Contains("step 'throw_on' failed on more than 3 records", failure.Message, StringComparison.Ordinal);
        Assert.Contains("a.jsonl:4", failure.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(folder["out/manifest.json"]));
    }

    [Fact]
    public void Execute_TransientFault_TriesAgain()
    {
        using var folder = new TempFolder();
        folder.Write("in/a.jsonl", TestTexts.Lines(50, 1));
        var report = Execute(TestRun.Job(folder, $"flaky: {{ word: \"{folder.Path}\" }}"), folder["run"]);
        Assert.Equal(50, report.Records.Written);
        Assert.Equal(52, Flaky.Calls[folder.Path]);
    }

    [Fact]
    public void Execute_Stopped_ResumesToTheSameBytes()
    {
        using var folder = new TempFolder();
        folder.Write("in/a.jsonl", TestTexts.Lines(20_000, 1));
        var left = int.MaxValue;
        using var stop = new CancellationTokenSource();
        CallBack.Actions[folder.Path] = _ =>
        {
            if (Interlocked.Decrement(ref left) == 0)
            {
                stop.Cancel();
            }
        };
        var job = TestRun.Job(folder, $"call_back: {{ word: \"{folder.Path}\" }}, unique, append: {{ word: x }}, drop_with: {{ word: lantern 3 }}", extra: "limits: { split_mb: 1 }");
        Execute(job, folder["whole"]);
        var output = TestRun.Bytes(folder["out"]);
        Directory.Delete(folder["out"], true);

        left = 15_000;
        Assert.Throws<OperationCanceledException>(() => Execute(job, folder["elsewhere/stopped"], cancel: stop.Token));
        Assert.NotEmpty(Directory.EnumerateFiles(folder["elsewhere/stopped/phases"], "*" + Marker.Ending, SearchOption.AllDirectories));
        var report = Execute(job, folder["elsewhere/stopped"], 3);
        Assert.Equal(20_000, report.Records.Read);
        Assert.Equal(TestRun.Bytes(folder["whole"]), TestRun.Bytes(folder["elsewhere/stopped"]));
        Assert.Equal(output, TestRun.Bytes(folder["out"]));
    }

    [Fact]
    public void Execute_InputChangesUnderTheRun_FailsAndSaysSo()
    {
        using var folder = new TempFolder();
        var input = folder.Write("in/a.jsonl", TestTexts.Lines(50, 1));
        var job = TestRun.Job(folder, "unique");
        var engine = Engine(1);
        using (engine as IDisposable)
        {
            using var run = engine.Open(job, TestRun.Catalog, folder["run"], false);
            File.AppendAllText(input, "{\"id\":\"late\",\"text\":\"late\"}\n");
            var failure = Assert.Throws<JobFailedException>(() => engine.CarryOut(run, default));
            Assert.Contains("when the run was planned", failure.Message, StringComparison.Ordinal);
        }

        Assert.Equal("failed", Report.Of(RunFolder.At(folder["run"])).State);
    }

    [Fact]
    public void CarryOut_Progress_TellsAllPhasesAndRecords()
    {
        using var folder = new TempFolder();
        folder.Write("in/a.jsonl", TestTexts.Lines(9000, 1));
        var engine = Engine(2);
        using (engine as IDisposable)
        {
            using var run = engine.Open(TestRun.Job(folder, Steps, extra: "limits: { split_mb: 1 }"), TestRun.Catalog, folder["run"], false);
            var phases = new List<(string Name, long Records)>();
            run.Progress.Began += (before, records, _) => phases.Add((before.Name, records));
            var report = engine.CarryOut(run, default);
            Assert.Equal(report.Phases.Select(phase => phase.Name), phases.Select(phase => phase.Name).Where(name => name.Length > 0).Append(run.Progress.Phase.Name));

            // Of reduces nobody counts records.
            var passes = run.Plan.Phases.Where(phase => phase.Kind == PhaseKind.Pass).Select(phase => phase.Name).ToHashSet();
            Assert.Equal(report.Phases.Where(phase => passes.Contains(phase.Name)).Sum(phase => phase.Records), phases.Sum(phase => phase.Records) + run.Progress.Records);
        }
    }

    [Fact]
    public void Open_RunOfAnother_IsRefused()
    {
        using var folder = new TempFolder();
        folder.Write("in/a.jsonl", TestTexts.Lines(50, 1));
        var job = TestRun.Job(folder, "unique");
        var engine = Engine(1);
        using (engine as IDisposable)
        {
            using var run = engine.Open(job, TestRun.Catalog, folder["run"], false);
            Assert.Throws<ClaimedException>(() => new LocalEngine(1, TimeProvider.System).Open(job, TestRun.Catalog, folder["run"], false));
        }
    }

    /// <summary>The engine under test.</summary>
    protected abstract IEngine Engine(int workers);

    private Report Execute(Job job, string runDir, int workers = 2, bool fresh = false, CancellationToken cancel = default)
    {
        var engine = Engine(workers);
        using (engine as IDisposable)
        {
            using var run = engine.Open(job, TestRun.Catalog, runDir, fresh);
            var report = engine.CarryOut(run, cancel);
            TestRun.AssertAddsUp(report);
            return report;
        }
    }

    private static string Id(string line) => line[..line.IndexOf(',', StringComparison.Ordinal)];
}
