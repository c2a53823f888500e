using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Ziya.Pipeline.Plans;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Steps;
using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Pipeline.Tests.Runs;

public sealed partial class ReportTests : IDisposable
{
    private static readonly string[] Hostile =
    [
        "</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\"><svg onload=alert(1)>", "'-alert(1)-'", "</pre></style><style>@import url(http://x.example)</style>",
        "<!--", "]]>", "&lt;b&gt;", "javascript:alert(1)", "\u202egnp.exe", "a\u0000b\u0001", "𠮷😀 灯塔", "<a href=https://x.example>link</a>",
    ];

    private static readonly string[] Words = ["unlucky", "lucky", "lucky"];

    private readonly TempFolder _folder = new();

    [Fact]
    public void Write_EveryKindOfLoss_AddsUpWithTheFiles()
    {
        _folder.Write("in/a.jsonl", TestTexts.Lines(6000, 1));
        _folder.Write("in/b.jsonl", TestTexts.Lines(6000, 2) + "[1]\n\n{\"id\":\"x\"}\n");
        const string Steps = "append, drop_with: { word: bread 1 }, throw_on: { word: stone 2 }, unique, drop_with: { word: quiet 3 }, "
            + "throw_on: { word: lantern 4 }, to_instruction: { word: 说 }, unique: { word: x }, drop_with: { word: river 5 }";
        var report = TestRun.Execute(TestRun.Job(_folder, Steps, "out/{source}", "limits: { split_mb: 1, poisoned: 5000 }"), _folder["run"], 3);
        var records = report.Records;
        Assert.Equal(12_002, records.Read);
        Assert.Equal(["drop_with", "drop_with-2", "drop_with-3", "unique"], records.Dropped.Keys);
        Assert.True(records.Quarantined > 2 + (12_000 / 97));
        TestRun.AssertAddsUp(report);

        // What the files hold is what was counted.
        var json = JsonNode.Parse(File.ReadAllText(_folder["run/report.json"]))!;
        Assert.Equal(records.Written, (long)json["records"]!["written"]!);
        Assert.Equal(records.Written, TestRun.Output(_folder).Count);
        Assert.Equal(records.Written, (long)JsonNode.Parse(File.ReadAllText(_folder["out/manifest.json"]))!["rows"]!);
        Assert.Equal(records.Quarantined, Directory.EnumerateFiles(_folder["run/quarantine"], "*", SearchOption.AllDirectories).Sum(path => File.ReadLines(path).Count()));
        foreach (var (step, reasons) in records.Dropped)
        {
            var lines = Directory.EnumerateFiles(_folder[$"run/dropped/{step}"]).SelectMany(TestRun.Lines).Select(line => (string)JsonNode.Parse(line)!["_drop"]!["reason"]!);
            Assert.Equal(reasons, lines.CountBy(reason => reason).ToDictionary(pair => pair.Key, pair => (long)pair.Value));
        }

        // Each step is given what the one before it left, but for what made steps throw.
        Assert.Equal(records.Read - records.Quarantined, report.Funnel[0].In);
        Assert.Equal(records.Written, report.Funnel[^1].In - report.Funnel[^1].Dropped.Values.Sum());
        Assert.All(report.Funnel.Zip(report.Funnel.Skip(1)), pair => Assert.Equal(pair.First.In - pair.First.Dropped.Values.Sum(), pair.Second.In));
        Assert.Equal(records.Written, report.Stats.Written.Count);
        Assert.Equal(records.Dropped.Values.Sum(reasons => reasons.Values.Sum()), report.Stats.Dropped.Count);
        Assert.Equal(report.Stats.Written.Count, report.Stats.Written.Length.Values.Sum());

        // What was spent on steps, reading and writing is all that the tasks took, but for rounding.
        Assert.Equal(["read", .. report.Funnel.Select(step => step.Step), "write"], report.Time.Select(step => step.Step));
        Assert.All(report.Time, step => Assert.True(step.Seconds >= 0));
        Assert.InRange(report.Time.Sum(step => step.Seconds) - report.Phases.Sum(phase => phase.Seconds), -0.05, 0.05);
    }

