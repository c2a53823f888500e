using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ziya.Corpus.Bucketing;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Tests.Bucketing;

/// <summary>Cut-offs that one run keeps and a later one uses, in whole jobs.</summary>
public sealed class BucketCutsTests : IDisposable
{
    private static readonly StepCatalog Catalog = new(typeof(Bucket).Assembly);

    private readonly string _folder = Directory.CreateTempSubdirectory("ziya-cuts-").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    [Theory]
    [InlineData("ascending")]
    [InlineData("descending")]
    public void Save_ThenCutsFrom_BucketsTheSameInputAlike(string order)
    {
        Write("a", Enumerable.Range(0, 300).Select(i => (i % 3 == 0 ? "zh" : i % 3 == 1 ? "en" : null, (double?)((i * 37 % 101) - 50))).Append(("zh", null)));

        var found = Buckets("save", $"bucket: {{ by: scores.ppl, order: {order}, within: language, save: '{_folder}/keep/cuts.json' }}");
        var applied = Buckets("apply", $"bucket: {{ by: scores.ppl, order: {order}, within: language, cuts_from: '{_folder}/keep/cuts.json' }}");

        Assert.Equal(found, applied);
        Assert.Equal(4, found.Values.Distinct().Count());
        Assert.Single(Directory.GetDirectories($"{_folder}/runs/apply/phases"));
    }

    [Fact]
    public void Save_Cuts_AreThoseOfSortingEverything()
    {
        var random = new Random(7);
        var values = Enumerable.Range(0, 500).Select(i => (Language: i % 4 == 0 ? "en" : "zh", Value: (double?)Math.Round(random.NextDouble() * 1000, 2))).ToList();
        Write("a", values.Take(200).Select(v => ((string?)v.Language, v.Value)));
        Write("b", values.Skip(200).Select(v => ((string?)v.Language, v.Value)));

        Buckets("save", $"bucket: {{ by: scores.ppl, within: language, cuts: {{ 上: 30, 中: 60, 下: 100 }}, save: '{_folder}/cuts.json' }}");

        var file = JsonNode.Parse(File.ReadAllText($"{_folder}/cuts.json"))!;
        Assert.Equal("bucket cuts 1", (string?)file["ziya"]);
        Assert.Equal(["en", "zh"], file["groups"]!.AsArray().Select(group => (string)group!["group"]!));
        foreach (var group in file["groups"]!.AsArray())
        {
            var sorted = values.Where(v => v.Language == (string)group!["group"]!).Select(v => v.Value!.Value).Order().ToList();
            Assert.Equal(sorted.Count, (int)group!["records"]!);
            Assert.Equal([sorted[(sorted.Count * 3 + 9) / 10 - 1], sorted[(sorted.Count * 6 + 9) / 10 - 1], sorted[^1]], group["cuts"]!.AsObject().Select(cut => (double)cut.Value!));
        }
    }

    [Fact]
    public void Run_DoneRunWhoseFileWasDeleted_WritesItAnew()
    {
        Write("a", [("zh", 1), ("en", 2)]);
        var step = $"bucket: {{ by: scores.ppl, save: '{_folder}/cuts.json' }}";
        Buckets("run", step);
        var before = File.ReadAllBytes($"{_folder}/cuts.json");
        File.Delete($"{_folder}/cuts.json");

        Buckets("run", step);

        Assert.Equal(before, File.ReadAllBytes($"{_folder}/cuts.json"));
    }

    [Fact]
    public void Run_CutsOfCcnetWrittenByHand_AreKeptApartByLanguage()
    {
        File.WriteAllText($"{_folder}/ccnet.json", """
            { "ziya": "bucket cuts 1", "by": "scores.ppl", "order": "ascending", "within": "language", "groups": [
              { "group": "zh", "cuts": { "head": 1460, "middle": 1950, "tail": null } },
              { "group": "en", "cuts": { "head": 340, "middle": 520, "tail": null } }] }
            """);
        Write("a", [("zh", 1460), ("zh", 1460.5), ("zh", 1e9), ("en", 340), ("en", 520), ("en", 521), ("fr", 1), (null, 1), ("en", null)]);

        Assert.Equal(
            ["head", "middle", "tail", "head", "middle", "tail", "unscored", "unscored", "unscored"],
            Buckets("fixed", $"bucket: {{ by: scores.ppl, within: language, cuts_from: '{_folder}/ccnet.json' }}").Values);
    }

