using System.Text.Json.Nodes;
using Ziya.Pipeline.Storage;
using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Cli.Tests;

/// <summary>The files of <c>samples/corpus/other</c>, read as <c>planted.json</c> says they are.</summary>
public sealed class FormatsSampleTests : IDisposable
{
    private static readonly string[] Folders = ["out", "run/dropped"];

    private readonly TempFolder _folder = new();

    private static JsonNode Planted => JsonNode.Parse(File.ReadAllText(Repository.PathOf("samples", "corpus", "planted.json")))!["other"]!;

    [Fact]
    public void Run_JobThatShips_ReadsEveryRecordOfEveryFormat()
    {
        foreach (var path in Directory.GetFiles(Repository.PathOf("samples", "corpus", "other")))
        {
            _folder.Write("samples/corpus/other/" + Path.GetFileName(path), File.ReadAllBytes(path));
        }

        Run(File.ReadAllText(Repository.PathOf("jobs", "formats-sample.yaml")));
        var records = JsonNode.Parse(File.ReadAllText(_folder["run/report.json"]))!["records"]!;
        Assert.Equal(0, (int)records["quarantined"]!);
        var expected = new Dictionary<string, int>
        {
            ["archive.jsonl.gz"] = (int)Planted["archive.jsonl.gz"]!["records"]!,
            ["crawl.warc"] = (int)Planted["crawl.warc"]!["conversion"]! + (int)Planted["crawl.warc"]!["response"]!,
            ["diary.gb18030.txt"] = 1,
            ["letters.parquet"] = (int)Planted["letters.parquet"]!["rows"]!,
            ["notes.txt"] = 1,
            ["reviews.csv"] = (int)Planted["reviews.csv"]!["rows"]!,
        };
        Assert.Equal(expected.Values.Sum(), (int)records["read"]!);
        Assert.Equal(expected, Rows().CountBy(row => ((string)row["id"]!).StartsWith("gz-", StringComparison.Ordinal) ? "archive.jsonl.gz" : (string)row["source"]!).ToDictionary());
        Assert.Contains(Rows(), row => ((string)row["text"]!).StartsWith("早上八点倒进去的开水", StringComparison.Ordinal) && (string)row["language"]! == "zh" && (string)row["meta"]!["stars"]! == "5");
        Assert.Contains(Rows(), row => (string)row["id"]! == "p2" && (string)row["language"]! == "en" && (string)row["meta"]!["origin"]!["place"]! == "North Quay");
    }

    [Theory]
    [InlineData("notes.txt")]
    [InlineData("diary.gb18030.txt")]
    public void Run_Paragraphs_AreAsManyAsPlanted(string file)
    {
        _folder.Write("in/" + file, File.ReadAllBytes(Repository.PathOf("samples", "corpus", "other", file)));
        Run("job: t\ninput: { read: 'in/*', format: paragraphs }\nsteps: []\noutput: { write: out }\n");
        Assert.Equal((int)Planted[file]!["paragraphs"]!, Rows().Count());
        Assert.DoesNotContain(Rows(), row => ((string)row["text"]!).Contains('\ufffd', StringComparison.Ordinal));
    }

    public void Dispose() => _folder.Dispose();

    private void Run(string job)
    {
        _folder.Write("job.yaml", job);
        var result = ZiyaProcess.Run(_folder.Path, "run", "job.yaml", "--run-dir", "run");
        Assert.True(result.Exit == 0, result.Error);
    }

    /// <summary>What was written and what was dropped.</summary>
    private IEnumerable<JsonNode> Rows()
    {
        foreach (var path in Folders.Where(below => Directory.Exists(_folder[below])).SelectMany(below => Directory.GetFiles(_folder[below], "part-*", SearchOption.AllDirectories)))
        {
            using var reader = new StreamReader(Compressions.Unpack(File.OpenRead(path), Compressions.OfName(path)));
            while (reader.ReadLine() is { } line)
            {
                yield return JsonNode.Parse(line)!;
            }
        }
    }
}
