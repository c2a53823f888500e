using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Ziya.Cli.Tests.Schemas;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Schemas;
using Ziya.Synthesis.Prompts;

namespace Ziya.Cli.Tests;

/// <summary>jobs/README.md says what the program does.</summary>
public sealed partial class JobsReadmeTests
{
    private static readonly string Readme = File.ReadAllText(Repository.PathOf("jobs", "README.md"));
    private static readonly string[] Lines = Readme.Split('\n');
    private static readonly JsonObject Schema = (JsonObject)JsonNode.Parse(SchemaFiles.Write(Catalog.All)["job.schema.json"])!;

    public static TheoryData<string, string, string> Keys => [.. KeysOf(Schema, "")];

    public static TheoryData<string> Steps => [.. Catalog.All.Names];

    public static TheoryData<string> Formats => [.. Catalog.All.Formats.Keys];

    public static TheoryData<string> OutputFormats => [.. Catalog.All.OutputFormats.Keys];

    [Theory]
    [MemberData(nameof(Keys))]
    public void Keys_OfAJob_HaveARowWithTheirDefaultAndChoices(string key, string fallback, string choices)
    {
        var row = Assert.Single(Lines, line => line.StartsWith($"| `{key}` |", StringComparison.Ordinal));
        Assert.Equal(fallback, row.Split('|')[2].Trim());
        Assert.All(choices.Split(',', StringSplitOptions.RemoveEmptyEntries), choice => Assert.Contains(choice, row, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public void Steps_OfTheCatalog_HaveARow(string step) => HasRow(Section("### Steps"), step, "step");

    [Theory]
    [MemberData(nameof(Formats))]
    public void Formats_OfTheCatalog_HaveARowWithTheirEndings(string format)
    {
        var row = HasRow(Section("### Input"), format, "format");
        Assert.All(Catalog.All.Formats[format].Extensions, ending => Assert.Contains($"`{ending}`", row, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(OutputFormats))]
    public void OutputFormats_OfTheCatalog_HaveARowWithTheirVariants(string format)
    {
        var row = HasRow(Section("### Output"), format, "output format");
        Assert.All(new OutputOptions { Write = "out", FormatType = Catalog.All.OutputFormats[format] }.OpenFormat().Variants, variant => Assert.Contains($"`{variant}`", row, StringComparison.Ordinal));
    }

    [Fact]
    public void Prompts_ThatComeAlong_AreListedByTheirNames()
    {
        // A name whole, or where it is not the first of its folder in the table, without the folder.
        var section = string.Join('\n', Section("### Prompts"));
        Assert.DoesNotContain(new PromptBook(null, "").Names, name => !section.Contains($"`{name}`", StringComparison.Ordinal) && !section.Contains($"`{name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..]}`", StringComparison.Ordinal));
    }

    [Fact]
    public void Rows_OfStepsAndFormats_AreInTheCatalog()
    {
        Assert.Empty(Rows(Section("### Steps")).Except(Catalog.All.Names));
        Assert.Empty(Rows(Section("### Input")).Except(Catalog.All.Formats.Keys));
        Assert.Empty(Rows(Section("### Output")).Except(Catalog.All.OutputFormats.Keys));
    }

    [Fact]
    public void Example_WholeJob_IsRightForProgramAndSchema()
    {
        var yaml = Assert.Single(YamlBlock().Matches(Readme)).Groups[1].Value;
        JobFile.Parse(yaml, "jobs/README.md", [], Catalog.All, checkFiles: false);
        Assert.Empty(SchemaValidator.Faults(Schema, YamlToJson.Read(yaml)));
    }

    private static string HasRow(string[] section, string name, string noun)
    {
        var row = Array.Find(section, line => line.StartsWith($"| `{name}` |", StringComparison.Ordinal));
        Assert.True(row is not null, $"jobs/README.md has no row for the {noun} '{name}'. Add to its table: | `{name}` | ... |");
        return row;
    }

    private static IEnumerable<string> Rows(string[] section) =>
        section.Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(line => line.Split('`')[1]);

    private static string[] Section(string heading) =>
        [.. Lines.SkipWhile(line => line != heading).Skip(1).TakeWhile(line => !line.StartsWith('#'))];

    /// <summary>The keys of a job and of the mappings in it; what is in steps has its own place.</summary>
    private static IEnumerable<(string Key, string Default, string Choices)> KeysOf(JsonObject schema, string prefix)
    {
        var required = schema["required"] as JsonArray ?? [];
        foreach (var (name, value) in (JsonObject)schema["properties"]!)
        {
            var option = (JsonObject)value!;
            var fallback = required.Any(key => (string)key! == name) ? "required"
                : option["default"] is { } given ? given is JsonObject or JsonArray { Count: 0 } ? "none" : given.ToString() : "";
            var choices = name == "format" ? "" : string.Join(',', option["enum"] as JsonArray ?? []);
            yield return (prefix + name, fallback, choices);
            if (prefix.Length == 0 && option.ContainsKey("properties"))
            {
                foreach (var inner in KeysOf(option, $"{name}."))
                {
                    yield return inner;
                }
            }
        }
    }

    [GeneratedRegex("```yaml\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex YamlBlock();
}
