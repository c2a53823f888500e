using System.Diagnostics;
using Hangfire;
using Hangfire.Storage;
using Ziya.Hangfire.Tests.Fixtures;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Hangfire.Tests;

/// <summary>Whole runs by several workers over a real storage; what comes out is what the local engine writes.</summary>
public sealed class FleetTests(Postgres postgres) : IClassFixture<Postgres>, IDisposable
{
    private const string Steps = "append: { word: '!' }, unique, drop_with: { word: bread 7 }";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Start_TwoWorkers_GivesTheBytesOfTheLocalEngine(bool database)
    {
        var job = Job(Steps);
        TestRun.Execute(job, _folder["quiet"]);
        var expected = Bytes("quiet");
        var storage = Storage(database);
        using var fleet = Fleet(storage, 2);
        var run = fleet.Start(job, false);
        using (new FleetServer(fleet, storage))
        using (var second = Fleet(storage, 2))
        using (database ? new FleetServer(second, storage) : null)
        {
            Await(fleet, run, FleetState.Done);
        }

        Assert.Equal(expected, Bytes(Path.GetRelativePath(_folder.Path, run)));
        Assert.Equal("done", Report.Of(RunFolder.At(run)).State);
        Assert.False(File.Exists(Path.Combine(run, "claim.json")));
        TestRun.AssertAddsUp(Report.Of(RunFolder.At(run)));
        Assert.True(Report.Of(RunFolder.At(run)).Phases[0].Tasks >= 3);
    }

