using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;
using Ziya.Pipeline.Plans;
using Ziya.Pipeline.Reading;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Storage;
using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Server.Tests;

/// <summary>What looking costs: counted in what is asked of the run folder, not in time.</summary>
public sealed class RunWatchTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly FakeTimeProvider _time = new();
    private readonly ConcurrentDictionary<string, int> _asked = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(300)]
    [InlineData(6000)]
    public async Task Look_ByMany_ReadsEachMarkerOnceAndListsOnceInAWhile(int tasks)
    {
        var (folder, plan, marker) = Plan(tasks);
        var watch = new RunWatch(new RunFolder(folder), _time);
        End(plan, marker, 0, 40);
        var look = await Await(watch, 40);
        Assert.Equal(40 * marker.Records.Read, look.Report!.Records.Read);
        Assert.Equal(40, Markers());
        var asked = _asked.Values.Sum();
        for (var i = 0; i < 100; i++)
        {
            Assert.Same(look, watch.Look(true));
        }

        // Whether it has ended is all that is asked.
        Assert.Equal(asked + 100, _asked.Values.Sum());
        End(plan, marker, 40, 50);
        _time.Advance(TimeSpan.FromMinutes(10));
        look = await Await(watch, 50);
        Assert.Equal(50 * marker.Records.Read, look.Report!.Records.Read);
        Assert.Equal(50, Markers());
    }

    [Fact]
    public async Task Look_RunBegunAfresh_CountsAnew()
    {
        var (folder, plan, marker) = Plan(100);
        var watch = new RunWatch(new RunFolder(folder), _time);
        End(plan, marker, 0, 20);
        await Await(watch, 20);
        Directory.Delete(_folder[$"big/{plan.Phases[0].Folder}"], true);
        End(plan, marker, 5, 8);
        _time.Advance(TimeSpan.FromMinutes(1));
        var look = await Await(watch, 3);
        Assert.Equal(3 * marker.Records.Read, look.Report!.Records.Read);
    }

    [Fact]
    public async Task Page_OfManyTasks_IsAsLongAsThatOfSome()
    {
        await using var served = await Served.Start();
        var lengths = new List<int>();
        foreach (var tasks in new[] { 2000, 20_000 })
        {
            var (_, plan, marker) = Plan(tasks);
            var runs = served.Folder[$"runs/many-{tasks}"];
            Directory.CreateDirectory(Path.GetDirectoryName(runs)!);
            Directory.Move(_folder["big"], runs);
            File.WriteAllBytes(Path.Combine(runs, "plan.json"), JsonText.Write(plan));
            Directory.CreateDirectory(Path.Combine(runs, plan.Phases[0].Folder));
            File.WriteAllBytes(Path.Combine(runs, RunFolder.MarkerPath(plan.Phases[0], 7)), JsonText.Write(marker with { Task = 7, Hash = plan.Phases[0].Hash }));
            string page;
            while ((page = await served.Page($"/runs/many-{tasks}")).Contains("being counted", StringComparison.Ordinal))
            {
                await Task.Delay(50);
            }

            lengths.Add(page.Length);
            Assert.Contains(">7</a></th><td><span class=\"state done\">", await served.Page($"/runs/many-{tasks}/tasks?phase={plan.Phases[0].Name}"), StringComparison.Ordinal);
            Assert.Contains(">400</a>", await served.Page($"/runs/many-{tasks}/tasks?phase={plan.Phases[0].Name}&from=400"), StringComparison.Ordinal);
        }

        Assert.InRange(lengths[1], lengths[0] / 2, lengths[0] * 2);
    }

    private int Markers() => _asked.Where(call => call.Key.StartsWith("open ", StringComparison.Ordinal) && call.Key.EndsWith(Marker.Ending, StringComparison.Ordinal)).Sum(call => call.Value);

    private static async Task<RunLook> Await(RunWatch watch, int done)
    {
        // A large run is looked at aside.
        RunLook? look;
        while ((look = watch.Look(true))?.Phases[0].Done.Count != done)
        {
            await Task.Delay(20);
        }

        return look!;
    }

    private void End(Plan plan, Marker marker, int from, int to)
    {
        for (var task = from; task < to; task++)
        {
            _folder.Write($"big/{RunFolder.MarkerPath(plan.Phases[0], task)}", System.Text.Encoding.UTF8.GetString(JsonText.Write(marker with { Task = task, Hash = plan.Phases[0].Hash })));
        }
    }

    /// <summary>The plan of a run of so many tasks, of which none is done, and a real marker.</summary>
    private (IStore Store, Plan Plan, Marker Marker) Plan(int tasks)
    {
        _folder.Write("in/0.jsonl", TestTexts.Lines(20, 1));
        var job = TestRun.Job(_folder, "append, unique");
        TestRun.Execute(job, _folder["small"]);
        var small = RunFolder.At(_folder["small"]);
        var marker = small.ReadMarker(RunFolder.MarkerPath(small.ReadPlan()!.Phases[0], 0))!;
        var slice = InputListing.Shards(job, TestRun.Catalog)[0].Slices[0];
        var plan = Planner.Compile(job, [.. Enumerable.Range(0, tasks).Select(number => new Shard(number, [slice]))]).Plan;
        _folder.Write("big/plan.json", System.Text.Encoding.UTF8.GetString(JsonText.Write(plan)));
        return (new FaultyStore(new FileStore(_folder["big"]), (call, path) => _asked.AddOrUpdate($"{call} {path}", 1, (_, count) => count + 1)), plan, marker);
    }
}
