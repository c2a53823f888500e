using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Storage;
using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Pipeline.Tests.Execution;

public sealed class AsyncStepTests
{
    [Fact]
    public void Execute_AsyncSteps_KeepTheOrderAndAskSeveralAtOnce()
    {
        using var folder = new TempFolder();
        folder.Write("in/a.jsonl", string.Join("\n", Enumerable.Range(0, 200).Select(i => $$"""{"id":"{{i}}","text":"{{Text(i)}}"}""")));
        var expected = Enumerable.Range(0, 200).Where(i => i % 50 > 1).Select(i => $"\"id\":\"{i}\",\"text\":\"{Text(i)}!later?end\"").ToList();
        foreach (var (word, workers) in new[] { ("later", 1), ("later", 3) })
        {
            var job = TestRun.Job(folder, $"append: {{ word: '!' }}, append_later: {{ word: {word} }}, append: {{ word: '?' }}, unique, append_later: {{ word: end }}");
            var report = TestRun.Execute(job, folder[$"run{workers}"], workers, true);
            Assert.Equal(expected, TestRun.Output(folder).Select(line => line[1..(line.IndexOf("end\"", StringComparison.Ordinal) + 4)]));
            Assert.Equal(4, report.Records.Quarantined);
            Assert.Equal(4, report.Records.Dropped["append_later"]["has_word"]);
            Assert.Equal(4, AppendLater.MostAtOnce[word]);
        }

        static string Text(int i) => i % 50 == 0 ? $"throw {i}" : i % 50 == 1 ? $"drop {i}" : new string('字', i % 7) + i;
    }

    [Fact]
    public void Execute_AsyncStepFailsForAll_CancelsAndWaitsForWhatIsInFlight()
    {
        using var folder = new TempFolder();
        var key = folder.Path;
        folder.Write("in/a.jsonl", string.Join("\n", Enumerable.Range(0, 6).Select(i => $$"""{"text":"{{(i == 5 ? "full" : "一")}} {{i}}"}""")));
        var failure = Assert.Throws<JobFailedException>(() => TestRun.Execute(TestRun.Job(folder, $"wait_for_end: {{ word: '{key}' }}"), folder["run"], 1));
        Assert.Contains("the disk is full", failure.Message, StringComparison.Ordinal);
        Assert.Equal(5, WaitForEnd.Told[key]);
    }

    [Fact]
    public async Task Execute_Cancelled_AsyncStepIsToldAndTheRunEnds()
    {
        using var folder = new TempFolder();
        var key = folder.Path;
        folder.Write("in/a.jsonl", string.Join("\n", Enumerable.Range(0, 6).Select(i => $$"""{"text":"一 {{i}}"}""")));
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.Run(
            () => TestRun.Execute(TestRun.Job(folder, $"wait_for_end: {{ word: '{key}' }}"), folder["run"], 1, cancel: stop.Token), TestContext.Current.CancellationToken));
        Assert.Equal(6, WaitForEnd.Told[key]);
    }

    [Theory]
    [InlineData("triple")]
    [InlineData("unique, triple: { word: bread 1 }, unique: { word: again }")]
    [InlineData("triple: { word: bread 1 }, append_later: { word: x }, triple, unique")]
    public void Execute_StepsThatMakeRecords_AddUpAndAreWrittenAfterTheirParents(string steps)
    {
        using var folder = new TempFolder();
        folder.Write("in/a.jsonl", TestTexts.Lines(3000, 1));
        folder.Write("in/b.jsonl", TestTexts.Lines(200, 2));
        var expected = new SortedDictionary<string, string>();
        foreach (var workers in new[] { 1, 3 })
        {
            var report = TestRun.Execute(TestRun.Job(folder, steps, extra: "limits: { split_mb: 1 }"), folder[$"run{workers}"], workers, true);
            Assert.True(report.Records.Created["triple"] > 5000);
            var bytes = TestRun.Bytes(folder[$"run{workers}"]);
            expected = expected.Count == 0 ? bytes : expected;
            Assert.Equal(expected, bytes);
        }
    }

    [Fact]
    public void Execute_RecordsMade_StandBehindTheirParent()
    {
        using var folder = new TempFolder();
        folder.Write("in/a.jsonl", """{"id":"a","text":"one"}""" + "\n" + """{"id":"b","text":"go"}""");
        var report = TestRun.Execute(TestRun.Job(folder, "triple: { word: go }, append: { word: '.' }"), folder["run"]);
        Assert.Equal(["one.", "one一.", "one二.", "go一.", "go二."], TestRun.Output(folder).Select(line => line.Split("\"text\":\"")[1].Split('"')[0]));
        Assert.Equal((2, 4, 5), (report.Records.Read, report.Records.Created["triple"], report.Records.Written));
        var story = Trace.Of(new RunFolder(new FileStore(folder["run"])), TestRun.Catalog, "a", TimeProvider.System)[0].Select(line => line.What);
        Assert.Contains("made 'a/1' of it", story);
    }

    [Fact]
    public void Execute_GlobalStepThatLooks_MapsWhatWasSeen()
    {
        using var folder = new TempFolder();
        folder.Write("in/a.jsonl", string.Join("\n", Enumerable.Range(0, 50).Select(i => $$"""{"text":"{{new string('长', i)}}"}""")));
        TestRun.Execute(TestRun.Job(folder, "append: { word: x }, longest, append: { word: y }"), folder["run"]);
        Assert.Contains(new string('长', 49) + "xy", TestRun.Output(folder).Single(), StringComparison.Ordinal);
    }
}
