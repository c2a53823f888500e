using System.Globalization;
using System.Text.Json.Nodes;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Steps;
using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Pipeline.Tests.Steps;

public sealed class RuleStepTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void Apply_Drop_GivesTheFirstRuleBroken()
    {
        var step = new JudgeStep(new JudgeOptions { MaxLength = 4, Word = "雨" });

        Assert.Equal(["too_long", "has_word", null], new[] { "下雨了下雨了", "下雨", "晴" }.Select(text => step.Apply(Of(text)).Reason));
        Assert.Empty(step.Writes);
        Assert.Equal([("too_long", 3, 1), ("has_word", 2, 1)], step.Ruling.Figures());
        Assert.Equal((3, 2), (step.Ruling.Records, step.Ruling.Hits));
    }

    [Fact]
    public void Apply_Tag_DropsNothingAndWritesWhatEveryRuleFound()
    {
        var step = new JudgeStep(new JudgeOptions { MaxLength = 4, Word = "雨", Mode = RuleMode.Tag });
        var tagged = step.Apply(Of("下雨了下雨了")).Record!.Scores;

        Assert.Equal(["judge", "judge_too_long", "judge_has_word"], step.Writes);
        Assert.Equal([("judge", 1), ("judge_too_long", 6), ("judge_has_word", 1)], tagged.Select(score => (score.Key, (int)score.Value)));
        Assert.Equal([0, 1, 0], step.Apply(Of("晴")).Record!.Scores.Select(score => (int)score.Value));
        Assert.Equal([("too_long", 2, 1), ("has_word", 2, 1)], step.Ruling.Figures());
    }

    [Theory]
    [InlineData("{ max_length: 1000 }", "judge fired on none of 40 records.")]
    [InlineData("{ max_length: 1000, mode: tag }", "judge fired on none of 40 records.")]
    [InlineData("{ max_length: 1, mode: tag }", "judge: the rule too_long fired on 40 of the 40 records it was asked of.")]
    [InlineData("{ max_length: 1 }", "judge dropped 40 of 40 records.")]
    public void Report_RuleThatFiresOnNothingOrAll_IsWarnedOf(string options, string warning)
    {
        _folder.Write("in/a.jsonl", TestTexts.Lines(40, 1));
        var report = TestRun.Execute(TestRun.Job(_folder, $"judge: {options}"), _folder["run"]);

        Assert.Contains(report.Warnings, text => text.StartsWith(warning, StringComparison.Ordinal));
        Assert.Contains(warning, File.ReadAllText(_folder["run/report.html"]), StringComparison.Ordinal);
    }

    [Fact]
    public void Job_TwoThatTag_IsAFaultSinceOneWouldLoseItsScores()
    {
        _folder.Write("in/a.jsonl", TestTexts.Lines(4, 1));

        var fault = Assert.Throws<JobFaultException>(() => TestRun.Job(_folder, "judge: { max_length: 9, mode: tag }, judge: { max_length: 99, mode: tag }"));

        Assert.Contains("step 'judge-2' writes 'judge', which a step before it writes too", Assert.Single(fault.Faults).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Report_Rules_AddUpOverTasksAndPasses()
    {
        _folder.Write("in/a.jsonl", TestTexts.Lines(3000, 1));
        _folder.Write("in/b.jsonl", TestTexts.Lines(3000, 2));
        const string Steps = "judge: { max_length: 60, mode: tag }, unique, drop_with: { word: bread 1 }, judge: { max_length: 90, word: stone 2 }";
        var report = TestRun.Execute(TestRun.Job(_folder, Steps, "out", "limits: { split_mb: 1 }"), _folder["run"], 3);
        var json = JsonNode.Parse(File.ReadAllText(_folder["run/report.json"]))!["rules"]!.AsArray();

        Assert.Equal(["judge", "judge-2"], report.Rules.Select(step => step.Step));
        Assert.Equal([true, false], json.Select(step => (bool)step!["tags"]!));
        Assert.Equal(report.Funnel[0].In, report.Rules[0].Records);
        Assert.Equal(report.Funnel[^1].In, report.Rules[1].Records);
        Assert.Equal(report.Records.Dropped.GetValueOrDefault("judge-2")?.Values.Sum() ?? 0, report.Rules[1].Hits);
        Assert.Contains(report.Warnings, text => text == string.Create(CultureInfo.InvariantCulture, $"judge: of its rules, has_word fired on none of {report.Funnel[0].In:N0} records."));
        Assert.Equal(report.Rules.Select(step => step.Hits), Report.Of(RunFolder.At(_folder["run"])).Rules.Select(step => step.Hits));
    }

    [Fact]
    public void Warnings_RuleThatIsTurnedOff_IsNotSpokenOf()
    {
        var report = new RuleReport("judge", false, 12_000, 5, new(StringComparer.Ordinal) { ["asked"] = new(12_000, 5), ["off"] = new(0, 0), ["silent"] = new(11_995, 0) });
        Assert.Equal("judge: of its rules, silent fired on none of 12,000 records.", Assert.Single(report.Warnings()));
    }

    public void Dispose() => _folder.Dispose();

    private static Document Of(string text) => new() { Id = "d", Text = text };
}
