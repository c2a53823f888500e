using System.Text.Json.Nodes;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Schemas;

namespace Ziya.Cli.Tests.Schemas;

/// <summary>What a run over the sample corpus leaves behind has the form its schemas say.</summary>
public sealed class OutputSchemaTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ziya-schema-").FullName;

    [Fact]
    public void Schema_FilesOfARun_AreValid()
    {
        RunSamples();
        Check("report", File.ReadAllText(Path.Combine(_folder, "run", "report.json")));
        Check("manifest", File.ReadAllText(Path.Combine(_folder, "out", "manifest.json")));
        var lines = Directory.GetFiles(Path.Combine(_folder, "out"), "*.jsonl", SearchOption.AllDirectories).SelectMany(File.ReadLines).ToList();
        Assert.NotEmpty(lines);
        Assert.All(lines, line => Check("document", line));
    }

    [Theory]
    [InlineData("manifest", "rows")]
    [InlineData("manifest", "files")]
    [InlineData("report", "records")]
    public void Schema_FileOfARunWithoutAKey_IsNotValid(string name, string key)
    {
        RunSamples();
        var path = name == "report" ? Path.Combine(_folder, "run", "report.json") : Path.Combine(_folder, "out", "manifest.json");
        var json = (JsonObject)JsonNode.Parse(File.ReadAllText(path))!;
        json.Remove(key);
        Assert.NotEmpty(SchemaValidator.Faults(Schema(name), json));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void RunSamples()
    {
        var yaml = $$"""
            job: schema-test
            input: { read: "{{Repository.PathOf("samples", "corpus", "*.jsonl")}}", fields: { text: content } }
            steps: [{ language: { keep: [zh, en] } }, { sample: { count: 20, within: language } }, { bucket: { by: length } }]
            output: { write: "{{Path.Combine(_folder, "out")}}/{language}", compression: none }
            """;
        var job = JobFile.Parse(yaml, "job.yaml", [], Catalog.All);
        using var run = Run.Open(job, Catalog.All, Path.Combine(_folder, "run"), fresh: true, TimeProvider.System);
        new LocalEngine(1, TimeProvider.System).Execute(run, TestContext.Current.CancellationToken);
        run.Finish("done");
    }

    private static void Check(string name, string json) => Assert.Empty(SchemaValidator.Faults(Schema(name), JsonNode.Parse(json)));

    private static JsonNode Schema(string name) => JsonNode.Parse(SchemaFiles.Write(Catalog.All)[$"{name}.schema.json"])!;
}
