using System.Text.Json.Nodes;
using Ziya.Pipeline.Storage;
using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Cli.Tests;

/// <summary>What <c>curate-zh-en.yaml</c> makes of what is planted in its samples, in both languages.</summary>
public sealed class CurateJobTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly JsonNode _planted = JsonNode.Parse(File.ReadAllText(Repository.PathOf("samples/corpus/planted.json")))!;

    /// <summary>Prepares the job's folder.</summary>
    public CurateJobTests()
    {
        _folder.Copy(Repository.PathOf("jobs"));
        _folder.Copy(Repository.PathOf("samples"));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Run_Samples_PlantedFaultsGoAndTheRestIsInOrder()
    {
        var result = ZiyaProcess.Run(_folder.Path, "run", "jobs/curate-zh-en.yaml", "--run-dir", "run");

        Assert.True(result.Exit == Exit.Done, result.Error);
        Assert.Contains("comply: of", result.Output.ReplaceLineEndings(" "), StringComparison.Ordinal);
        var rows = Rows("out/curate-zh-en").ToList();
        var written = rows.DistinctBy(Id).ToDictionary(Id);     // two good records have one id
        Assert.DoesNotContain([.. Ids("spam"), .. Ids("repetitive"), .. Ids("too_short"), .. Ids("symbol_soup"), .. Ids("boilerplate")], written.ContainsKey);
        Assert.All(_planted["exact_duplicates"]!.AsArray(), group => Assert.InRange(group!["ids"]!.AsArray().Count(id => written.ContainsKey((string)id!)), 0, 1));
        AssertPagesWentTheirWays(written);
        Assert.All(rows, row => Assert.Contains((string)row["bucket"]!, (string[])["high", "medium"]));
        foreach (var value in _planted["pii"]!.AsArray().SelectMany(record => record!["values"]!.AsArray()).Select(value => (string)value!["value"]!))
        {
            Assert.DoesNotContain(rows, row => ((string)row["text"]!).Contains(value, StringComparison.Ordinal));
        }

        // Sixty to forty, but for less than one record.
        var tokens = rows.GroupBy(row => (string)row["language"]!).ToDictionary(group => group.Key, group => group.Sum(row => (double)row["scores"]!["tokens"]!));
        Assert.Equal(["en", "zh"], tokens.Keys.Order(StringComparer.Ordinal));
        Assert.InRange(tokens["zh"] / tokens.Values.Sum(), 0.58, 0.62);
    }

    // A step taken away, and what it would have taken is told before anything is written.
    [Theory]
    [InlineData("steps.pii.mode=tag", "privacy")]
    [InlineData("steps.comply.toxic=[samples/lists/common.txt]", "toxic")]
    public void Run_TooMuchIsLeft_WritesNothing(string set, string found)
    {
        File.WriteAllText(_folder["samples/lists/common.txt"], "我们\nbecause\n");

        var result = ZiyaProcess.Run(_folder.Path, "run", "jobs/curate-zh-en.yaml", "--run-dir", "run", "--set", set);

        Assert.Equal(Exit.Failed, result.Exit);
        Assert.Contains(found, result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["out/curate-zh-en/zh"]));
    }

    private void AssertPagesWentTheirWays(Dictionary<string, JsonNode> written)
    {
        (string Page, string? Drop)[] ways =
        [
            ("page-zh-app", "extract no_main_text"), ("page-en-app", "extract no_main_text"),
            ("page-zh-furniture", "classify above_advert"), ("page-en-kitchen", "classify above_advert"),
            ("page-zh-sum", "decontaminate contaminated"), ("page-en-sum", "decontaminate contaminated"),
            ("page-zh-reservoir", "dedup_exact duplicate"), ("page-en-observatory", "dedup_exact duplicate"),
            ("page-zh-reservoir-again", null), ("page-en-observatory-again", null), ("page-zh-tree", null), ("page-zh-clock-latin1", null),
        ];
        var dropped = Rows("run/dropped").Where(row => Id(row).StartsWith("page-", StringComparison.Ordinal)).ToDictionary(Id, row => $"{row["_drop"]!["step"]} {row["_drop"]!["reason"]}");
        Assert.All(ways, way => Assert.Equal(way.Drop, dropped.GetValueOrDefault(way.Page)));
        Assert.All(ways.Where(way => way.Drop is null), way => Assert.Contains(way.Page, written.Keys));
        Assert.StartsWith("村口的老树据说有五百年了", (string)written["page-zh-tree"]["text"]!, StringComparison.Ordinal);
        Assert.Equal("钟楼上的名字", (string)written["page-zh-clock-latin1"]["meta"]!["title"]!);
        Assert.DoesNotContain("首页", (string)written["page-zh-clock-latin1"]["text"]!, StringComparison.Ordinal);
        Assert.EndsWith("needed elsewhere.", (string)written["page-en-observatory-again"]["text"]!, StringComparison.Ordinal);
    }

    private IEnumerable<string> Ids(string kind) => _planted[kind]!.AsArray().Select(record => (string)record!["id"]!);

    private static string Id(JsonNode row) => (string)row["id"]!;

    private IEnumerable<JsonNode> Rows(string below) => Directory.EnumerateFiles(_folder[below], "*.jsonl*", SearchOption.AllDirectories).SelectMany(Lines).Select(line => JsonNode.Parse(line)!);

    private static IEnumerable<string> Lines(string path)
    {
        using var reader = new StreamReader(Compressions.Unpack(File.OpenRead(path), Compressions.OfName(path)));
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }
}
