using Ziya.Hangfire.Tests.Fixtures;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Tests.Execution;
using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Hangfire.Tests;

/// <summary>What every engine does the same, by Hangfire in memory.</summary>
public sealed class HangfireEngineTests : EngineTests
{
    protected override IEngine Engine(int workers) => new HangfireEngine(FleetStorage.Memory, workers, RunPriority.Normal, TimeProvider.System);

    [Fact]
    public void CarryOut_Job_WritesTheBytesOfTheLocalEngine()
    {
        using var folder = new TempFolder();
        folder.Write("in/a.jsonl", TestTexts.Lines(9000, 1));
        folder.Write("in/b.jsonl", TestTexts.Lines(300, 2));
        var job = TestRun.Job(folder, "append: { word: '!' }, unique, drop_with: { word: bread 7 }", extra: "limits: { split_mb: 1 }");
        TestRun.Execute(job, folder["local/run"]);
        var dataset = TestRun.Bytes(folder["out"]);
        using var engine = new HangfireEngine(FleetStorage.Memory, 2, RunPriority.Normal, TimeProvider.System);
        using (var run = engine.Open(job, TestRun.Catalog, folder["hangfire/run"], false))
        {
            engine.CarryOut(run, default);
        }

        Assert.Equal(TestRun.Bytes(folder["local/run"]), TestRun.Bytes(folder["hangfire/run"]));
        Assert.Equal(dataset, TestRun.Bytes(folder["out"]));
    }
}

/// <summary>The same by Hangfire over PostgreSQL, a database for each run.</summary>
public sealed class PostgresEngineTests(Postgres postgres) : EngineTests, IClassFixture<Postgres>
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(5);

    protected override IEngine Engine(int workers) => new HangfireEngine(postgres.NewDatabase(), workers, RunPriority.Normal, TimeProvider.System, Silence);

    [Fact]
    public void CarryOut_NoWorkersOfItsOwn_LeavesTheTasksToOthersAndTellsTheirProgress()
    {
        using var folder = new TempFolder();
        folder.Write("in/a.jsonl", TestTexts.Lines(9000, 1));
        var job = TestRun.Job(folder, "append: { word: '!' }, unique", extra: "limits: { split_mb: 1 }");
        TestRun.Execute(job, folder["local/run"]);
        var dataset = TestRun.Bytes(folder["out"]);
        var database = postgres.NewDatabase();
        var storage = FleetStorage.Open(database, Silence);
        using var others = new Fleet(new FleetOptions { Workers = 2 }, TestRun.Catalog, storage, TimeProvider.System);
        using var engine = new HangfireEngine(database, 0, RunPriority.High, TimeProvider.System, Silence);
        using var run = engine.Open(job, TestRun.Catalog, folder["fleet/run"], false);
        using var follower = new HangfireEngine(database, 0, RunPriority.Normal, TimeProvider.System, Silence);
        using var same = follower.Open(job, TestRun.Catalog, null, false);
        Assert.Equal((false, true, run.Folder.Root), (engine.Follows, follower.Follows, same.Folder.Root));
        using var server = new FleetServer(others, storage);
        var report = engine.CarryOut(run, default);
        Assert.Equal("done", follower.CarryOut(same, default).State);
        Assert.Equal(TestRun.Bytes(folder["local/run"]), TestRun.Bytes(folder["fleet/run"]));
        Assert.Equal(dataset, TestRun.Bytes(folder["out"]));
        Assert.Equal(report.Phases[^1].Records, run.Progress.Records);
        Assert.Equal(report.Phases[^1].Tasks, run.Progress.Phase.Done);
    }

    [Fact]
    public void CarryOut_StoppedHere_StopsTheWorkersOfOthers()
    {
        using var folder = new TempFolder();
        folder.Write("in/a.jsonl", TestTexts.Lines(5000, 1));
        var word = Guid.NewGuid().ToString("N");
        using var stop = new CancellationTokenSource();
        CallBack.Actions[word] = _ =>
        {
            stop.Cancel();
            Thread.Sleep(5);
        };
        var database = postgres.NewDatabase();
        var storage = FleetStorage.Open(database, Silence);
        using var others = new Fleet(new FleetOptions { Workers = 1 }, TestRun.Catalog, storage, TimeProvider.System);
        using var server = new FleetServer(others, storage);
        using var engine = new HangfireEngine(database, 0, RunPriority.Normal, TimeProvider.System, Silence);
        using var run = engine.Open(TestRun.Job(folder, $"call_back: {{ word: {word} }}"), TestRun.Catalog, folder["run"], false);
        Assert.Throws<OperationCanceledException>(() => engine.CarryOut(run, stop.Token));
        Assert.Equal("stopped", Report.Of(RunFolder.At(folder["run"])).State);
        Assert.Equal(FleetState.Stopped, others.Find(run.Folder.Root)!.State);
    }
}