    [Fact]
    public void Page_HostileTexts_AreTextsEverywhere()
    {
        var lines = Hostile.SelectMany((text, i) => Words.Select((word, k) => JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["id"] = $"{text} {i} {k}",
            ["text"] = $"{text} {word} 灯塔",
            ["language"] = text,
            ["bucket"] = text,
            ["source"] = text,
            ["scores"] = new Dictionary<string, double> { [text] = i },
        })));
        _folder.Write("in/a.jsonl", string.Join('\n', lines));
        var report = TestRun.Execute(TestRun.Job(_folder, "drop_with: { word: unlucky }, unique, drop_with: { word: </pre> }"), _folder["run"]);
        Assert.NotEmpty(report.Clusters);
        var page = new UTF8Encoding(false, true).GetString(File.ReadAllBytes(_folder["run/report.html"]));
        AssertAlone(page);
        Assert.Contains("灯塔", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", page, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("&lt;/script&gt;&lt;script&gt;alert(1)", page, StringComparison.Ordinal);
        Assert.Contains("&lt;img src=x onerror=alert(1)&gt;", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Page_HostilePairsCandidatesAndLineage_AreTextsEverywhere()
    {
        var stats = new RecordStats();
        foreach (var (text, i) in Hostile.Select((text, i) => (text, i)))
        {
            var lineage = Fields.Empty.With("model", text).With("prompt", text).With(text, text).With("parent", "p");
            var scores = Scores.Empty.With(text, i).With("reward", i);
            var parent = new Instruction { Id = "p", Text = text, Candidates = [new Candidate(text, text) { Scores = scores }, new Candidate("x", text)] };
            var made = parent with { Id = $"{text} {i}", Text = text + "灯塔", Input = text, Output = text, System = text, Task = text, Lineage = lineage, Scores = scores, Candidates = [] };
            stats.See("evolve", parent, ((Verdict<Record>)made).And([new Made<Record>(made with { Id = $"{i}" }, new Drop(text, new JsonObject { ["reply"] = text, [text] = text }))]), 1);
            stats.AddWritten(made, 1);
            stats.AddWritten(
                new Preference { Id = text, Prompt = text, Chosen = text, Rejected = text, System = text, Models = Fields.Empty.With("chosen", text), Meta = Fields.Empty.With("task", text).WithObject("lineage", lineage), Scores = scores }, 1);
            stats.AddWritten(new Dialogue { Id = text, Messages = [new Message(text, text), new Message("assistant", text)], Meta = Fields.Empty.With("lineage", "no object") }, 1);
        }

        var report = new Report
        {
            Run = "r",
            Job = "j",
            State = "done",
            Records = new ReportCounts(1, 1, 0, [], []),
            Funnel = [],
            Phases = [],
            Stats = stats,
            Models = ModelReport.Of(new Plan("j", "", "", [], []) { Partitions = 1, Models = Hostile.Distinct().ToDictionary(text => text, text => new PlanModel(text, text)) }, [], stats),
        };
        var page = ReportPage.Write(report);
        AssertAlone(page);
        Assert.Contains("<h2>Chosen and rejected</h2>", page, StringComparison.Ordinal);
        Assert.Contains("<h2>Before and after</h2>", page, StringComparison.Ordinal);
        Assert.Contains("reward of candidates by model", page, StringComparison.Ordinal);
        Assert.Contains("灯塔", page, StringComparison.Ordinal);

        // What tasks noted is read again from their markers.
        var again = new RecordStats();
        again.Add(JsonText.Read<RecordStats>(JsonText.Write(stats)));
        Assert.Equal(page, ReportPage.Write(report with { Stats = again }));
    }

    [Fact]
    public void Page_OfAFailedRun_ShowsTheError()
    {
        _folder.Write("in/a.jsonl", TestTexts.Lines(20, 1));
        using var run = Run.Open(TestRun.Job(_folder, "unique"), TestRun.Catalog, _folder["run"], false, TimeProvider.System);
        run.Finish("failed", "it broke at <b>here</b> 坏了");
        var page = File.ReadAllText(_folder["run/report.html"]);
        AssertAlone(page);
        Assert.Contains("it broke at &lt;b&gt;here&lt;/b&gt; 坏了", page, StringComparison.Ordinal);
        Assert.Equal("failed", (string)JsonNode.Parse(File.ReadAllText(_folder["run/report.json"]))!["state"]!);
    }

    [Fact]
    public void Page_Clusters_ShowKeeperAndDuplicates()
    {
        const string Copy = "{\"id\":\"ID\",\"text\":\"那座灯塔在河流的尽头 the lighthouse where the river ends\"}\n";
        _folder.Write("in/a.jsonl", string.Concat(Enumerable.Range(0, 5).Select(i => Copy.Replace("ID", $"copy-{i}", StringComparison.Ordinal))) + TestTexts.Lines(50, 3));
        var report = TestRun.Execute(TestRun.Job(_folder, "unique"), _folder["run"]);
        var cluster = report.Clusters[0];
        Assert.Equal(("unique", 5, "copy-0"), (cluster.Step, cluster.Size, cluster.Keeper!.Id));
        Assert.Equal(3, cluster.Duplicates.Count);
        Assert.All(cluster.Duplicates, duplicate => Assert.StartsWith("copy-", duplicate.Id, StringComparison.Ordinal));
        var page = File.ReadAllText(_folder["run/report.html"]);
        Assert.Contains("<h3>5 records", page, StringComparison.Ordinal);
        Assert.Contains("那座灯塔在河流的尽头", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_FinishedRun_IsWhatTheRunWrote()
    {
        _folder.Write("in/a.jsonl", TestTexts.Lines(2000, 1));
        TestRun.Execute(TestRun.Job(_folder, "append, unique, drop_with: { word: bread 1 }"), _folder["run"]);
        var again = Report.Of(RunFolder.At(_folder["run"]));
        Assert.Equal("done", again.State);
        Assert.Equal(File.ReadAllText(_folder["run/report.html"]), ReportPage.Write(again));
    }

    [Fact]
    public void Of_RunThatHasNotEnded_IsRunning()
    {
        _folder.Write("in/a.jsonl", TestTexts.Lines(2000, 1));
        using var run = Run.Open(TestRun.Job(_folder, "unique"), TestRun.Catalog, _folder["run"], false, TimeProvider.System);
        run.Execute(run.Plan.Phases[0], run.Plan.Phases[0].Tasks[0], 1 << 20, default);
        var report = Report.Of(RunFolder.At(_folder["run"]));
        Assert.Equal(("running", 2000, 0), (report.State, report.Records.Read, report.Records.Written));
        Assert.Equal([1, 0, 0], report.Phases.Select(phase => phase.Done));
        AssertAlone(ReportPage.Write(report));
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>The page needs nothing but itself: known tags that nest, no attribute that loads or runs anything.</summary>
    private static void AssertAlone(string page)
    {
        string[] empty = ["!doctype", "meta", "rect"];
        string[] attributes = ["lang", "charset", "name", "content", "class", "style", "viewBox", "role", "x", "y", "width", "height", "text-anchor", "open"];
        var style = Style().Match(page).Value;
        Assert.DoesNotMatch("url\\(|@import|expression|http", style);
        var open = new Stack<string>();
        page = page.Replace(style, "<style></style>", StringComparison.Ordinal);
        Assert.Equal(page.Count(c => c == '<'), Tag().Count(page));
        foreach (Match tag in Tag().Matches(page))
        {
            var name = tag.Groups["name"].Value;
            Assert.Contains(name, (string[])[.. empty, "html", "head", "title", "style", "body", "main", "header", "section", "h1", "h2", "h3", "h4", "p", "span", "div", "table", "thead", "tbody",
                "tr", "th", "td", "i", "b", "figure", "figcaption", "svg", "text", "details", "summary", "article", "pre", "mark"]);
            foreach (Match attribute in Attribute().Matches(tag.Groups["rest"].Value))
            {
                Assert.True(name == "!doctype" || attributes.Contains(attribute.Groups["name"].Value), tag.Value);
                Assert.DoesNotMatch("url\\(|javascript|http", attribute.Value);
            }

            if (tag.Value.StartsWith("</", StringComparison.Ordinal))
            {
                Assert.Equal(open.Pop(), name);
            }
            else if (!empty.Contains(name))
            {
                open.Push(name);
            }
        }

        Assert.Empty(open);
    }

    [GeneratedRegex("<style>.*?</style>", RegexOptions.Singleline)]
    private static partial Regex Style();

    [GeneratedRegex("</?(?<name>!?[a-z0-9]+)(?<rest>[^<>]*)>")]
    private static partial Regex Tag();

    [GeneratedRegex("(?<name>[A-Za-z-]+)(=\"[^\"]*\")?")]
    private static partial Regex Attribute();
}
