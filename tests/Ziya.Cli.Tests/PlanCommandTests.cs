using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Cli.Tests;

public sealed class PlanCommandTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void Plan_Job_ShowsPhasesAndWritesNothing()
    {
        _folder.Write("in/a.jsonl", TestTexts.Lines(20_000, 1));
        TestJob.Write(_folder);
        var before = Everything();
        var bytes = new FileInfo(_folder["in/a.jsonl"]).Length;
        var result = ZiyaProcess.Run(_folder.Path, "plan", "job.yaml");
        Assert.True(result.Exit == 0, result.Error);
        Assert.Equal(before, Everything());
        var shards = (bytes + (1 << 20) - 1) >> 20;
        var rows = result.Output.Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(words => words.Length > 1).ToList();
        var size = $"{Math.Round(bytes / 1e3):N0}";
        Assert.Equal(["phase", "does", "records", "tasks", "reads", "about"], rows[0]);
        Assert.Equal(["01-language", "language", "sample", "document", $"{shards}", size, "kB"], rows[1]);
        Assert.Equal(["02-sample-lowest", "sample", "entries", "1"], rows[2][..4]);
        Assert.Equal("06-write", rows[6][0]);
        Assert.Matches($"^test: 1 input file of {size} kB in {shards} shards -> runs/test-[0-9a-f]{{8}}$", string.Join(' ', rows[^1]));
    }

    [Fact]
    public void Plan_Cost_CountsWhatModelsWillBeAskedAndAsksNothing()
    {
        // 3,000 records, of which a part is looked at; nobody listens at the endpoint.
        _folder.Write("in/a.jsonl", string.Concat(Enumerable.Range(0, 3000).Select(i => $$"""{"id":"{{i:0000}}","instruction":"写一首关于秋天的短诗"}""" + "\n")));
        _folder.Write("job.yaml", """
            job: cost
            input: { read: in/*.jsonl, kind: instruction }
            models:
              gpt: { endpoint: "http://127.0.0.1:1/v1", model: m, prompt_price: 1, completion_price: 10 }
              judge: { endpoint: "http://127.0.0.1:1/v1", model: j }
            steps:
              - evolve: { model: gpt, judge: judge, rounds: 2 }
              - answer: { model: gpt, samples: 2, max_tokens: 100 }
            output: { write: out }
            """);
        var result = ZiyaProcess.Run(_folder.Path, "plan", "job.yaml", "--cost");
        Assert.True(result.Exit == 0, result.Error);
        var rows = result.Output.Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(words => words.Length > 3).ToList();

        // Two rounds and two verdicts a record; then three records of each, two answers to each of ten tokens in and a hundred out.
        Assert.Equal(["evolve", "gpt", "6,000"], rows.Single(row => row is ["evolve", "gpt", ..])[..3]);
        Assert.Equal(["evolve", "judge", "6,000"], rows.Single(row => row is ["evolve", "judge", ..])[..3]);
        Assert.Equal(["answer", "gpt", "18,000", "180,000", "1,800,000", "18.18"], rows.Single(row => row is ["answer", ..]));
        Assert.Contains("By 250 of about 3,000 records", result.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["runs"]));
    }

    [Fact]
    public void Plan_AndRun_NameTheSameFolder()
    {
        _folder.Write("in/a.jsonl", TestTexts.Lines(100, 1));
        _folder.Write("in/b.jsonl", TestTexts.Lines(100, 2));
        TestJob.Write(_folder);
        var last = ZiyaProcess.Run(_folder.Path, "plan", "job.yaml", "--set", "seed=7").Output.TrimEnd().Split('\n')[^1];
        Assert.Contains(" 2 input files of ", last, StringComparison.Ordinal);
        Assert.Contains(" in 1 shard ", last, StringComparison.Ordinal);
        Assert.Equal(0, ZiyaProcess.Run(_folder.Path, "run", "job.yaml", "--set", "seed=7").Exit);
        Assert.True(Directory.Exists(_folder[last.Split(" -> ")[1].Trim()]));
    }

    [Fact]
    public void Plan_WrongJob_TellsTheFault()
    {
        _folder.Write("in/a.jsonl", TestTexts.Lines(100, 1));
        TestJob.Write(_folder, steps: "  - bucket: { by: nothing, cuts: { all: 100 } }");
        var result = ZiyaProcess.Run(_folder.Path, "plan", "job.yaml");
        Assert.Equal(2, result.Exit);
        Assert.Contains("job.yaml:4:5: step 'bucket' reads 'nothing', which nothing before it writes", result.Error, StringComparison.Ordinal);
        Assert.Equal("", result.Output);
    }

    public void Dispose() => _folder.Dispose();

    private List<string> Everything() =>
        [.. Directory.EnumerateFileSystemEntries(_folder.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(path => $"{path} {File.GetLastWriteTimeUtc(path):O}")];
}
