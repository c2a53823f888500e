using System.Text.Json.Nodes;
using Ziya.Models.Tests.Teachers;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Runs;
using Ziya.Synthesis.Tests.Fixtures;

namespace Ziya.Synthesis.Tests.Recordings;

public sealed class RecordTests : IDisposable
{
    private readonly SynthesisFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Recording => Path.Combine(_folder.Path, "recordings", "a.jsonl");

    [Fact]
    public void Run_TinyModels_ReplayToTheSameBytesWhateverTheWorkers()
    {
        _folder.Write([.. Enumerable.Range(0, 6).Select(i => $$"""{"id":"{{i}}","instruction":"第{{i}}个问题 question {{i}}"}""")]);
        const string Steps = "evolve: { model: m, rounds: 2, max_tokens: 30, keep: all }, answer: { model: m, samples: 2, max_tokens: 20, truncated: keep }, reward: { model: r }, select: { best: reward }, difficulty: { model: m, max_ifd: 100 }, difficulty: { by: judge, judge: m }, perplexity: { model: m }";
        var models = $"m: {{ tiny: llama, template: ziya2, record: \"{Recording}\" }}\n  r: {{ tiny: reward, record: \"{Recording}\" }}";
        var report = _folder.Run(models, Steps, "limits: { split_mb: 1 }", workers: 1);
        Assert.True(report.Records.Written >= 6);
        var output = File.ReadAllBytes(_folder.OutputFile);
        var recording = File.ReadAllLines(Recording);
        Assert.Contains(recording, line => line.Contains("\"choices\":[-", StringComparison.Ordinal));
        Assert.Contains(recording, line => line.Contains("\"log_probability\":-", StringComparison.Ordinal));

        File.Delete(Recording);
        _folder.Run(models, Steps, "limits: { split_mb: 1 }", workers: 3);
        Assert.Equal(recording, File.ReadAllLines(Recording));

        var replayed = _folder.Run($"m: {{ replay: \"{Recording}\", strict: true }}\n  r: {{ replay: \"{Recording}\", strict: true }}", Steps, workers: 3);
        Assert.Equal(0, replayed.Records.Quarantined);
        Assert.Equal(output, File.ReadAllBytes(_folder.OutputFile));
    }

    [Fact]
    public async Task Run_StoppedAndGoingOn_RecordsEachAnswerOnceAndAsksForNoneTwice()
    {
        _folder.Write([.. Enumerable.Range(0, 30).Select(i => $$"""{"id":"{{i:00}}","instruction":"第{{i}}个"}""")]);
        using var stop = new CancellationTokenSource();
        var asked = 0;
        await using var server = await ChatServer.Start((_, context) =>
        {
            if (Interlocked.Increment(ref asked) == 12)
            {
                stop.Cancel();
            }

            return ChatServer.Answer("答" + (string)context.Items["asked"]!)(context);
        });
        var models = $"m: {{ endpoint: \"{server.Address}\", model: m, at_once: 2, record: \"{Recording}\" }}";
        Assert.ThrowsAny<OperationCanceledException>(() => Run(models, stop.Token));
        var (records, remarks) = Run(models, default);
        Assert.Equal(30, records.Written);
        Assert.Contains(remarks, remark => remark == $"model 'm': 30 answers are recorded in {Recording}.");
        Assert.InRange(server.Requests.Count, 30, 34);
        Assert.Equal(
            Enumerable.Range(0, 30).Select(i => ($"{i:00}", $"答第{i}个", "m")),
            File.ReadLines(Recording).Select(line => JsonNode.Parse(line)!).Select(line => ((string)line["record"]!, (string)line["text"]!, (string)line["model"]!)));

        // All is done and the file is lost: it is made again, and nobody is asked.
        var requests = server.Requests.Count;
        var recording = File.ReadAllBytes(Recording);
        File.Delete(Recording);
        Run(models, default);
        Assert.Equal(recording, File.ReadAllBytes(Recording));
        Assert.Equal(requests, server.Requests.Count);
    }

