using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Cli.Tests;

/// <summary>README.md shows what is there and what its commands answer; samples/curate-sample/ is the report of its run.</summary>
public sealed partial class ReadmeTests(ReadmeTests.SampleRun run) : IClassFixture<ReadmeTests.SampleRun>
{
    private const string RunCommand = "dotnet run --project src/Ziya.Cli -c Release -- ";
    private static readonly string Readme = File.ReadAllText(Repository.PathOf("README.md"));

    [Fact]
    public void RunCommand_SampleJob_AnswersWhatIsShown()
    {
        Assert.True(run.Result.Exit == 0, run.Result.Error);
        Assert.Contains(Plain(run.Result.Output), Blocks(), StringComparer.Ordinal);
    }

    [Fact]
    public void TraceCommand_RecordOfTheSample_AnswersWhatIsShown()
    {
        var command = Trace().Match(Readme);
        var result = ZiyaProcess.Run(run.Folder, "trace", run.RunDir, command.Groups[2].Value);

        Assert.Equal(0, result.Exit);
        Assert.Contains(Plain(result.Output), Blocks(), StringComparer.Ordinal);
    }

    [Fact]
    public void Report_OfTheSampleJob_IsTheOneCheckedIn()
    {
        var expected = Comparable(File.ReadAllText(Repository.PathOf("samples", "curate-sample", "report.json")));
        var found = Comparable(File.ReadAllText(Path.Combine(run.Folder, run.RunDir, "report.json")));

        Assert.True(
            expected == found,
            "The report of jobs/curate-sample.yaml is no longer samples/curate-sample/report.json. If that is meant, run the job, look at its report and copy it there; README.md shows the figures too.");
    }

    [Theory]
    [InlineData("jobs/curate-sample.yaml", "")]
    [InlineData("tests/Ziya.Corpus.Tests/Examples/EndsWell.cs", "Ziya.Corpus.Filtering")]
    [InlineData("tests/Ziya.Corpus.Tests/Examples/EndsWellTests.cs", "Ziya.Corpus.Tests.Filtering")]
    public void Block_OfAFile_IsThatFile(string path, string shownNamespace)
    {
        var text = File.ReadAllText(Repository.PathOf(path));
        Assert.Contains(text.Replace("Ziya.Corpus.Tests.Examples", shownNamespace, StringComparison.Ordinal).Trim(), Blocks(), StringComparer.Ordinal);
    }

    [Fact]
    public void ModelCommands_LongWayRound_WorkOneAfterAnother()
    {
        using var folder = new TempFolder();
        folder.Copy(Repository.PathOf("jobs"));
        folder.Copy(Repository.PathOf("samples"));
        var block = Blocks().Single(text => text.StartsWith("ziya models tiny --out", StringComparison.Ordinal));
        var line = string.Join(" && ", block.Split('\n').Select(command => "$ZIYA" + command["ziya".Length..].Split("   ")[0]));
        var result = ZiyaProcess.Shell(folder.Path, line);
        Assert.True(result.Exit == 0, result.Error);
        Assert.Contains("0 faults", result.Output, StringComparison.Ordinal);
        Assert.Contains("answer-sample", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("jobs/README.md")]
    [InlineData("schemas/README.md")]
    [InlineData("samples/README.md")]
    [InlineData("samples/deploy/README.md")]
    [InlineData("tests/Ziya.Benchmarks/README.md")]
    public void Links_ToFiles_LeadSomewhere(string readme)
    {
        var folder = Path.GetDirectoryName(Repository.PathOf(readme))!;
        var links = Link().Matches(File.ReadAllText(Repository.PathOf(readme))).Select(match => match.Groups[1].Value)
            .Where(link => !link.StartsWith("http", StringComparison.Ordinal) && !link.StartsWith('#'));

        Assert.All(links, link => Assert.True(Path.Exists(Path.Combine(folder, link.Split('#')[0])), $"{readme} links to {link}, which is not there."));
    }

    [Fact]
    public void Steps_OfTheCatalog_AreNamed()
    {
        var rows = Readme.Split('\n').Where(line => line.StartsWith("| steps ", StringComparison.Ordinal)).SelectMany(line => StepName().Matches(line)).Select(match => match.Groups[1].Value);
        Assert.Equal(Catalog.All.Names.Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void TestCommand_InReadme_IsWhatCiRuns() =>
        Assert.All([Readme, File.ReadAllText(Repository.PathOf(".ci", "run"))], text => Assert.Contains("dotnet test Ziya.Pipeline.sln", text, StringComparison.Ordinal));

    private static List<string> Blocks() => [.. Block().Matches(Readme).Select(match => Plain(match.Groups[1].Value))];

    /// <summary>Without trailing spaces and the time it took, and with one name for every run.</summary>
    private static string Plain(string text) =>
        RunId().Replace(string.Join('\n', text.ReplaceLineEndings("\n").Split('\n').Where(line => !line.StartsWith("time     ", StringComparison.Ordinal)).Select(line => line.TrimEnd())), "curate-sample-1a2b3c4d").Trim('\n');

    private static string Comparable(string report)
    {
        var node = JsonNode.Parse(report)!.AsObject();
        node.Remove("run");
        node.Remove("time");
        foreach (var phase in node["phases"]!.AsArray())
        {
            phase!.AsObject().Remove("seconds");
            phase.AsObject().Remove("bytes");
        }

        return node.ToJsonString();
    }

    [GeneratedRegex("^```[a-z]*\n(.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();

    [GeneratedRegex("curate-sample-[0-9a-f]{8}")]
    private static partial Regex RunId();

    [GeneratedRegex("^ziya trace (runs/curate-sample-[0-9a-f]+) ([a-z0-9-]+)$", RegexOptions.Multiline)]
    private static partial Regex Trace();

    [GeneratedRegex("`([a-z0-9_]+)`")]
    private static partial Regex StepName();

    [GeneratedRegex(@"(?:\]\(|src=""|srcset="")([^)""]+)[)""]")]
    private static partial Regex Link();

    /// <summary>The README's first command, run once.</summary>
    public sealed class SampleRun : IDisposable
    {
        private readonly TempFolder _folder = new();

        public SampleRun()
        {
            _folder.Copy(Repository.PathOf("jobs"));
            _folder.Copy(Repository.PathOf("samples"));
            var line = Readme.Split('\n').First(line => line.StartsWith(ReadmeTests.RunCommand, StringComparison.Ordinal));
            Result = ZiyaProcess.Run(_folder.Path, line[ReadmeTests.RunCommand.Length..].Split(' '));
            RunDir = Path.Combine("runs", Path.GetFileName(Directory.GetDirectories(_folder["runs"]).Single()));
        }

        public string Folder => _folder.Path;

        public string RunDir { get; }

        internal ZiyaProcess.Result Result { get; }

        public void Dispose() => _folder.Dispose();
    }
}