    [Fact]
    public void Run_CutsChanged_BucketsAnew()
    {
        Write("a", [("zh", 5)]);
        Cuts(4);
        Assert.Equal(["b"], Buckets("run", $"bucket: {{ by: scores.ppl, cuts_from: '{_folder}/c.json' }}").Values);
        Cuts(5);
        Assert.Equal(["a"], Buckets("run", $"bucket: {{ by: scores.ppl, cuts_from: '{_folder}/c.json' }}").Values);

        void Cuts(int cut) => File.WriteAllText($"{_folder}/c.json", """{"ziya":"bucket cuts 1","by":"scores.ppl","order":"ascending","groups":[{"cuts":{"a":CUT,"b":null}}]}""".Replace("CUT", $"{cut}", StringComparison.Ordinal));
    }

    [Fact]
    public void Run_PresetOfZiya2_DropsAllBeyondTheSixtiethPercentile()
    {
        Write("a", Enumerable.Range(1, 20).SelectMany(i => new (string?, double?)[] { ("zh", i), ("en", 100 * i) }));

        var report = Execute("ziya2", "bucket: { by: scores.ppl, within: language, preset: ziya2 }");

        Assert.Equal(16, report.Records.Dropped["bucket"]["low"]);
        Assert.Equal(12, report.Stats.Written.Bucket["high"]);
        Assert.Equal(12, report.Stats.Written.Bucket["medium"]);
    }

    [Fact]
    public void Run_PresetOfCcnet_NamesHeadMiddleAndTail()
    {
        Write("a", Enumerable.Range(1, 10).Select(i => ((string?)"zh", (double?)i)));

        Assert.Equal(["head", "head", "head", "middle", "middle", "middle", "tail", "tail", "tail", "tail"], Buckets("ccnet", "bucket: { by: scores.ppl, preset: ccnet }").Values);
    }

