using System.Text;
using System.Text.Json.Nodes;
using Ziya.Pipeline.Schemas;

namespace Ziya.Cli.Tests.Schemas;

public sealed class SchemaFilesTests
{
    private static readonly IReadOnlyDictionary<string, byte[]> Generated = SchemaFiles.Write(Catalog.All);

    public static TheoryData<string> Names => [.. Generated.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Write_ThisBuild_IsWhatSchemasHolds(string name)
    {
        var path = Repository.PathOf("schemas", name);
        var held = File.Exists(path) ? Encoding.UTF8.GetString(File.ReadAllBytes(path)) : "";
        var made = Encoding.UTF8.GetString(Generated[name]);
        var (heldLines, madeLines) = (held.Split('\n'), made.Split('\n'));
        var line = heldLines.Zip(madeLines).TakeWhile(pair => pair.First == pair.Second).Count();
        Assert.True(held == made, $"""
            schemas/{name} is not what the types say, from line {line + 1} on.
              file:  {heldLines.ElementAtOrDefault(line)}
              types: {madeLines.ElementAtOrDefault(line)}
            Write it again, in the repository's root: dotnet run --project src/Ziya.Cli -- schema
            """);
    }

    [Fact]
    public void Write_ThisBuild_LeavesNoOtherFileInSchemas() =>
        Assert.Equal(Generated.Keys, Directory.GetFiles(Repository.PathOf("schemas"), "*.json").Select(Path.GetFileName).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Names))]
    public void Readme_NamesEveryFile(string name) =>
        Assert.Contains($"| `{name}` |", File.ReadAllText(Repository.PathOf("schemas", "README.md")), StringComparison.Ordinal);

    [Fact]
    public void Write_Twice_GivesEqualBytes()
    {
        var again = SchemaFiles.Write(Catalog.All);
        Assert.All(Generated, pair => Assert.Equal(pair.Value, again[pair.Key]));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Write_EveryProperty_IsDescribed(string name)
    {
        var missing = new List<string>();
        Undescribed(JsonNode.Parse(Generated[name])!, "", missing);
        Assert.Empty(missing);
    }

    private static void Undescribed(JsonNode? node, string at, List<string> missing)
    {
        if (node is JsonArray items)
        {
            for (var i = 0; i < items.Count; i++)
            {
                Undescribed(items[i], $"{at}/{i}", missing);
            }
        }

        foreach (var (key, value) in node as JsonObject ?? [])
        {
            Undescribed(value, $"{at}/{key}", missing);
            if (key == "properties" && value is JsonObject properties)
            {
                missing.AddRange(properties.Where(pair => string.IsNullOrWhiteSpace((string?)pair.Value?["description"])).Select(pair => $"{at}/{pair.Key}"));
            }
        }
    }
}
