using Microsoft.Extensions.Time.Testing;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Storage;
using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Pipeline.Tests.Runs;

public sealed class RunLogTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Last_OfARun_TellsPhasesAndTasksByLevel()
    {
        _folder.Write("in/a.jsonl", TestTexts.Lines(50, 1));
        TestRun.Execute(TestRun.Job(_folder, "unique"), _folder["run"]);
        var reader = new LogReader(RunFolder.At(_folder["run"]));
        var told = reader.Last(new LogFilter(), 100).Lines;
        Assert.StartsWith("opened: ", told[0].What, StringComparison.Ordinal);
        Assert.StartsWith("the run is done: 50 read", told[^1].What, StringComparison.Ordinal);
        Assert.DoesNotContain(told, line => line.Level == LogWeight.Debug);
        var phase = RunFolder.At(_folder["run"]).ReadPlan()!.Phases[0].Name;
        Assert.StartsWith("done in ", Assert.Single(reader.Last(new LogFilter(LogWeight.Debug, phase, 0), 100).Lines).What, StringComparison.Ordinal);
        Assert.Empty(reader.Last(new LogFilter(LogWeight.Error), 100).Lines);
        Assert.Empty(Directory.Exists(_folder["run/workers"]) ? Directory.GetFiles(_folder["run/workers"]) : []);
    }

    [Theory]
    [InlineData("bread", "a secret bread 0xC0FFEE")]
    [InlineData("面包", "机密 面包 0xC0FFEE")]
    public void Execute_PoisonedTask_LeavesItsReasonAndALogWithoutTheText(string word, string text)
    {
        _folder.Write("in/a.jsonl", $"{{\"id\":\"one\",\"text\":\"{text}\"}}\n");
        var job = TestRun.Job(_folder, $"throw_on: {{ word: {word} }}", extra: "limits: { poisoned: 0 }");
        Assert.Throws<JobFailedException>(() => Fail(job));
        var folder = RunFolder.At(_folder["run"]);
        var phase = folder.ReadPlan()!.Phases[0];
        Assert.Equal([0], folder.Ended(phase).Failed);
        var failure = folder.ReadFailure(phase, 0)!;
        Assert.Equal((FailureKind.Poisoned, 1), (failure.Kind, failure.Tries));
        Assert.Contains($"met '{word}'", failure.Reason, StringComparison.Ordinal);
        var log = string.Concat(Directory.GetFiles(_folder["run/log"]).Select(File.ReadAllText));
        Assert.Contains("'one'", log, StringComparison.Ordinal);
        Assert.DoesNotContain(word, log, StringComparison.Ordinal);

        // What is done again begins without the failure; what is mended leaves none.
        TestRun.Execute(TestRun.Job(_folder, $"throw_on: {{ word: {word} }}"), _folder["run"]);
        Assert.Empty(folder.Ended(folder.ReadPlan()!.Phases[0]).Failed);
    }

    [Fact]
    public void Execute_ServerThatIsAwayTwice_IsAWarningEachAndNoFailureAtTheEnd()
    {
        _folder.Write("in/a.jsonl", TestTexts.Lines(3, 1));
        TestRun.Execute(TestRun.Job(_folder, $"flaky: {{ word: {Guid.NewGuid():N} }}"), _folder["run"]);
        var folder = RunFolder.At(_folder["run"]);
        Assert.Equal(2, new LogReader(folder).Last(new LogFilter(LogWeight.Warning), 10).Lines.Count(line => line.What.StartsWith("Transient: ", StringComparison.Ordinal)));
        Assert.Empty(folder.Ended(folder.ReadPlan()!.Phases[0]).Failed);
        Assert.Null(folder.Store.Find(RunFolder.FailurePath(folder.ReadPlan()!.Phases[0], 0)));
    }

    [Theory]
    [InlineData(typeof(OutOfMemoryException), FailureKind.OutOfMemory)]
    [InlineData(typeof(TimeoutException), FailureKind.Transient)]
    [InlineData(typeof(InvalidDataException), FailureKind.Failed)]
    [InlineData(typeof(OperationCanceledException), null)]
    public void KindOf_Exception_TellsThemApart(Type exception, FailureKind? kind) => Assert.Equal(kind, TaskFailure.KindOf((Exception)Activator.CreateInstance(exception)!));

    [Fact]
    public void Last_SeveralWorkersAndFiles_AreOneStory()
    {
        var store = new FileStore(_folder["run"]);
        var time = new FakeTimeProvider();
        using (var one = new RunLog(store, "run", time))
        using (var two = new RunLog(store, "run", time))
        {
            for (var i = 0; i < 2000; i++)
            {
                time.Advance(TimeSpan.FromMilliseconds(1));
                (i % 3 == 0 ? two : one).Tell(i % 500 == 0 ? LogWeight.Warning : LogWeight.Debug, $"line {i} 行", $"0{i % 2}-phase", i);
                if (i % 100 == 0)
                {
                    one.Flush();
                    two.Flush();
                }
            }
        }

        Assert.True(Directory.GetFiles(_folder["run/log"]).Length > 3);
        var reader = new LogReader(new RunFolder(store));
        var (last, cut) = reader.Last(new LogFilter(LogWeight.Debug), 300);
        Assert.True(cut);
        Assert.Equal(Enumerable.Range(1700, 300).Select(i => $"line {i} 行"), last.Select(line => line.What));
        Assert.Equal([0, 500, 1000, 1500], reader.Last(new LogFilter(LogWeight.Warning), 10).Lines.Select(line => line.Task!.Value));
        Assert.Equal(1999, Assert.Single(reader.Last(new LogFilter(LogWeight.Debug, "01-phase"), 1).Lines).Task);
    }

    [Fact]
    public void Flush_StoreThatIsAway_LosesNothing()
    {
        var away = true;
        var store = new FaultyStore(new FileStore(_folder["run"]), (_, _) => _ = away ? throw new IOException("away") : 0);
        using var log = new RunLog(store, "run", TimeProvider.System);
        log.Tell(LogWeight.Information, "first\nline");
        log.Flush();
        away = false;
        log.Flush();
        Assert.Equal("first line", Assert.Single(new LogReader(new RunFolder(store)).Last(new LogFilter(), 10).Lines).What);
    }

    [Fact]
    public void Pulse_ModelThatWaits_IsToldOnceAndAgainWhenItAnswers()
    {
        var store = new FileStore(_folder["run"]);
        var time = new FakeTimeProvider();
        using var log = new RunLog(store, "run", time);
        var pulse = new Pulse(store, log, time);
        var waits = new ModelFigures("老师", 0, "") { Trouble = "https://teacher.example.com does not answer" };
        pulse.Listen([waits]);
        pulse.Listen([waits]);
        pulse.Listen([waits with { Trouble = null }]);
        log.Flush();
        Assert.Equal(["model '老师' waits: https://teacher.example.com does not answer. It is asked again until it answers", "model '老师' answers again"],
            new LogReader(new RunFolder(store)).Last(new LogFilter(), 10).Lines.Select(line => line.What));

        pulse.Write(["01-clean/7"], 40, [waits with { Tokens = 100, Load = new ModelLoad(16, 14, 3, 512) }]);
        time.Advance(TimeSpan.FromSeconds(4));
        pulse.Write(["01-clean/8"], 80, [waits with { Tokens = 900, Load = new ModelLoad(16, 14, 3, 512) }]);
        var worker = Assert.Single(WorkerState.Of(new RunFolder(store), time));
        Assert.Equal(["01-clean/8"], worker.Tasks);
        Assert.Equal(80, worker.Records);
        Assert.Equal((200.0, 14, 3), (worker.Models[0].TokensPerSecond!.Value, worker.Models[0].Figures.Load!.Busy, worker.Models[0].Figures.Load!.Waiting));
        time.Advance(WorkerState.Silence);
        Assert.Empty(WorkerState.Of(new RunFolder(store), time));
        pulse.End();
        Assert.Empty(store.List(WorkerState.Root));
    }

    private void Fail(Job job)
    {
        using var run = Run.Open(job, TestRun.Catalog, _folder["run"], false, TimeProvider.System);
        try
        {
            new LocalEngine(1, TimeProvider.System).Execute(run, default);
        }
        catch (JobFailedException exception)
        {
            run.Finish("failed", exception.Message);
            throw;
        }
    }
}
