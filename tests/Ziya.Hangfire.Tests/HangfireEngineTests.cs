using Ziya.Hangfire.Tests.Fixtures;
using Ziya.Pipeline.Execution;
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
    protected override IEngine Engine(int workers) => new HangfireEngine(postgres.NewDatabase(), workers, RunPriority.Normal, TimeProvider.System, TimeSpan.FromSeconds(5));
}