    [Fact]
    public void Start_JobThatRuns_IsLeftAlone()
    {
        var storage = Storage(false);
        using var fleet = Fleet(storage, 1);
        var run = fleet.Start(Job(Steps), false);
        Assert.Equal(run, fleet.Start(Job(Steps), false));
        Assert.Single(fleet.Runs);
        Assert.Contains("is being written by process", Assert.Throws<ClaimedException>(() => TestRun.Execute(Job(Steps), run)).Message, StringComparison.Ordinal);
        fleet.Stop(run);
        TestRun.Execute(Job(Steps), run);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Execute_StepThatThrows_FailsTheRunWhichCanBeResumed(bool database)
    {
        var job = Job("throw_on: { word: bread }, unique", "limits: { poisoned: 0, split_mb: 1 }");
        var storage = Storage(database);
        using var fleet = Fleet(storage, 2);
        var run = fleet.Start(job, false);
        using var server = new FleetServer(fleet, storage);
        Await(fleet, run, FleetState.Failed);
        Assert.Contains("bread", fleet.Find(run)!.Error, StringComparison.Ordinal);
        Assert.Equal("failed", Report.Of(RunFolder.At(run)).State);
        var report = File.GetLastWriteTimeUtc(Path.Combine(run, "report.json"));
        fleet.Resume(run);
        Await(fleet, run, FleetState.Failed);
        Assert.NotEqual(report, File.GetLastWriteTimeUtc(Path.Combine(run, "report.json")));
    }

    [Fact]
    public void Execute_ServerThatIsAway_IsTriedAgain()
    {
        var word = Guid.NewGuid().ToString("N");
        var storage = Storage(false);
        using var fleet = Fleet(storage, 1);
        var run = fleet.Start(Job($"flaky: {{ word: {word} }}"), false);
        using var server = new FleetServer(fleet, storage);
        Await(fleet, run, FleetState.Done);
        Assert.True(Flaky.Calls[word] > 2);
    }

    [Fact]
    public void Execute_DiskIsFull_IsTriedAgain()
    {
        var word = Guid.NewGuid().ToString("N");
        var calls = 0;
        CallBack.Actions[word] = _ =>
        {
            if (Interlocked.Increment(ref calls) == 1)
            {
                throw new IOException("No space left on device : '/scratch'", 28);
            }
        };
        var storage = Storage(false);
        using var fleet = new Fleet(new FleetOptions { Runs = _folder["runs"], Workers = 1, FullDiskPause = TimeSpan.FromMilliseconds(10) }, TestRun.Catalog, storage, TimeProvider.System);
        var run = fleet.Start(Job($"call_back: {{ word: {word} }}"), false);
        using var server = new FleetServer(fleet, storage);
        Await(fleet, run, FleetState.Done);
    }

    [Fact]
    public void Pause_ThenResume_GoesOn()
    {
        var storage = Storage(false);
        using var fleet = Fleet(storage, 2);
        var run = fleet.Start(Job(Steps), false);
        fleet.Pause(run);
        using var server = new FleetServer(fleet, storage);
        Thread.Sleep(1500);
        Assert.Equal(FleetState.Paused, fleet.Find(run)!.State);
        Assert.Equal("running", Report.Of(RunFolder.At(run)).State);
        fleet.Resume(run);
        Await(fleet, run, FleetState.Done);
    }

    [Fact]
    public void Stop_ThenResume_GoesOnFromTheMarkers()
    {
        var job = Job(Steps);
        TestRun.Execute(job, _folder["quiet"]);
        var storage = Storage(false);
        using var fleet = Fleet(storage, 1);
        var run = fleet.Start(job, false);
        using var server = new FleetServer(fleet, storage);
        var watch = Stopwatch.StartNew();
        while (!Directory.Exists(Path.Combine(run, "phases")) && watch.Elapsed < Patience)
        {
            Thread.Sleep(5);
        }

        fleet.Stop(run);
        Assert.True(fleet.Find(run)!.State is FleetState.Stopped or FleetState.Done);
        fleet.Resume(run);
        Await(fleet, run, FleetState.Done);
        Assert.Equal(Bytes("quiet"), Bytes(Path.GetRelativePath(_folder.Path, run)));
    }

    [Fact]
    public void Start_StorageWasLost_GoesOnFromTheMarkers()
    {
        var job = Job(Steps);
        TestRun.Execute(job, _folder["quiet"]);
        var first = Storage(false);
        string run;
        using (var fleet = Fleet(first, 1))
        {
            run = fleet.Start(job, false);
        }

        var second = Storage(false);
        using var other = Fleet(second, 2);
        Assert.Empty(other.Runs);
        Assert.Equal(run, other.Start(job, false));
        using var server = new FleetServer(other, second);
        Await(other, run, FleetState.Done);
        Assert.Equal(Bytes("quiet"), Bytes(Path.GetRelativePath(_folder.Path, run)));
    }

    [Fact]
    public void Tend_BackgroundJobsThatWereLost_AreQueuedAgain()
    {
        var storage = Storage(true);
        using var fleet = Fleet(storage, 2);
        var run = fleet.Start(Job(Steps), false);
        fleet.Advance(run, CancellationToken.None);
        var monitor = storage.GetMonitoringApi();
        var queued = monitor.EnqueuedJobs(FleetOptions.Cpu, 0, 1000);
        Assert.True(queued.Count >= 3);
        using (var connection = storage.GetConnection())
        using (var transaction = connection.CreateWriteTransaction())
        {
            // As if the database had come back from an older copy: the entries stand in the queue no more.
            foreach (var (id, _) in queued)
            {
                transaction.ExpireJob(id, TimeSpan.FromMilliseconds(1));
                transaction.SetJobState(id, new global::Hangfire.States.SucceededState(null, 0, 0));
            }

            transaction.Commit();
        }

        using var server = new FleetServer(fleet, storage);
        fleet.Tend(CancellationToken.None);
        Await(fleet, run, FleetState.Done);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Tend_TimeComes_IsServed(bool database)
    {
        var storage = Storage(database);
        using var fleet = Fleet(storage, 1);
        using var server = new FleetServer(fleet, storage);
        new RecurringJobManager(storage).Trigger("ziya-tend");
        Assert.True(SpinWait.SpinUntil(() => storage.GetMonitoringApi().SucceededListCount() > 0, Patience));
    }

    [Fact]
    public async Task AcquireDistributedLock_HolderDies_IsFreeAtOnceAndNotBefore()
    {
        var storage = Storage(true);
        using var first = storage.GetConnection();
        using var second = storage.GetConnection();
        var held = first.AcquireDistributedLock("a", TimeSpan.Zero);
        first.AcquireDistributedLock("a", TimeSpan.Zero).Dispose();
        Assert.Throws<DistributedLockTimeoutException>(() => second.AcquireDistributedLock("a", TimeSpan.FromMilliseconds(50)));
        second.AcquireDistributedLock("b", TimeSpan.Zero).Dispose();
        await postgres.Kill();
        await postgres.Start();
        Npgsql.NpgsqlConnection.ClearAllPools();
        second.AcquireDistributedLock("a", TimeSpan.FromSeconds(1)).Dispose();
        held.Dispose();
        second.AcquireDistributedLock("a", TimeSpan.Zero).Dispose();
    }

    [Fact]
    public void FleetServer_LockIsHeldByAWorkerThatWasKilled_StartsAllTheSame()
    {
        var storage = Storage(true);
        using var fleet = Fleet(storage, 1);
        new FleetServer(fleet, storage).Dispose();
        using var connection = storage.GetConnection();
        using var held = connection.AcquireDistributedLock("lock:recurring-job:ziya-tend", TimeSpan.Zero);
        using var server = new FleetServer(fleet, storage);
        Await(fleet, fleet.Start(Job(Steps), false), FleetState.Done);
    }

    [Fact]
    public async Task Execute_DatabaseIsKilledMeanwhile_EndsInTheSameBytes()
    {
        var records = 0;
        CallBack.Actions["slow"] = _ => Thread.Sleep(Interlocked.Increment(ref records) % 5 == 0 ? 1 : 0);
        var job = Job("call_back: { word: slow }, unique, drop_with: { word: bread 7 }");
        TestRun.Execute(job, _folder["quiet"]);
        var storage = Storage(true);
        using var fleet = Fleet(storage, 2);
        var run = fleet.Start(job, false);
        using var server = new FleetServer(fleet, storage);
        for (var round = 0; round < 3; round++)
        {
            await Task.Delay(400);
            await postgres.Kill();
            await Task.Delay(300);
            await postgres.Start();
        }

        Await(fleet, run, FleetState.Done);
        Assert.Equal(Bytes("quiet"), Bytes(Path.GetRelativePath(_folder.Path, run)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Start_Priorities_TasksOfTheHigherAreTakenFirst(bool database)
    {
        var order = new System.Collections.Concurrent.ConcurrentQueue<string>();
        var storage = Storage(database);
        using var fleet = Fleet(storage, 1);
        var runs = new List<string>();
        foreach (var priority in Enum.GetValues<RunPriority>())
        {
            // In the wrong order: low begins first.
            var word = $"{priority}-{Guid.NewGuid():N}";
            CallBack.Actions[word] = _ => order.Enqueue(priority.ToString());
            var job = Job($"call_back: {{ word: {word} }}, unique, call_back: {{ word: {word} }}") with { Name = word };
            runs.Add(fleet.Start(job with { Output = job.Output with { Write = _folder[word] } }, false, null, priority));
            fleet.Advance(runs[^1], CancellationToken.None);
        }

        using var server = new FleetServer(fleet, storage);
        runs.ForEach(run => Await(fleet, run, FleetState.Done));
        Assert.Equal(["High", "Normal", "Low"], order.Distinct());
        Assert.Equal(order.OrderBy(name => name switch { "High" => 0, "Normal" => 1, _ => 2 }), order);
    }

    [Fact]
    public async Task Execute_TaskThatKillsItsWorkers_IsGivenUpAsPoisoned()
    {
        var connection = postgres.NewDatabase();
        var job = Job("kill_process: { word: poisonous }, unique");
        _folder.Write("in/9.jsonl", "{\"id\":\"bad\",\"text\":\"poisonous\"}\n");
        var storage = FleetStorage.Open(connection, WorkerProcess.Silence);
        using var fleet = Fleet(storage, 2);
        var run = fleet.Start(job, false);
        for (var death = 0; death < 3; death++)
        {
            using var worker = WorkerProcess.Start(connection, _folder["runs"]);
            await worker.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.NotEqual(1, worker.ExitCode);
            Assert.Equal(FleetState.Running, fleet.Find(run)!.State);
        }

        // The next is spared. Were it not, this test would end here.
        using var server = new FleetServer(fleet, storage);
        Await(fleet, run, FleetState.Failed);
        var phase = RunFolder.At(run).ReadPlan()!.Phases[0];
        Assert.Contains($"{phase.Name}, task {phase.Tasks.Count - 1}: poisoned: 3 workers that had it died", fleet.Find(run)!.Error, StringComparison.Ordinal);
        Assert.Equal("failed", Report.Of(RunFolder.At(run)).State);

        _folder.Write("in/9.jsonl", "{\"id\":\"bad\",\"text\":\"mended oo\"}\n");
        fleet.Resume(run);
        Await(fleet, run, FleetState.Done);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void Execute_MemoryRunsOut_IsTriedOnceMoreAlone(int times, bool ends)
    {
        var word = Guid.NewGuid().ToString("N");
        RunOut.Left[word] = times;
        var job = Job($"run_out: {{ word: '{word}' }}, unique");
        _folder.Write("in/9.jsonl", $"{{\"id\":\"large\",\"text\":\"{word}\"}}\n");
        var storage = Storage(false);
        using var fleet = Fleet(storage, 2);
        var run = fleet.Start(job, false);
        using var server = new FleetServer(fleet, storage);
        Await(fleet, run, ends ? FleetState.Done : FleetState.Failed);
        if (!ends)
        {
            Assert.Contains("out of memory, even alone in its process", fleet.Find(run)!.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void IsWorthAnotherTry_DatabaseOrStoreIsAway_ItIs()
    {
        var database = new BackgroundJobClientException("Background job creation failed.", new Npgsql.NpgsqlException("too many clients already"));
        Assert.True(global::Ziya.Hangfire.Fleet.IsWorthAnotherTry(new AggregateException(database, new AggregateException(new TimeoutException()))));
        Assert.False(global::Ziya.Hangfire.Fleet.IsWorthAnotherTry(new AggregateException(database, new InvalidDataException("damaged"))));
        Assert.False(global::Ziya.Hangfire.Fleet.IsWorthAnotherTry(new JobFailedException("a task")));
    }

    [Fact]
    public void Advance_EndWasWrittenButNotToldToTheFleet_IsTakenFromTheReport()
    {
        var storage = Storage(true);
        using var fleet = Fleet(storage, 2);
        var run = fleet.Start(Job("unique"), false);
        using (var mine = fleet.Enter(run))
        {
            // As if the process had been killed between the two.
            mine.Run.Finish("failed", "the disk is full");
        }

        fleet.Tend(CancellationToken.None);
        Assert.Equal((FleetState.Failed, "the disk is full"), (fleet.Find(run)!.State, fleet.Find(run)!.Error));
    }

    public void Dispose() => _folder.Dispose();

    private static void Await(Fleet fleet, string run, FleetState state)
    {
        var watch = Stopwatch.StartNew();
        FleetRun? known = null;
        while (watch.Elapsed < Patience)
        {
            try
            {
                known = fleet.Find(run);
            }
            catch (Exception exception) when (exception is System.Data.Common.DbException or InvalidOperationException)
            {
                // The database comes back only now.
            }

            if (known is { State: not FleetState.Running })
            {
                break;
            }

            Thread.Sleep(20);
        }

        Assert.True(known?.State == state, $"{known?.State}: {known?.Error}");
    }

    private Job Job(string steps, string extra = "")
    {
        if (!Directory.Exists(_folder["in"]))
        {
            for (var file = 0; file < 6; file++)
            {
                _folder.Write($"in/{file}.jsonl", TestTexts.Lines(4000, file));
            }
        }

        return TestRun.Job(_folder, steps, "out", extra.Length > 0 ? extra : "limits: { split_mb: 1 }");
    }

    private SortedDictionary<string, string> Bytes(string run)
    {
        var bytes = TestRun.Bytes(_folder[run]);
        bytes.Remove("claim.json");
        return bytes;
    }

    private JobStorage Storage(bool database) => FleetStorage.Open(database ? postgres.NewDatabase() : FleetStorage.Memory, TimeSpan.FromSeconds(5));

    private Fleet Fleet(JobStorage storage, int workers) =>
        new(new FleetOptions { Runs = _folder["runs"], Workers = workers }, TestRun.Catalog, storage, TimeProvider.System);
}
