using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Cli.Tests;

/// <summary>The jobs that generate and select, over the recordings they ship with: what a newcomer sees.</summary>
public sealed partial class GenerationJobsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public GenerationJobsTests()
    {
        _folder.Copy(Repository.PathOf("jobs"));
        _folder.Copy(Repository.PathOf("samples"));
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("dialogue", 8, "converse/empty 1, converse/refusal 2, converse/truncated 1, select/not_selected 2")]
    [InlineData("preference-pairs", 31, "prefer/one_candidate 2, prefer/same_text 1, prefer/small_margin 1, prefer/tie 1")]
    [InlineData("reward-select", 24, "difficulty/unparsable 1, rule_reward/language 2, rule_reward/refusal 2, rule_reward/repetition 1, rule_reward/truncation 2, select/not_selected 8")]
    public void Run_Recorded_DropsForTheReasonsInTheSample(string job, int written, string dropped)
    {
        var report = Run(job);
        Assert.Equal(written, (int)report["records"]!["written"]!);
        Assert.Equal(0, (int)report["records"]!["quarantined"]!);
        Assert.Equal(dropped, string.Join(", ", report["records"]!["dropped"]!.AsObject().SelectMany(step => step.Value!.AsObject().Select(reason => $"{step.Key}/{reason.Key} {reason.Value}"))));
        AssertBothLanguages(report);
    }

    [Fact]
    public void Run_RecordedCode_IsRepairedOrDropped()
    {
        var report = Run("code-instruct");
        var dropped = report["records"]!["dropped"]!;
        Assert.Equal("""{"empty":1,"truncated":2}""", dropped["answer"]!.ToJsonString());
        Assert.Equal(2, (int)dropped["compile_check"]!["no_code"]!);
        Assert.Equal(0, (int)report["records"]!["quarantined"]!);

        // How many more depends on the compilers and the sandbox of the machine; C# is always checked.
        Assert.InRange((int)report["records"]!["written"]!, 24, 28);
        Assert.Contains(report["stats"]!["compared"]!["compile_check"]!.AsArray(), pair => (string?)pair!["after"]!["lineage"]?["repaired_by"] == "recorded");
        AssertBothLanguages(report);
    }

    [Theory]
    [InlineData("preference-pairs")]
    [InlineData("dialogue")]
    [InlineData("code-instruct")]
    [InlineData("reward-select")]
    public void Recording_OfAJob_IsLabelledAndOfBothLanguages(string job)
    {
        var lines = File.ReadAllLines(Repository.PathOf("samples", "recordings", $"{job}.jsonl")).Select(line => JsonNode.Parse(line)!).ToList();
        Assert.All(lines, line => Assert.Equal("written by hand for the sample", (string?)line["note"]));
        Assert.Contains(lines, line => ((string)line["record"]!).StartsWith("zh-", StringComparison.Ordinal));
        Assert.Contains(lines, line => ((string)line["record"]!).StartsWith("en-", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("preference-pairs")]
    [InlineData("dialogue")]
    [InlineData("code-instruct")]
    [InlineData("reward-select")]
    public void Run_TinyModels_AsTheJobSays_WritesRows(string job)
    {
        var command = Tiny().Match(File.ReadAllText(Repository.PathOf("jobs", $"{job}.yaml"))).Groups["command"].Value;
        var sets = Set().Matches(command).Select(set => set.Groups["quoted"].Success ? $"{set.Groups["path"].Value}={set.Groups["quoted"].Value}" : set.Groups["plain"].Value).ToList();
        Assert.NotEmpty(sets);
        var report = Run(job, [.. sets.SelectMany(set => (string[])["--set", set])]);
        Assert.True((int)report["records"]!["written"]! > 0);
        Assert.Equal(0, (int)report["records"]!["quarantined"]!);
    }

    private JsonNode Run(string job, params string[] more)
    {
        var result = ZiyaProcess.Run(_folder.Path, ["run", $"jobs/{job}.yaml", "--run-dir", "run", .. more]);
        Assert.True(result.Exit == 0, result.Error);
        return JsonNode.Parse(File.ReadAllText(_folder["run/report.json"]))!;
    }

    private static void AssertBothLanguages(JsonNode report)
    {
        var languages = report["stats"]!["written"]!["language"]!.AsObject();
        Assert.True((int)languages["zh"]! > 2 && (int)languages["en"]! > 2);
    }

    // The comment with the word tiny in it, to the end of the line with --set.
    [GeneratedRegex("# (A tiny model|Tiny models)[^\n]*?(\n#[^\n]*?)??(?<command>--set [^\n]*)")]
    private static partial Regex Tiny();

    [GeneratedRegex("--set (?:(?<path>[^ =]+)='(?<quoted>[^']*)'|(?<plain>[^ ]+))")]
    private static partial Regex Set();
}
