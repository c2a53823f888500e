using System.Security.Cryptography;
using System.Text.Json;
using Ziya.Corpus.Deduplication;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Tests.Deduplication;

/// <summary>Both steps in whole jobs: several shards, several workers, report and trace.</summary>
public sealed class DedupJobTests : IDisposable
{
    private const int Originals = 1500;

    private static readonly StepCatalog Catalog = new(typeof(DedupExact).Assembly);

    private readonly string _folder = Directory.CreateTempSubdirectory("ziya-dedup-").FullName;

    public DedupJobTests() => Directory.CreateDirectory(Path.Combine(_folder, "in"));

    public void Dispose() => Directory.Delete(_folder, true);

    [Fact]
    public void Execute_AnyNumberOfWorkers_WritesTheSameBytes()
    {
        WriteInput();

        var report = Execute("one", 1);
        Execute("three", 3);

        Assert.True(report.Phases.Single(phase => phase.Name == "01-read").Tasks > 2);
        Assert.Equal(Originals / 10, report.Records.Dropped["dedup_exact"]["duplicate"]);
        Assert.Equal(Originals / 10, report.Records.Dropped["dedup_minhash"]["near_duplicate"]);
        Assert.Equal(Originals, report.Records.Written);
        Assert.Equal(Outcome("one"), Outcome("three"));
    }

    [Fact]
    public void Execute_Duplicates_ReportAndTraceNameTheKeeper()
    {
        WriteInput();

        var report = Execute("run", 2);

        Assert.NotEmpty(report.Clusters);
        Assert.All(report.Clusters, cluster => Assert.All(cluster.Duplicates, duplicate => Assert.Equal((string?)duplicate.Detail!["keeper_id"], cluster.Keeper!.Id)));
        var story = Assert.Single(Trace.Of(RunFolder.At(RunDir("run")), Catalog, "same-10", TimeProvider.System));
        Assert.StartsWith("dropped: duplicate, keeper_id d10, keeper_at 0:", story[^1].What, StringComparison.Ordinal);
    }

    private string RunDir(string name) => Path.Combine(_folder, "runs", name);

    /// <summary>Texts of both languages; of each tenth an equal copy and one with a word in a hundred changed, far from it.</summary>
    private void WriteInput()
    {
        RandomTexts[] languages = [new("zh", 1), new("en", 2)];
        var texts = Enumerable.Range(0, Originals).Select(i => (Id: $"d{i}", Words: languages[i % 2].Words(300), Texts: languages[i % 2])).ToList();
        var copied = texts.Where((_, i) => i % 10 == 0).ToList();
        var lines = texts.Select(text => (text.Id, Text: text.Texts.Join(text.Words)))
            .ToDictionary(line => line.Id, line => line.Text);
        File.WriteAllLines(Path.Combine(_folder, "in", "a.jsonl"),
        [
            .. lines.Select(line => Line(line.Key, line.Value)),
            .. copied.Select(text => Line($"same-{text.Id[1..]}", lines[text.Id].ToUpperInvariant())),
            .. copied.Select(text => Line($"near-{text.Id[1..]}", text.Texts.Join(text.Texts.Edit(text.Words, 0.01)))),
        ]);
    }

    private static string Line(string id, string text) => JsonSerializer.Serialize(new { id, text });

    private Report Execute(string name, int workers)
    {
        var job = JobFile.Parse(
            $$"""
            job: dedup
            input: { read: '{{_folder}}/in/*.jsonl' }
            steps: [dedup_exact, dedup_minhash: { bands: 20, rows: 5 }]
            output: { write: '{{_folder}}/{{name}}' }
            limits: { split_mb: 1 }
            """,
            "dedup.yaml", [], Catalog);
        using var run = Run.Open(job, Catalog, RunDir(name), true, TimeProvider.System);
        new LocalEngine(workers, TimeProvider.System).Execute(run, default);
        return run.Finish("done");
    }

    /// <summary>Hashes of the outputs and of what was dropped.</summary>
    private SortedDictionary<string, string> Outcome(string name) => new(
        new[] { Path.Combine(_folder, name), Path.Combine(RunDir(name), "dropped") }
            .SelectMany(root => Directory.EnumerateFiles(root, "*.jsonl*", SearchOption.AllDirectories).Select(path => (Path.GetRelativePath(root, path), path)))
            .ToDictionary(file => file.Item1, file => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file.path)))),
        StringComparer.Ordinal);
}
