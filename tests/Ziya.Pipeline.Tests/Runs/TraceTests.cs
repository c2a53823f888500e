using System.Text;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Pipeline.Tests.Runs;

public sealed class TraceTests : IDisposable
{
    private const string Lines = """
        {"id":"kept","text":"灯塔 keeper","site":"a"}
        {"id":"copy","text":"灯塔 keeper","site":"b"}
        {"id":"word","text":"drop this 词"}

        {"id":"poison","text":"毒 poison"}
        {"id":"cut","text":"ends he
        {"id":"twice","text":"one 一"}
        {"id":"twice","text":"drop two 二"}
        {"id":"twice","text":"three 三"}
        {"text":"nameless 无名"}

        """;

    private const string Steps = "append: { word: '！' }, drop_with: { word: drop }, throw_on: { word: 毒 }, unique, append: { word: 完 }, unique: { word: x }";

    private readonly TempFolder _folder = new();

    public TraceTests() => _folder.Write("in/a.jsonl", Lines);

    [Fact]
    public void Of_WrittenRecord_TellsEveryStepAndTheRow()
    {
        Run(Steps);
        Assert.Equal(
            [
                $"source: {_folder["in/a.jsonl"]}:1 (byte 0)",
                "read: 9 characters: 灯塔 keeper",
                "append: kept: text 9 -> 10 characters, length_before 9",
                "drop_with: kept",
                "throw_on: kept",
                "unique: kept",
                "append-2: kept: text 10 -> 11 characters, length_before 10",
                "unique-2: kept",
                $"output: {_folder["out"]}/part-00000.jsonl.gz, row 1",
            ],
            Assert.Single(Of("kept")));
    }

