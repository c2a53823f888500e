using System.Text.Json;
using System.Text.Json.Nodes;
using Ziya.Corpus.Deduplication;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Steps;
using Ziya.Pipeline.Storage;

namespace Ziya.Corpus.Tests.Deduplication;

/// <summary>Batches one after another, each against the run before: nothing of any comes through twice.</summary>
public sealed class DedupAgainstTests : IDisposable
{
    private const int Each = 200;

    private static readonly StepCatalog Catalog = new(typeof(DedupExact).Assembly);

    private readonly string _folder = Directory.CreateTempSubdirectory("ziya-against-").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    [Theory]
    [InlineData("dedup_exact", false)]
    [InlineData("dedup_minhash", true)]
    [InlineData("dedup_simhash: { distance: 8 }", true)]
    public void Execute_ThreeBatches_FindsTheDuplicatesOfAllBefore(string step, bool near)
    {
        // Each batch has new texts, copies of its own, of the one before and of the first.
        var name = step.Split(':')[0];
        var texts = new[] { new RandomTexts("zh", 1), new RandomTexts("en", 2) };
        var words = Enumerable.Range(0, 3 * Each).Select(i => texts[i % 2].Words(200)).ToList();
        string Text(int i) => string.Join(i % 2 == 0 ? "" : " ", words[i]);
        string Copy(int i) => near ? string.Join(i % 2 == 0 ? "" : " ", [words[i][0] == words[i][1] ? words[i][2] : words[i][1], .. words[i][1..]]) : Text(i).ToUpperInvariant();
        var first = Execute("one", step, null, [.. Enumerable.Range(0, Each).Select(i => ($"a{i}", Text(i))), .. Enumerable.Range(0, 20).Select(i => ($"a-copy{i}", Copy(i)))]);
        var second = Execute("two", step, "one", [.. Enumerable.Range(Each, Each).Select(i => ($"b{i}", Text(i))), .. Enumerable.Range(50, 20).Select(i => ($"b-of-a{i}", Copy(i) + (near ? "" : " ")))]);
        var third = Execute("three", step, "two",
        [
            .. Enumerable.Range(2 * Each, Each).Select(i => ($"c{i}", Text(i))), .. Enumerable.Range(100, 20).Select(i => ($"c-of-a{i}", Copy(i))),
            .. Enumerable.Range(Each + 50, 20).Select(i => ($"c-of-b{i}", Copy(i))), .. Enumerable.Range(2 * Each, 20).Select(i => ($"c-copy{i}", Copy(i))),
        ]);

        Assert.Equal((20, 20, 60), (first.Dropped.Count, second.Dropped.Count, third.Dropped.Count));
        Assert.All(first.Dropped.Concat(second.Dropped).Concat(third.Dropped), drop => Assert.EndsWith(Digits(drop.Id), drop.Keeper, StringComparison.Ordinal));
        Assert.All(second.Dropped, drop => Assert.Equal(Path.Combine(_folder, "runs", "one"), drop.In));
        Assert.Equal(40, third.Dropped.Count(drop => drop.In == Path.Combine(_folder, "runs", "two")));
        Assert.Equal([Each, Each, Each], new[] { first.Written, second.Written, third.Written });
        Assert.Equal(name, Assert.Single(third.Steps));
    }

