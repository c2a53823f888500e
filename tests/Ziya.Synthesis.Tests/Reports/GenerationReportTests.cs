using System.Globalization;
using System.Text.RegularExpressions;
using Ziya.Models.Tests.Teachers;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Runs;
using Ziya.Synthesis.Tests.Fixtures;

namespace Ziya.Synthesis.Tests.Reports;

/// <summary>What the report shows of jobs that generate and select.</summary>
public sealed partial class GenerationReportTests : IDisposable
{
    private readonly SynthesisFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Compared_EvolvedInstructions_StandBesideTheirParentsWithWayAndRound()
    {
        _folder.Write("""{"id":"a","instruction":"写一首关于秋天的诗","task":"writing"}""", """{"id":"b","instruction":"Name a river that you like","task":"qa"}""");
        await using var server = await ChatServer.Start((at, context) => Evolve(context, at));
        var report = _folder.Run(Model(server), "evolve: { model: m, rounds: 2, judged: false }", workers: 1);
        var made = report.Stats.Compared!["evolve"];
        Assert.All(made, pair => Assert.Equal(pair.After.Lineage!["parent"], pair.Before.Id));
        var second = Assert.Single(made, pair => pair.After.Id == "a/evolve-2");
        Assert.Equal(("a/evolve-1", "2", "m"), (second.Before.Id, second.After.Lineage!["round"], second.After.Lineage!["model"]));
        Assert.StartsWith("写一首关于秋天的诗", second.Before.Parts!.Single(part => part.Name == "instruction").Text, StringComparison.Ordinal);
        var page = File.ReadAllText(Path.Combine(_folder.Path, "run", "report.html"));
        Assert.Contains("<h2>Before and after</h2>", page, StringComparison.Ordinal);
        Assert.Contains($"method {second.After.Lineage!["method"]}", page, StringComparison.Ordinal);
        Assert.Contains("<mark>", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compared_EliminatedInstructions_ShowParentReasonAndReply()
    {
        _folder.Write("""{"id":"a","instruction":"写一首关于秋天的诗"}""", """{"id":"b","instruction":"Name a river"}""");
        await using var server = await ChatServer.Start((_, context) => ChatServer.Answer(IsChinese(context) ? "作为一个人工智能，我写不了<b>诗</b>" : "As an AI model I cannot")(context));
        var report = _folder.Run(Model(server), "evolve: { model: m, rounds: 1, judged: false }");
        var refused = report.Stats.Compared!["evolve/refusal"];
        Assert.Equal(["a", "b"], refused.Select(pair => pair.Before.Id).Order(StringComparer.Ordinal));
        Assert.All(refused, pair => Assert.Equal("refusal", pair.After.Reason));
        var page = File.ReadAllText(Path.Combine(_folder.Path, "run", "report.html"));
        Assert.Contains("made and dropped: refusal", page, StringComparison.Ordinal);
        Assert.Contains("我写不了&lt;b&gt;诗&lt;/b&gt;", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Models_WhatStepsAsked_IsWhatTheServerWasAsked()
    {
        _folder.Write([.. Enumerable.Range(0, 9).Select(i => $$"""{"id":"{{i}}","instruction":"第{{i}}个问题 question {{i}}","task":"{{(i % 2 == 0 ? "qa" : "writing")}}"}""")]);
        await using var server = await ChatServer.Start((at, context) => ChatServer.Answer(string.Create(CultureInfo.InvariantCulture, $"回答 answer {at}"), promptTokens: 7, completionTokens: 4)(context));
        var models = $"m: {{ endpoint: \"{server.Address}\", model: gpt-x }}\n  z: {{ endpoint: \"{server.Address}\", model: Ziya2-13B-Chat }}\n  mine: {{ endpoint: \"{server.Address}\", model: x, license: cc-by-4.0 }}";
        var report = _folder.Run(models, "answer: { model: [m, z, mine], samples: 2 }, rule_reward, select: { best: rule_reward }");
        Assert.Equal(54, server.Requests.Count);
        Assert.Equal(["m", "z", "mine"], report.Models!.Select(model => model.Name));
        Assert.All(report.Models!, model => Assert.Equal(new ModelUsage(18, 126, 72), model.Asked["answer"]));
        Assert.Equal([null, "apache-2.0", "cc-by-4.0"], report.Models!.Select(model => model.License));
        Assert.Equal(9, report.Models!.Sum(model => model.Made.GetValueOrDefault("model")));
        Assert.Equal(54, report.Stats.Answers!.Values.Sum(answers => answers.Count));
        Assert.Equal(["qa", "writing"], report.Stats.Written.Tasks!.Keys);
        Assert.Equal((5, 4), (report.Stats.Written.Tasks!["qa"].Count, report.Stats.Written.Tasks!["writing"].Count));
        Assert.Equal(6, report.Stats.Compared!["select"][0].Before.Parts!.Count(part => part.Name.StartsWith("answer", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Report_InterruptedRun_IsTheSameAsOfOneThatWasNot()
    {
        _folder.Write([.. Enumerable.Range(0, 40).Select(i => $$"""{"id":"{{i}}","instruction":"第{{i}}个问题 question {{i}}","task":"qa"}""")]);
        await using var server = await ChatServer.Start((_, context) => Evolve(context, ((string)context.Items["asked"]!).Length));
        var job = _folder.Job(Model(server), "evolve: { model: m, rounds: 2 }, dedup_exact");
        _folder.Run(job, workers: 3);
        var whole = Page();
        using (var stop = new CancellationTokenSource())
        {
            Directory.Delete(Path.Combine(_folder.Path, "run"), true);
            using var run = Run.Open(job, SynthesisFolder.Catalog, Path.Combine(_folder.Path, "run"), true, TimeProvider.System);
            stop.CancelAfter(TimeSpan.FromMilliseconds(300));
            Xunit.Record.Exception(() => new LocalEngine(1, TimeProvider.System).Execute(run, stop.Token));
            run.Finish("stopped");
        }

        _folder.Run(job, fresh: false, workers: 2);
        Assert.Equal(whole, Page());

        string Page() => Times().Replace(File.ReadAllText(Path.Combine(_folder.Path, "run", "report.html")), "");
    }

    [Theory]
    [InlineData("evolve: { model: m, rounds: 2, judged: false }")]
    [InlineData("evolve: { model: m, rounds: 2, judged: false }, dedup_exact")]
    public async Task Trace_MadeRecord_IsToldFromItsInputToTheOutput(string steps)
    {
        _folder.Write("""{"id":"b","instruction":"Name a river"}""", """{"id":"a","instruction":"写一首关于秋天的诗"}""");
        await using var server = await ChatServer.Start((_, context) => Evolve(context, ((string)context.Items["asked"]!).Length));
        _folder.Run(Model(server), steps);
        var story = Assert.Single(Trace.Of(RunFolder.At(Path.Combine(_folder.Path, "run")), SynthesisFolder.Catalog, "a/evolve-2", TimeProvider.System)).Select(line => $"{line.Where}: {line.What}").ToList();
        Assert.StartsWith("source: ", story[0], StringComparison.Ordinal);
        Assert.Contains(":2 (byte", story[0], StringComparison.Ordinal);
        Assert.StartsWith("read: 'a', ", story[1], StringComparison.Ordinal);
        Assert.Matches("^evolve: made 'a/evolve-2' of 'a/evolve-1', round 2, method [a-z_]+, prompt evolve/[a-z_]+.zh v[0-9]+, model m: ", story[2]);
        Assert.Matches("^output: .*row 6$", story[^1]);
        Assert.Empty(Trace.Of(RunFolder.At(Path.Combine(_folder.Path, "run")), SynthesisFolder.Catalog, "a/evolve-9", TimeProvider.System));
    }

    [Fact]
    public async Task Page_ManyLongRecords_IsBounded()
    {
        var text = string.Concat(Enumerable.Repeat("很长的文本 and long text. ", 2000));
        _folder.Write([.. Enumerable.Range(0, 400).Select(i => $$"""{"id":"{{i}}","instruction":"{{i}} {{text}}","input":"{{text}}","output":"{{text}}","task":"task {{i % 90}}"}""")]);
        await using var server = await ChatServer.Start((_, context) => ChatServer.Answer(IsChinese(context) ? text + "甲" : text)(context));
        var report = _folder.Run(Model(server), "answer: { model: m, replace: true }, rule_reward");
        Assert.Equal(41, report.Stats.Written.Tasks!.Count);
        Assert.InRange(new FileInfo(Path.Combine(_folder.Path, "run", "report.html")).Length, 10_000, 500_000);
        Assert.InRange(new FileInfo(Path.Combine(_folder.Path, "run", "report.json")).Length, 10_000, 1_000_000);
    }

    private static string Model(ChatServer server) => $"m: {{ endpoint: \"{server.Address}\", model: m }}";

    private static bool IsChinese(Microsoft.AspNetCore.Http.HttpContext context) => ((string)context.Items["asked"]!).Any(c => c is >= '\u4e00' and <= '\u9fff');

    private static Task Evolve(Microsoft.AspNetCore.Http.HttpContext context, int at)
    {
        var asked = (string)context.Items["asked"]!;
        if (asked.Contains("EQUAL", StringComparison.Ordinal) || asked.Contains("相同", StringComparison.Ordinal))
        {
            return ChatServer.Answer(asked.Contains("EQUAL", StringComparison.Ordinal) ? "DIFFERENT" : "不同")(context);
        }

        var start = asked.IndexOf("Instruction:\n", StringComparison.Ordinal) is >= 0 and var en ? en + 13 : asked.IndexOf("指令：\n", StringComparison.Ordinal) + 4;
        var instruction = asked[start..asked.LastIndexOf("\n\n", StringComparison.Ordinal)];
        return ChatServer.Answer(instruction + string.Create(CultureInfo.InvariantCulture, $"，再加第{at}条 and more {at}"))(context);
    }

    [GeneratedRegex("<h2>(Where the time went|Throughput)</h2>.*", RegexOptions.Singleline)]
    private static partial Regex Times();
}