    [Fact]
    public void Of_OutputRow_IsWhereTheRecordIs()
    {
        Run("drop_with: { word: drop }, unique", "out/{meta.site}");
        Assert.EndsWith("/a/part-00000.jsonl.gz, row 1", Assert.Single(Of("kept"))[^1], StringComparison.Ordinal);
        Assert.EndsWith("/none/part-00000.jsonl.gz, row 3", Of("twice")[2][^1], StringComparison.Ordinal);
        Assert.Contains("\"text\":\"three 三\"", TestRun.Lines(_folder["out/none/part-00000.jsonl.gz"]).ElementAt(2), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_DuplicateRecord_TellsItsKeeper()
    {
        Run(Steps);
        var story = Assert.Single(Of("copy"));
        Assert.Equal("unique: dropped: seen, keeper_at 0:0, cluster_size 2", story[^1]);
        Assert.Equal($"source: {_folder["in/a.jsonl"]}:2 (byte {Offset(1)})", story[0]);
    }

    [Fact]
    public void Of_DroppedRecord_TellsReasonAndDetail()
    {
        Run(Steps);
        Assert.Equal("drop_with: dropped: has_word, word drop", Assert.Single(Of("word"))[^1]);
    }

    [Fact]
    public void Of_PoisonedRecord_TellsTheException()
    {
        Run(Steps);
        Assert.Equal(
            "throw_on: failed, so the record is in quarantine: InvalidOperationException: met '毒'", Assert.Single(Of("poison"))[^1]);
    }

    [Fact]
    public void Of_UnreadableLine_TellsWhy()
    {
        Run(Steps);
        var story = Assert.Single(Of("cut"));
        Assert.Equal($"source: {_folder["in/a.jsonl"]}:6 (byte {Offset(5)})", story[0]);
        Assert.StartsWith("quarantine: not valid JSON", story[1], StringComparison.Ordinal);
        Assert.Contains("run/quarantine/part-00000.jsonl", story[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Steps)]
    [InlineData("append: { word: '！' }, drop_with: { word: drop }, throw_on: { word: 毒 }")]
    public void Of_IdUsedAgain_TellsEachInOrder(string steps)
    {
        // With a copy of the records in the run folder, and without.
        Run(steps);
        var stories = Of("twice");
        Assert.Equal(["one 一", "drop two 二", "three 三"], stories.Select(story => story[1][(story[1].LastIndexOf(": ", StringComparison.Ordinal) + 2)..]));
        Assert.StartsWith("output: ", stories[0][^1], StringComparison.Ordinal);
        Assert.StartsWith("drop_with: dropped", stories[1][^1], StringComparison.Ordinal);
        Assert.StartsWith("output: ", stories[2][^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Of_RecordWithoutId_IsFoundByPlace()
    {
        Run(Steps);
        var id = TestRun.Output(_folder).Single(line => line.Contains("无名", StringComparison.Ordinal)).Split('"')[3];
        Assert.StartsWith($"source: {_folder["in/a.jsonl"]}:10 ", Assert.Single(Of(id))[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Steps)]
    [InlineData("drop_with: { word: drop }")]
    public void Of_UnknownId_IsNone(string steps)
    {
        Run(steps);
        Assert.Empty(Of("nobody"));
        Assert.Empty(Of(""));
    }

    [Fact]
    public void Of_RecordOfALaterPieceOfAFile_CountsItsLine()
    {
        _folder.Write("in/b.jsonl", TestTexts.Lines(20_000, 4));
        Run("unique, append", extra: "limits: { split_mb: 1 }");
        var story = Assert.Single(Of("r4-19990"));
        Assert.StartsWith($"source: {_folder["in/b.jsonl"]}:19991 ", story[0], StringComparison.Ordinal);
        var (file, row) = (story[^1]["output: ".Length..story[^1].IndexOf(',')], int.Parse(story[^1].Split(' ')[^1], null));
        Assert.StartsWith("{\"id\":\"r4-19990\"", TestRun.Lines(file).ElementAt(row - 1), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_InputGoneSince_TellsWhatItCan()
    {
        Run(Steps);
        File.Delete(_folder["in/a.jsonl"]);
        Assert.Contains("no longer there", Assert.Single(Of("kept"))[^1], StringComparison.Ordinal);
        Assert.StartsWith("quarantine: ", Assert.Single(Of("cut"))[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Of_RunThatWasStopped_SaysWhatIsNotDecided()
    {
        var job = TestRun.Job(_folder, Steps);
        using (var run = Pipeline.Runs.Run.Open(job, TestRun.Catalog, _folder["run"], false, TimeProvider.System))
        {
            run.Execute(run.Plan.Phases[0], run.Plan.Phases[0].Tasks[0], 1 << 20, default);
            run.Finish("stopped");
        }

        Assert.StartsWith("unique: not decided yet", Assert.Single(Of("kept"))[^1], StringComparison.Ordinal);
        Assert.StartsWith("drop_with: dropped", Assert.Single(Of("word"))[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Of_StepThatAsks_IsNotDoneAgainUnlessWanted()
    {
        var word = $"！{Guid.NewGuid():N}";
        Run($"append: {{ word: '。' }}, append_later: {{ word: '{word}' }}, drop_with: {{ word: three }}, unique");
        AppendLater.MostAtOnce.Clear();
        Assert.Contains("append_later: kept", string.Concat(Assert.Single(Of("kept"))), StringComparison.Ordinal);
        Assert.True(AppendLater.MostAtOnce.TryRemove(word, out _));
        List<string> Look(string id) => [.. Trace.Of(RunFolder.At(_folder["run"]), TestRun.Catalog, id, TimeProvider.System, asks: false)[^1].Select(line => $"{line.Where}: {line.What}")];
        var story = Look("kept");
        Assert.StartsWith("append: kept", story[2], StringComparison.Ordinal);
        Assert.StartsWith("append_later: is not done again", story[3], StringComparison.Ordinal);
        Assert.EndsWith("part-00000.jsonl.gz, row 1", story[^1], StringComparison.Ordinal);
        Assert.Equal("unique: dropped: seen", Look("copy")[^1]);
        Assert.Equal("drop_with: dropped: has_word", Look("twice")[^1]);
        Assert.False(AppendLater.MostAtOnce.ContainsKey(word));
    }

    [Fact]
    public void Of_MadeBehindAStepThatAsks_IsFoundByWhatIsWritten()
    {
        Run($"append_later: {{ word: '{Guid.NewGuid():N}' }}, triple");
        var story = Assert.Single(Trace.Of(RunFolder.At(_folder["run"]), TestRun.Catalog, "kept/2", TimeProvider.System, asks: false));
        Assert.StartsWith($"{_folder["out"]}/part-00000.jsonl.gz, row ", Assert.Single(story).What, StringComparison.Ordinal);
        Assert.Empty(Trace.Of(RunFolder.At(_folder["run"]), TestRun.Catalog, "kept/3", TimeProvider.System, asks: false));
    }

    [Fact]
    public void Of_GivenUp_Ends()
    {
        Run(Steps);
        using var given = new CancellationTokenSource();
        given.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => Trace.Of(RunFolder.At(_folder["run"]), TestRun.Catalog, "kept", TimeProvider.System, cancel: given.Token));
    }

    public void Dispose() => _folder.Dispose();

    private void Run(string steps, string output = "out", string extra = "") =>
        TestRun.Execute(TestRun.Job(_folder, steps, output, extra), _folder["run"]);

    private List<List<string>> Of(string id) =>
        [.. Trace.Of(RunFolder.At(_folder["run"]), TestRun.Catalog, id, TimeProvider.System).Select(story => story.Select(line => $"{line.Where}: {line.What}").ToList())];

    private static int Offset(int line) => Encoding.UTF8.GetByteCount(string.Concat(Lines.Split('\n').Take(line).Select(text => text + "\n")));
}