    [Fact]
    public void Parse_AgainstAnotherForm_IsAFault()
    {
        Execute("one", "dedup_exact: { ignore_case: false }", null, [("a", "x"), ("b", "x")]);
        Directory.CreateDirectory(Path.Combine(_folder, "empty"));

        Assert.Contains("'ignore_case' was false and is true", Fault("dedup_exact", "runs/one"), StringComparison.Ordinal);
        Assert.Contains("has no step 'dedup_minhash'", Fault("dedup_minhash", "runs/one"), StringComparison.Ordinal);
        Assert.Contains("is no run folder", Fault("dedup_exact", "empty"), StringComparison.Ordinal);
        Assert.Contains("is no run folder", Fault("dedup_exact", "nowhere"), StringComparison.Ordinal);
        Assert.Contains("'azblob://A_B/run': expected azblob://container/prefix", Fault("dedup_exact", "azblob://A_B/run"), StringComparison.Ordinal);
        foreach (var file in Directory.GetFiles(Path.Combine(_folder, "runs", "one"), "*.hashes.spill", SearchOption.AllDirectories))
        {
            File.Delete(file);
        }

        Assert.Contains("has not finished 01-read", Fault("dedup_exact: { ignore_case: false }", "runs/one"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plan.json", "", "plan.json")]
    [InlineData("plan.json", "{ \"phases\": 7", "plan.json")]
    [InlineData("job.yaml", "steps: [", "job.yaml cannot be read")]
    [InlineData("job.yaml", "", "job.yaml cannot be read")]
    [InlineData("*.hashes.spill", "cut off", "has not finished 01-read")]
    [InlineData("part-00000.done.json", "no marker", "has not finished 01-read")]
    public void Parse_AgainstASpoiltRun_IsAFaultBeforeWorkStarts(string file, string content, string said)
    {
        Execute("one", "dedup_exact", null, [("a", "雨停了"), ("b", "the rain has stopped"), ("c", "雨停了")]);
        foreach (var path in Directory.GetFiles(Path.Combine(_folder, "runs", "one"), file, SearchOption.AllDirectories))
        {
            File.WriteAllText(path, content);
        }

        Assert.Contains(said, Fault("dedup_exact", "runs/one"), StringComparison.Ordinal);
    }

    private static string Digits(string id) => string.Concat(id.Where(char.IsAsciiDigit));

    private string Fault(string step, string against) =>
        Assert.Throws<JobFaultException>(() => Parse("bad", step, against.StartsWith("azblob", StringComparison.Ordinal) ? against : Path.Combine(_folder, against))).Message;

    private Job Parse(string name, string step, string? against)
    {
        var parts = step.Split(": {", 2);
        var options = string.Join(", ", new[] { parts.ElementAtOrDefault(1)?.TrimEnd('}', ' ').Trim(), against is null ? null : $"against: '{against}'" }.OfType<string>());
        return JobFile.Parse(
            $$"""
            job: {{name}}
            input: { read: '{{_folder}}/{{name}}.jsonl' }
            steps: [{{parts[0]}}: { {{options}} }]
            output: { write: '{{_folder}}/out-{{name}}' }
            limits: { split_mb: 1 }
            """,
            "against.yaml", [], Catalog);
    }

    private (List<(string Id, string Keeper, string? In)> Dropped, long Written, IEnumerable<string> Steps) Execute(string name, string step, string? against, (string Id, string Text)[] records)
    {
        File.WriteAllLines(Path.Combine(_folder, name + ".jsonl"), records.Select(record => JsonSerializer.Serialize(new { id = record.Id, text = record.Text })));
        var job = Parse(name, step, against is null ? null : Path.Combine(_folder, "runs", against));
        var folder = Path.Combine(_folder, "runs", name);
        using var run = Run.Open(job, Catalog, folder, true, TimeProvider.System);
        new LocalEngine(2, TimeProvider.System).Execute(run, default);
        var report = run.Finish("done");
        var dropped = Directory.EnumerateFiles(Path.Combine(folder, "dropped"), "*", SearchOption.AllDirectories).SelectMany(Lines).Select(line => JsonNode.Parse(line)!)
            .Select(row => ((string)row["id"]!, (string)row["_drop"]!["keeper_id"]!, (string?)row["_drop"]!["keeper_in"])).ToList();
        return (dropped, report.Records.Written, report.Records.Dropped.Keys);
    }

    private static IEnumerable<string> Lines(string path)
    {
        using var reader = new StreamReader(Compressions.Unpack(File.OpenRead(path), Compressions.OfName(path)));
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }
}
