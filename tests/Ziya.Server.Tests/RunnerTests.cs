using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Server.Tests;

/// <summary>Whoever carries out the runs: verbs and schedules. The local one in every build, that of the fleet where there is Hangfire.</summary>
public sealed class RunnerTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly TempFolder _folder = new();

    private static readonly Dictionary<string, Func<ServeOptions, TimeProvider, IRunner>> Runners = new()
    {
        ["local"] = (options, time) => new LocalRunner(options, TestRun.Catalog, time),
#if HAS_HANGFIRE
        ["fleet"] = (options, time) => new FleetRunner(options, TestRun.Catalog, time),
#endif
    };

    public static TheoryData<string> Kinds => [.. Runners.Keys];

    private ServeOptions Options => new() { Jobs = _folder["jobs"], Runs = _folder["runs"], Workers = 2 };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Verbs_OfARunThatGoesOn_DoWhatTheySay(string kind)
    {
        var gate = new ManualResetEventSlim();
        var word = Guid.NewGuid().ToString("N");
        CallBack.Actions[word] = _ => gate.Wait(Patience);
        using var runner = Make(kind, TimeProvider.System);
        runner.Begin();
        var run = runner.Start(Write("one", $"call_back: {{ word: {word} }}"), []);
        Assert.Equal(run, runner.Start(_folder["jobs/one.yaml"], []));
        runner.Pause(run);
        gate.Set();
        Await(runner, run, "paused");
        runner.Resume(run);
        Await(runner, run, "done");
        Assert.True(File.Exists(Path.Combine(run, "report.html")));

        gate.Reset();
        var second = runner.Start(Write("two", $"call_back: {{ word: {word} }}"), []);
        runner.Stop(second);
        gate.Set();
        Await(runner, second, "stopped");
        runner.Resume(second);
        Await(runner, second, "done");
    }

    [Fact]
    public void Start_HigherPriority_GoesBeforeWhatWaits()
    {
        var gate = new ManualResetEventSlim();
        var order = new System.Collections.Concurrent.ConcurrentQueue<string>();
        var prefix = Guid.NewGuid().ToString("N");
        using var runner = Make("local", TimeProvider.System);
        (string Name, RunPriority Priority)[] runs = [("first", RunPriority.Low), ("normal", RunPriority.Normal), ("low", RunPriority.Low), ("high", RunPriority.High), ("normal2", RunPriority.Normal)];
        var jobs = runs.ToDictionary(run => run.Name, run => Write(run.Name, $"call_back: {{ word: {prefix}{run.Name} }}"));
        foreach (var (name, priority) in runs)
        {
            CallBack.Actions[prefix + name] = _ =>
            {
                gate.Wait(Patience);
                order.Enqueue(name);
            };
            runner.Start(jobs[name], [], priority);
            if (name == "first")
            {
                runner.Begin();
                Await(runner, runner.Runs[0].Folder, "running");
            }
        }

        gate.Set();
        foreach (var run in runner.Runs)
        {
            Await(runner, run.Folder, "done");
        }

        Assert.Equal(["first", "high", "normal", "normal2", "low"], order.Distinct());
    }

    [Fact]
    public void Resume_ServerWasKilledMeanwhile_GoesOnFromTheMarkers()
    {
        // What lived in memory went with it; its claim is of a process that is no more.
        var job = Write("killed", "append: { word: x }, unique");
        string folder;
        using (var before = Make("local", TimeProvider.System))
        {
            folder = before.Start(job, []);
            before.Begin();
            Await(before, folder, "done");
        }

        File.Delete(Path.Combine(folder, "report.json"));
        foreach (var marker in Directory.GetFiles(Path.Combine(folder, "phases"), "*.done.json", SearchOption.AllDirectories).Skip(1))
        {
            File.Delete(marker);
        }

        File.WriteAllText(Path.Combine(folder, "claim.json"), $$"""{"machine":"{{Environment.MachineName}}","process":999999999,"started":"1","since":"2026-01-01T00:00:00Z","until":"2026-01-01T00:01:00Z"}""");
        foreach (var kind in Kinds)
        {
            using var after = Make(kind.Data, TimeProvider.System);
            var shelf = new RunShelf(new ServeOptions { Runs = _folder["runs"] }, after, TimeProvider.System);
            Assert.Equal(kind.Data == "local" ? "stopped" : "done", Assert.Single(shelf.All()).State);
            after.Begin();
            after.Resume(folder);
            Await(after, folder, "done");
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task CleaningService_RunsThatAreNotKept_AreDeletedAndForgotten(string kind)
    {
        using var runner = Make(kind, TimeProvider.System);
        var (old, paused) = (Write("old", "unique"), Write("paused", "append: { word: x }"));
        var done = runner.Start(old, []);
        runner.Begin();
        Await(runner, done, "done");
        var waits = runner.Start(paused, []);
        runner.Pause(waits);
        var state = runner.Runs.Single(run => run.Folder == waits).State;
        var options = new ServeOptions { Runs = _folder["runs"], Retention = new Pipeline.Runs.Retention { Keep = TimeSpan.Zero, KeepLast = 0 } };
        using var service = new CleaningService(runner, options, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance);
        await service.StartAsync(TestContext.Current.CancellationToken);
        var watch = Stopwatch.StartNew();
        while (runner.Runs.Any(run => run.Folder == done) && watch.Elapsed < Patience)
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        await service.StopAsync(TestContext.Current.CancellationToken);
        Assert.False(Directory.Exists(done));
        Assert.Equal(state == "paused", runner.Runs.Any(run => run.Folder == waits));
        Assert.True(File.Exists(_folder["out-old/manifest.json"]));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Start_StepThatThrows_FailsWithItsReasonAndTheNextRunGoesOn(string kind)
    {
        using var runner = Make(kind, TimeProvider.System);
        runner.Begin();
        var run = runner.Start(Write("bad", "throw_on: { word: bread }", "limits: { poisoned: 0 }"), []);
        Await(runner, run, "failed");
        Assert.Contains("bread", runner.Runs.Single(known => known.Folder == run).Error, StringComparison.Ordinal);
        var next = runner.Start(Write("good", "unique"), []);
        Await(runner, next, "done");
    }

    [Fact]
    public void Schedule_TimeHasCome_StartsTheJobInItsTimeZone()
    {
        // Eleven in the evening in London is seven in the morning in Shanghai.
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 5, 22, 59, 30, TimeSpan.Zero));
        var path = Write("daily", "unique", "schedule: \"0 7 * * *\"\ntime_zone: Asia/Shanghai");
        var shelf = new JobShelf(_folder["jobs"], TestRun.Catalog);
        using var runner = Make("local", time);
        runner.Begin();
        runner.Schedule(shelf.All());
        time.Advance(TimeSpan.FromSeconds(20));
        Assert.Empty(runner.Runs);
        time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal("daily", Assert.Single(runner.Runs).Job);
        Assert.Contains("2026-01-05 23:00 UTC: daily-", runner.LastStart("daily.yaml"), StringComparison.Ordinal);

        File.Delete(path);
        runner.Schedule(shelf.All());
        Await(runner, runner.Runs[0].Folder, "done");
        time.Advance(TimeSpan.FromDays(1));
        Assert.Contains("2026-01-05", runner.LastStart("daily.yaml"), StringComparison.Ordinal);
    }

    [Fact]
    public void Next_SummerTime_IsThatOfTheZone()
    {
        Write("zone", "unique", "schedule: \"30 9 * * 1\"\ntime_zone: Europe/London");
        var job = Assert.Single(new JobShelf(_folder["jobs"], TestRun.Catalog).All());
        var next = job.Next(new DateTimeOffset(2026, 3, 22, 0, 0, 0, TimeSpan.Zero), 2);
        Assert.Equal([new(2026, 3, 23, 9, 30, 0, TimeSpan.Zero), new DateTimeOffset(2026, 3, 30, 8, 30, 0, TimeSpan.Zero)], next.Select(at => at.ToUniversalTime()));
    }

#if HAS_HANGFIRE
    [Fact]
    public void Schedule_JobFiles_BecomeRecurringJobsAndGoWithThem()
    {
        var path = Write("daily", "unique", "schedule: \"0 7 * * *\"\ntime_zone: Asia/Shanghai");
        Write("never", "unique");
        var shelf = new JobShelf(_folder["jobs"], TestRun.Catalog);
        using var runner = (FleetRunner)Make("fleet", TimeProvider.System);
        runner.Schedule(shelf.All());
        runner.Schedule(shelf.All());
        var job = Assert.Single(Recurring(runner));
        Assert.Equal(("job:daily.yaml", "0 7 * * *", "Asia/Shanghai", global::Ziya.Hangfire.FleetOptions.Scheduler), (job.Id, job.Cron, job.TimeZoneId, job.Job.Queue));

        Write("daily", "unique", "schedule: \"0 8 * * *\"");
        runner.Schedule(shelf.All());
        Assert.Equal(("0 8 * * *", "UTC"), (Recurring(runner)[0].Cron, Recurring(runner)[0].TimeZoneId));
        runner.Begin();
        new global::Hangfire.RecurringJobManager(runner.Storage).TriggerJob("job:daily.yaml");
        var watch = Stopwatch.StartNew();
        while (runner.Runs.Count == 0 && watch.Elapsed < Patience)
        {
            Thread.Sleep(20);
        }

        Await(runner, Assert.Single(runner.Runs).Folder, "done");
        File.Delete(path);
        runner.Schedule(shelf.All());
        Assert.Empty(Recurring(runner));
    }

    private static List<global::Hangfire.Storage.RecurringJobDto> Recurring(FleetRunner runner)
    {
        using var connection = runner.Storage.GetConnection();
        return [.. global::Hangfire.Storage.StorageConnectionExtensions.GetRecurringJobs(connection).Where(job => job.Id != "ziya-tend")];
    }
#endif

    private static void Await(IRunner runner, string run, string state)
    {
        var watch = Stopwatch.StartNew();
        while (runner.Runs.Single(known => known.Folder == run).State != state)
        {
            Assert.True(watch.Elapsed < Patience, $"{run} is {runner.Runs.Single(known => known.Folder == run)}, not {state}");
            Thread.Sleep(20);
        }
    }

    private IRunner Make(string kind, TimeProvider time) => Runners[kind](Options, time);

    private string Write(string name, string steps, string extra = "")
    {
        _folder.Write("in/0.jsonl", TestTexts.Lines(400, 1));
        return _folder.Write($"jobs/{name}.yaml", $"job: {name}\n{extra}\ninput: {{ read: '{_folder.Path}/in/*' }}\nsteps: [{steps}]\noutput: {{ write: '{_folder.Path}/out-{name}' }}\n");
    }
}