    [Theory]
    [InlineData("by: length, within: language", "'by' is 'length', but")]
    [InlineData("by: scores.ppl", "'within' is none, but")]
    [InlineData("by: scores.ppl, within: source", "'within' is 'source', but")]
    [InlineData("by: scores.ppl, within: language, order: descending", "'order' is descending, but")]
    [InlineData("by: scores.ppl, within: language, cuts: { a: 50, b: 100 }", "says which buckets there are (high, low)")]
    [InlineData("by: scores.ppl, within: language, preset: ziya2", "says which buckets there are (high, low)")]
    [InlineData("by: scores.ppl, within: language, save: x.json", "'save' and 'cuts_from' exclude each other")]
    [InlineData("by: scores.ppl, within: language, drop: [medium]", "'drop' names 'medium', which is no bucket")]
    public void Parse_CutsOfAnotherKind_AreAFaultOfTheJob(string options, string message)
    {
        File.WriteAllText($"{_folder}/c.json", """{"ziya":"bucket cuts 1","by":"scores.ppl","order":"ascending","within":"language","groups":[{"group":"zh","cuts":{"high":3,"low":9}}]}""");

        Assert.Contains(message, Fault($"bucket: {{ {options}, cuts_from: '{_folder}/c.json' }}"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[1]")]
    [InlineData("""{"by":"scores.ppl"}""")]
    [InlineData("""{"ziya":"bucket cuts 2","by":"scores.ppl","order":"ascending","groups":[{"cuts":{"a":1}}]}""")]
    [InlineData("""{"ziya":"bucket cuts 1","by":"scores.ppl","order":"ascending","groups":[]}""")]
    [InlineData("""{"ziya":"bucket cuts 1","by":"scores.ppl","order":"ascending","groups":[null]}""")]
    [InlineData("""{"ziya":"bucket cuts 1","by":"scores.ppl","order":"upwards","groups":[{"cuts":{"a":1}}]}""")]
    [InlineData("""{"ziya":"bucket cuts 1","by":"scores.ppl","order":"ascending","groups":[{"cuts":{"a":5,"b":4}}]}""")]
    [InlineData("""{"ziya":"bucket cuts 1","by":"scores.ppl","order":"ascending","groups":[{"cuts":{"a":null,"b":4}}]}""")]
    [InlineData("""{"ziya":"bucket cuts 1","by":"scores.ppl","order":"ascending","groups":[{"group":"zh","cuts":{"a":1}}]}""")]
    [InlineData("""{"ziya":"bucket cuts 1","by":"scores.ppl","order":"ascending","within":"language","groups":[{"group":"zh","cuts":{"a":1}},{"group":"zh","cuts":{"a":1}}]}""")]
    [InlineData("""{"ziya":"bucket cuts 1","by":"scores.ppl","order":"ascending","within":"language","groups":[{"group":"zh","cuts":{"a":1}},{"group":"en","cuts":{"b":1}}]}""")]
    [InlineData("""{"ziya":"bucket cuts 1","by":"scores.ppl","order":"ascending","grups":[{"cuts":{"a":1}}]}""")]
    [InlineData("""{"ziya":"bucket cuts 1","by":"scores.ppl","order":"ascending","groups":[{"cuts":{"a":"viel"}}]}""")]
    public void Parse_FileThatIsNoCuts_IsAFaultWithAnExample(string content)
    {
        File.WriteAllText($"{_folder}/c.json", content);

        var fault = Fault($"bucket: {{ by: scores.ppl, cuts_from: '{_folder}/c.json' }}");

        Assert.Contains("is no file of cuts that can be used", fault, StringComparison.Ordinal);
        Assert.Contains("One looks like this", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_MissingFileOrFolderToSaveTo_IsAFaultOfTheJob()
    {
        Assert.Contains("cannot be read", Fault($"bucket: {{ by: length, cuts_from: '{_folder}/none.json' }}"), StringComparison.Ordinal);
        Assert.Contains("is a folder", Fault($"bucket: {{ by: length, save: '{_folder}' }}"), StringComparison.Ordinal);
        Assert.Contains("are kept on this machine", Fault("bucket: { by: length, save: 'azblob://box/cuts.json' }"), StringComparison.Ordinal);
        Assert.Contains("two steps would save to", Fault($"bucket: {{ by: length, save: {_folder}/a }}, bucket: {{ by: length, save: {_folder}/a }}"), StringComparison.Ordinal);
        Assert.Contains("one of 'preset' and 'cuts'", Fault("bucket: { by: length, preset: ccnet, cuts: { a: 100 } }"), StringComparison.Ordinal);
    }

    private string Fault(string steps)
    {
        Directory.CreateDirectory($"{_folder}/in");
        File.WriteAllText($"{_folder}/in/a.jsonl", "");
        return string.Join('\n', Assert.Throws<JobFaultException>(() => Parse("bad", steps)).Faults.Select(fault => fault.ToString()));
    }

    private void Write(string name, IEnumerable<(string? Language, double? Value)> records)
    {
        Directory.CreateDirectory($"{_folder}/in");
        File.WriteAllLines($"{_folder}/in/{name}.jsonl", records.Select((record, i) => JsonSerializer.Serialize(new Dictionary<string, object?>
        {
            ["id"] = string.Create(CultureInfo.InvariantCulture, $"{name}{i:000}"),
            ["text"] = "文",
            ["language"] = record.Language,
            ["scores"] = record.Value is { } value ? new Dictionary<string, double> { ["ppl"] = value } : new(),
        }.Where(pair => pair.Value is not null).ToDictionary())));
    }

    private SortedDictionary<string, string> Buckets(string name, string step)
    {
        Execute(name, step);
        var rows = Directory.GetFiles($"{_folder}/out-{name}", "*.jsonl").SelectMany(File.ReadLines).Select(line => JsonNode.Parse(line)!);
        return new SortedDictionary<string, string>(rows.ToDictionary(row => (string)row["id"]!, row => (string)row["bucket"]!), StringComparer.Ordinal);
    }

    private Report Execute(string name, string step)
    {
        using var run = Run.Open(Parse(name, step), Catalog, $"{_folder}/runs/{name}", false, TimeProvider.System);
        new LocalEngine(2, TimeProvider.System).Execute(run, default);
        return run.Finish("done");
    }

    private Job Parse(string name, string steps) => JobFile.Parse(
        $"job: cuts-{name}\ninput: {{ read: '{_folder}/in/*.jsonl' }}\nsteps: [{steps}]\noutput: {{ write: '{_folder}/out-{name}', compression: none }}\n", "job.yaml", [], Catalog);
}
