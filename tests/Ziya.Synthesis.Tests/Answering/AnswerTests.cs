using Ziya.Models.Tests.Teachers;
using Ziya.Pipeline.Execution;
using Ziya.Synthesis.Tests.Fixtures;

namespace Ziya.Synthesis.Tests.Answering;

public sealed class AnswerTests : IDisposable
{
    private readonly SynthesisFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_OneModel_FillsTheOutputAndNamesTheModel()
    {
        _folder.Write("""{"id":"a","instruction":"翻译成英文","input":"山","system":"简短"}""", """{"id":"b","instruction":"Name a river","meta":{"n":1}}""", """{"id":"c","instruction":"Has one","output":"old"}""");
        await using var server = await ChatServer.Start((_, context) => ChatServer.Answer($"  答：{context.Items["asked"]}\n")(context));
        var report = _folder.Run($"m: {{ endpoint: \"{server.Address}\", model: m }}", "answer: { model: m, system: Be brief., max_tokens: 9, sampling: { temperature: 0.5 } }");
        Assert.Equal(3, report.Records.Written);
        var rows = _folder.Output();
        Assert.Equal(["答：翻译成英文\n山", "答：Name a river", "old"], rows.Select(row => (string?)row["output"]));
        Assert.Equal("m", (string?)rows[0]["lineage"]!["model"]);
        Assert.Null(rows[2]["lineage"]);
        var bodies = server.Requests.Select(request => request.Body).OrderBy(body => body["messages"]!.ToJsonString(), StringComparer.Ordinal).ToList();
        Assert.Equal(["Be brief.", "简短"], bodies.Select(body => (string?)body["messages"]![0]!["content"]));
        Assert.All(bodies, body => Assert.Equal((9, 0.5), ((int)(body["max_tokens"] ?? body["max_completion_tokens"])!, (double)body["temperature"]!)));
    }

    [Fact]
    public async Task Run_SeveralModelsAndSamples_GivesCandidatesAllAskedOnce()
    {
        _folder.Write("""{"id":"a","instruction":"写一句话"}""", """{"id":"b","instruction":"Write a line"}""");
        await using var server = await ChatServer.Start((at, context) => ChatServer.Answer($"answer {at}")(context));
        var models = $"m: {{ endpoint: \"{server.Address}\", model: m1 }}\n  n: {{ endpoint: \"{server.Address}\", model: m2 }}";
        _folder.Run(models, "answer: { model: [m, n], samples: 3 }");
        var rows = _folder.Output();
        Assert.Equal(["m", "m", "m", "n", "n", "n"], rows[0]["candidates"]!.AsArray().Select(candidate => (string?)candidate!["model"]));
        Assert.Equal(12, rows.SelectMany(row => row["candidates"]!.AsArray()).Select(candidate => (string)candidate!["output"]!).Distinct().Count());
        Assert.Null(rows[0]["output"]);
        Assert.Equal(12, server.Requests.Count);
        Assert.Equal(6, server.Requests.Select(request => (long?)request.Body["seed"]).Distinct().Count());

        // The same again asks nothing, and reads candidates back as they were.
        var before = File.ReadAllText(_folder.OutputFile);
        _folder.Run(models, "answer: { model: [m, n], samples: 3 }", fresh: false);
        Assert.Equal(12, server.Requests.Count);
        Assert.Equal(before, File.ReadAllText(_folder.OutputFile));
    }

    [Fact]
    public async Task Run_AnswersThatDoNotCount_LeaveWithAReason()
    {
        _folder.Write([.. "cut 空 held full".Split(' ').Select(word => $$"""{"id":"{{word}}","instruction":"{{word}}"}""")]);
        await using var server = await ChatServer.Start((_, context) => (string?)context.Items["asked"] switch
        {
            "cut" => ChatServer.Answer("half an", "length")(context),
            "空" => ChatServer.Answer(" \n")(context),
            "held" => ChatServer.Answer("x", "content_filter")(context),
            _ => ChatServer.Status(400, """{"error":{"message":"this prompt is too long"}}""")(context),
        });
        var models = $"m: {{ endpoint: \"{server.Address}\", model: m }}";
        var report = _folder.Run(models, "answer: { model: m }");
        Assert.Equal(new Dictionary<string, long> { ["empty"] = 1, ["filtered"] = 1, ["truncated"] = 1 }, report.Records.Dropped["answer"]);
        Assert.Equal(1, report.Records.Quarantined);
        Assert.Contains("this prompt is too long", File.ReadAllText(_folder.Quarantine), StringComparison.Ordinal);
        Assert.Equal(1, _folder.Run(models, "answer: { model: m, truncated: keep }", fresh: false).Records.Written);

        var failure = Assert.Throws<JobFailedException>(() => _folder.Run(models, "answer: { model: m }", "limits: { poisoned: 0 }"));
        Assert.Contains("this prompt is too long", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_TinyModels_GivesTheSameWhateverTheWorkers()
    {
        _folder.Write([.. Enumerable.Range(0, 12).Select(i => $$"""{"id":"{{i}}","instruction":"第{{i}}个问题 question {{i}}"}""")]);
        const string Models = "m: { tiny: llama, template: ziya2 }\n  c: { tiny: gptbigcode, template: ziya-coding }";
        const string Steps = "answer: { model: [m, c], samples: 2, max_tokens: 12, truncated: keep }, dedup_exact, bucket: { by: length, cuts: { a: 50, b: 100 } }";
        _folder.Run(Models, Steps, workers: 1);
        var first = _folder.Output();
        Assert.All(first, row => Assert.NotEqual((string?)row["candidates"]![0]!["output"], (string?)row["candidates"]![1]!["output"]));
        _folder.Run(Models, Steps, "limits: { split_mb: 1 }", workers: 3);
        Assert.Equal(first.Select(row => row.ToJsonString()), _folder.Output().Select(row => row.ToJsonString()));
    }

    [Fact]
    public void Parse_WrongUse_IsAFaultOfTheJob()
    {
        _folder.Write("""{"id":"a","instruction":"x"}""");
        var faults = Assert.Throws<Pipeline.Jobs.JobFaultException>(() => _folder.Job("m: { tiny: reward }", "answer: { model: [m, q], samples: 0, truncated: maybe }")).Message;
        Assert.Contains("'samples' is 0, out of range 1 to 1024", faults, StringComparison.Ordinal);
        Assert.Contains("model 'q' is not declared", faults, StringComparison.Ordinal);
        Assert.Contains("model 'm'", faults, StringComparison.Ordinal);
        Assert.Contains("'truncated' is 'maybe'", faults, StringComparison.Ordinal);
    }

}
