using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Ziya.Pipeline.Storage;
using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Cli.Tests;

/// <summary>Every job that ships, run as its readers run it: nothing disappears.</summary>
public sealed class ShippedJobsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    /// <summary>The job files; an empty name where none ships, since a theory needs a row.</summary>
    public static TheoryData<string> Jobs =>
        [.. Directory.GetFiles(Repository.PathOf("jobs"), "*.yaml").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal).DefaultIfEmpty("")];

    [Theory]
    [MemberData(nameof(Jobs))]
    public void Run_ShippedJob_AddsUpToTheLastRecord(string job)
    {
        Assert.SkipWhen(job.Length == 0, "no job ships yet");
        _folder.Copy(Repository.PathOf("jobs"));
        _folder.Copy(Repository.PathOf("samples"));
        var result = ZiyaProcess.Run(_folder.Path, "run", "jobs/" + job, "--run-dir", "run");
        Assert.True(result.Exit == 0, result.Error);
        var report = JsonNode.Parse(File.ReadAllText(_folder["run/report.json"]))!;
        var records = report["records"]!;
        var dropped = records["dropped"]!.AsObject().ToDictionary(step => step.Key, step => step.Value!.AsObject().ToDictionary(reason => reason.Key, reason => (long)reason.Value!));
        var written = (long)records["written"]!;
        var quarantined = (long)records["quarantined"]!;
        Assert.Equal(
            (long)records["read"]! + records["created"]!.AsObject().Sum(step => (long)step.Value!),
            written + quarantined + dropped.Values.Sum(reasons => reasons.Values.Sum()));
        Assert.True(written > 0);
        Assert.Equal(quarantined, report["quarantine"]!.AsObject().Sum(reason => (long)reason.Value!));

        var dataset = Path.GetDirectoryName(Assert.Single(Directory.GetFiles(_folder.Path, "manifest.json", SearchOption.AllDirectories)))!;
        AssertManifest(dataset, written);
        Assert.Equal(quarantined, Rows("run/quarantine").Count());
        foreach (var (step, reasons) in dropped)
        {
            Assert.Equal(reasons, Rows($"run/dropped/{step}").CountBy(row => (string)row["_drop"]!["reason"]!).ToDictionary(pair => pair.Key, pair => (long)pair.Value));
        }

        Assert.Equal(dropped.Keys.Order(StringComparer.Ordinal), Directory.Exists(_folder["run/dropped"])
            ? Directory.GetDirectories(_folder["run/dropped"]).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal) : []);
    }

    public void Dispose() => _folder.Dispose();

    private static void AssertManifest(string dataset, long written)
    {
        var manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(dataset, "manifest.json")))!;
        Assert.Equal(written, (long)manifest["rows"]!);
        var files = manifest["files"]!.AsArray();
        Assert.Equal(written, files.Sum(file => (long)file!["rows"]!));
        Assert.Equal(
            files.Select(file => (string)file!["path"]!).Append("README.md").Append("manifest.json").Order(StringComparer.Ordinal),
            Directory.GetFiles(dataset, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(dataset, path)).Order(StringComparer.Ordinal));
        foreach (var file in files)
        {
            var path = Path.Combine(dataset, (string)file!["path"]!);
            var bytes = File.ReadAllBytes(path);
            Assert.Equal((long)file["bytes"]!, bytes.Length);
            Assert.Equal((string)file["sha256"]!, Convert.ToHexStringLower(SHA256.HashData(bytes)));
            if (path.Contains(".jsonl", StringComparison.Ordinal))
            {
                Assert.Equal((long)file["rows"]!, Lines(path).Count());
            }
        }
    }

    private IEnumerable<JsonNode> Rows(string below) => Directory.Exists(_folder[below])
        ? Directory.EnumerateFiles(_folder[below], "*", SearchOption.AllDirectories).SelectMany(Lines).Select(line => JsonNode.Parse(line)!) : [];

    private static IEnumerable<string> Lines(string path)
    {
        using var reader = new StreamReader(Compressions.Unpack(File.OpenRead(path), Compressions.OfName(path)));
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }
}
