using System.Text.Json.Nodes;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Schemas;

namespace Ziya.Cli.Tests.Schemas;

/// <summary>The schema and the program agree: what one refuses in a job file, so does the other.</summary>
public sealed class JobSchemaTests
{
    private const string Whole = """
        job: t
        input: { read: "*.jsonl" }
        steps: []
        output: { write: out }
        """;

    private static readonly JsonNode Schema = JsonNode.Parse(SchemaFiles.Write(Catalog.All)["job.schema.json"])!;

    public static TheoryData<string> Shipped => [.. Directory.Exists(Repository.PathOf("jobs"))
        ? Directory.GetFiles(Repository.PathOf("jobs"), "*.yaml").Select(path => Path.GetFileName(path))
        : []];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Shipped))]
    public void Schema_JobThatShips_IsValid(string name) =>
        Assert.Empty(SchemaValidator.Faults(Schema, YamlToJson.Read(File.ReadAllText(Repository.PathOf("jobs", name)))));

    [Theory]
    [InlineData("input.read", "[a.jsonl, b.jsonl]")]
    [InlineData("input.kind", "dialogue")]
    [InlineData("input.format", "jsonl")]
    [InlineData("input.encoding", "gb18030")]
    [InlineData("input.fields", "{ text: 正文.内容 }")]
    [InlineData("seed", "18446744073709551615")]
    [InlineData("limits", "")]
    [InlineData("limits", "{ split_mb: ~, memory_mb: 512 }")]
    [InlineData("output.compression", "none")]
    [InlineData("steps", "[language]")]
    [InlineData("steps", "[{ language: }]")]
    [InlineData("steps", "[{ language: { keep: zh, min_confidence: 1e-2 } }]")]
    [InlineData("steps", "[{ sample: { count: 3, rate: null } }, { sample: { rate: 1 } }]")]
    [InlineData("steps", "[{ bucket: { by: length, order: descending, cuts: { 高: 30.5, 低: 100 } } }]")]
    public void Schema_RightJob_IsValidForBoth(string path, string value)
    {
        var yaml = With(path, value);
        Assert.Empty(SchemaValidator.Faults(Schema, YamlToJson.Read(yaml)));
        JobFile.Parse(yaml, "job.yaml", [], Catalog.All, checkFiles: false);
    }

    [Theory]
    [InlineData("job", "-name")]
    [InlineData("job", "")]
    [InlineData("jobs", "x")]
    [InlineData("seed", "-1")]
    [InlineData("seed", "1.5")]
    [InlineData("seed", "\"1\"")]
    [InlineData("input", "{}")]
    [InlineData("input", "")]
    [InlineData("input.kind", "documents")]
    [InlineData("input.kind", "Document")]
    [InlineData("input.format", "jsonlines")]
    [InlineData("input.fields", "{ txt: content }")]
    [InlineData("input.fields", "{ text: { path: content } }")]
    [InlineData("output.shard_mb", "0")]
    [InlineData("output.shard_mb", "65537")]
    [InlineData("output.shard_mb", "")]
    [InlineData("limits.split_mb", "0")]
    [InlineData("steps", "language")]
    [InlineData("steps", "")]
    [InlineData("steps", "[languages]")]
    [InlineData("steps", "[bucket]")]
    [InlineData("steps", "[{ bucket: }]")]
    [InlineData("steps", "[{ bucket: { by: } }]")]
    [InlineData("steps", "[{ language: {}, sample: { rate: 1 } }]")]
    [InlineData("steps", "[{ language: { kep: zh } }]")]
    [InlineData("steps", "[{ sample: { rate: 1.01 } }]")]
    [InlineData("steps", "[{ sample: { count: many } }]")]
    [InlineData("steps", "[{ bucket: { by: length, cuts: { low: 101 } } }]")]
    [InlineData("steps", "[{ bucket: { by: length, cuts: [100] } }]")]
    public void Schema_WrongJob_IsWrongForBoth(string path, string value)
    {
        var yaml = With(path, value);
        Assert.NotEmpty(SchemaValidator.Faults(Schema, YamlToJson.Read(yaml)));
        Assert.Throws<JobFaultException>(() => JobFile.Parse(yaml, "job.yaml", [], Catalog.All, checkFiles: false));
    }

    [Theory]
    [InlineData("job")]
    [InlineData("input")]
    [InlineData("steps")]
    [InlineData("output")]
    public void Schema_JobWithoutKey_IsWrongForBoth(string key)
    {
        var yaml = string.Join('\n', Whole.Split('\n').Where(line => !line.StartsWith(key, StringComparison.Ordinal)));
        Assert.NotEmpty(SchemaValidator.Faults(Schema, YamlToJson.Read(yaml)));
        Assert.Throws<JobFaultException>(() => JobFile.Parse(yaml, "job.yaml", [], Catalog.All, checkFiles: false));
    }

    [Fact]
    public void Schema_Defaults_AreValid() => CheckDefaults(Schema);

    private static void CheckDefaults(JsonNode? node)
    {
        foreach (var (key, value) in node as JsonObject ?? [])
        {
            if (key == "default" && node!["properties"]?["default"] is null)
            {
                Assert.Empty(SchemaValidator.Faults(node, value));
            }

            CheckDefaults(value);
        }

        (node as JsonArray)?.ToList().ForEach(CheckDefaults);
    }

    /// <summary>The whole job with one value set, in a line of its own at the end.</summary>
    private static string With(string path, string value)
    {
        var keys = path.Split('.');
        var line = (path, keys) switch
        {
            ("input.read", _) => $"input: {{ read: {value} }}",
            (_, ["input", var key]) => $"input: {{ read: \"*\", {key}: {value} }}",
            (_, ["output", var key]) => $"output: {{ write: out, {key}: {value} }}",
            (_, [var group, var key]) => $"{group}: {{ {key}: {value} }}",
            _ => $"{path}: {value}",
        };
        return string.Join('\n', Whole.Split('\n').Where(other => !other.StartsWith($"{keys[0]}:", StringComparison.Ordinal)).Append(line));
    }
}
