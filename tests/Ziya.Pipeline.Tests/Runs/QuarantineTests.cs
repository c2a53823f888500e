using System.Text.Json.Nodes;
using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Pipeline.Tests.Runs;

public sealed class QuarantineTests
{
    [Fact]
    public void Publish_FileReadInPieces_CountsItsLinesAnyway()
    {
        using var folder = new TempFolder();
        folder.Write("in/a.jsonl", TestTexts.Lines(20_000, 1));
        folder.Write("in/b 中.jsonl", "first\n\n" + TestTexts.Lines(300, 2));
        TestRun.Execute(TestRun.Job(folder, "append: { word: x }", extra: "limits: { split_mb: 1 }"), folder["run"]);
        var found = Entries(folder, "run/quarantine").Select(entry => ($"{entry["file"]}", (long)entry["line"]!, (long)entry["offset"]!)).ToHashSet();
        Assert.Equal(Broken(folder["in/a.jsonl"]).Concat(Broken(folder["in/b 中.jsonl"])).ToHashSet(), found);
        Assert.True(Directory.GetFiles(folder["run/quarantine"]).Length >= 3);
    }

    [Fact]
    public void Publish_PoisonOfALaterPass_HasLinesToo()
    {
        using var folder = new TempFolder();
        folder.Write("in/a.jsonl", TestTexts.Lines(20_000, 1));
        TestRun.Execute(
            TestRun.Job(folder, "unique, throw_on: { word: lantern 33 }", extra: "limits: { poisoned: 9000, split_mb: 1 }"), folder["run"]);
        var lines = File.ReadAllLines(folder["in/a.jsonl"]);
        var entries = Directory.GetDirectories(folder["run/quarantine"]).SelectMany(pass => Entries(folder, pass)).ToList();
        Assert.NotEmpty(entries);
        Assert.All(entries, entry => Assert.StartsWith(
            $"{{\"id\":\"{entry["record"]!["id"]}\"", lines[(int)(long)entry["line"]! - 1], StringComparison.Ordinal));
        Assert.Contains(entries, entry => (long)entry["offset"]! > 1 << 20);
    }

    [Fact]
    public void Publish_Again_GivesTheSameBytes()
    {
        using var folder = new TempFolder();
        folder.Write("in/a.jsonl", TestTexts.Lines(20_000, 1));
        var job = TestRun.Job(folder, "append: { word: x }", extra: "limits: { split_mb: 1 }");
        TestRun.Execute(job, folder["run"]);
        var before = TestRun.Bytes(folder["run/quarantine"]);
        Directory.Delete(folder["run/quarantine"], true);
        TestRun.Execute(job, folder["run"]);
        Assert.Equal(before, TestRun.Bytes(folder["run/quarantine"]));
    }

    /// <summary>The lines that are no record, each with its number and offset.</summary>
    private static IEnumerable<(string File, long Line, long Offset)> Broken(string path)
    {
        long offset = 0;
        foreach (var (line, number) in File.ReadAllLines(path).Select((line, index) => (line, index + 1)))
        {
            if (line.Length > 0 && !line.EndsWith('}'))
            {
                yield return (path, number, offset);
            }

            offset += System.Text.Encoding.UTF8.GetByteCount(line) + 1;
        }
    }

    private static IEnumerable<JsonNode> Entries(TempFolder folder, string below) =>
        Directory.EnumerateFiles(folder[below]).SelectMany(File.ReadLines).Select(line => JsonNode.Parse(line)!);
}