    [Fact]
    public async Task Run_RecordAddedAndJobChanged_RecordsWhatWasAnsweredBefore()
    {
        _folder.Write("""{"id":"a","instruction":"一"}""", """{"id":"b","instruction":"二"}""");
        await using var server = await ChatServer.Start((_, context) => ChatServer.Answer("好")(context));
        Run($"m: {{ endpoint: \"{server.Address}\", model: m }}", default);
        Run($"m: {{ endpoint: \"{server.Address}\", model: m, record: \"{Recording}\" }}", default);
        Assert.Equal(2, File.ReadAllLines(Recording).Length);

        // Another run folder takes the phase over, and with it what it recorded.
        var moved = Recording + "-2";
        Run($"m: {{ endpoint: \"{server.Address}\", model: m, record: \"{moved}\" }}", default, "dedup_exact, answer: { model: m }, dedup_exact, bucket: { by: length, cuts: { all: 100 } }", "run-2");
        Run($"m: {{ endpoint: \"{server.Address}\", model: m, record: \"{moved}\" }}", default, "dedup_exact, answer: { model: m }, dedup_exact, bucket: { by: length, cuts: { each: 100 } }", "run-3");
        Assert.Equal(File.ReadAllText(Recording), File.ReadAllText(moved));
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task Run_FileWithAnswers_KeepsThoseThatWereNotRecordedAnew()
    {
        _folder.Write("""{"id":"b","instruction":"二"}""");
        Directory.CreateDirectory(Path.GetDirectoryName(Recording)!);
        string[] known =
        [
            """{"record":"b","step":"answer","operation":"answer","model":"m","text":"old"}""",
            """{"note":"by hand","record":"a","step":"answer","operation":"answer","text":"一 🙂"}""",
            """{"record":"b","step":"answer","operation":"answer","sample":2,"model":"m","text":null}""",
        ];
        File.WriteAllLines(Recording, known);
        await using var server = await ChatServer.Start((_, context) => ChatServer.Answer("𠮷")(context));
        var models = $"m: {{ endpoint: \"{server.Address}\", model: m, record: \"{Recording}\" }}";
        Run(models, default);
        var lines = File.ReadAllLines(Recording);
        Assert.Equal([known[1], """{"record":"b","step":"answer","operation":"answer","model":"m","text":"𠮷","prompt":""", known[2]], lines.Select((line, at) => at == 1 ? line[..line.LastIndexOf('"', line.Length - 3)] : line));
        Run(models, default);
        Assert.Equal(lines, File.ReadAllLines(Recording));
    }

    [Fact]
    public void Parse_RecordThatCannotBe_IsAFault()
    {
        _folder.Write("""{"id":"a","instruction":"一"}""");
        Directory.CreateDirectory(Path.GetDirectoryName(Recording)!);
        File.WriteAllText(Recording, "x");
        var faults = Assert.Throws<Pipeline.Jobs.JobFaultException>(() => _folder.Job($"m: {{ tiny: llama, record: \"{Recording}\" }}\n  n: {{ tiny: llama, record: a, replay: b }}\n  o: {{ tiny: llama, record: \"{_folder.Path}\" }}", "answer: { model: m }")).Faults.Select(fault => fault.Message).ToList();
        Assert.Contains(faults, fault => fault.StartsWith($"model 'm': {Recording}:1: not valid JSON", StringComparison.Ordinal));
        Assert.Contains("model 'n': 'record' and 'replay' exclude each other.", faults);
        Assert.Contains(faults, fault => fault.StartsWith("model 'o': 'record' names a folder", StringComparison.Ordinal));
    }

    private (ReportCounts Records, IReadOnlyList<string> Remarks) Run(string models, CancellationToken cancel, string steps = "answer: { model: m }", string folder = "run")
    {
        using var run = Pipeline.Runs.Run.Open(_folder.Job(models, steps, "limits: { memory_mb: 600 }"), SynthesisFolder.Catalog, Path.Combine(_folder.Path, folder), false, TimeProvider.System);
        new LocalEngine(2, TimeProvider.System).Execute(run, cancel);
        return (run.Finish("done").Records, run.Remarks);
    }
}
