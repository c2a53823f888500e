using System.Text.Json.Nodes;
using Ziya.Models.Tests.Teachers;
using Ziya.Pipeline.Reading;
using Ziya.Synthesis.Evaluation;
using Ziya.Synthesis.Tests.Fixtures;

namespace Ziya.Synthesis.Tests.Evaluation;

public sealed class JudgeAnswersTests : IDisposable
{
    private static readonly string[] Rows =
    [
        """{"id":"zh","instruction":"写一句问候","task":"writing","candidates":[{"output":"你好，愿你今天顺利，good","model":"x"},{"output":"哦","model":"y"}]}""",
        """{"id":"en","instruction":"Greet","input":"Ann","task":"writing","candidates":[{"output":"meh","model":"x"},{"output":"A good morning to you, Ann","model":"y"}]}""",
        """{"id":"equal","instruction":"1+1?","task":"math","candidates":[{"output":"2","model":"x"},{"output":" 2\n","model":"y"}]}""",
        """{"id":"both","instruction":"Sing","task":"writing","candidates":[{"output":"good la","model":"x"},{"output":"good lo","model":"y"}]}""",
        """{"id":"one","instruction":"Alone","candidates":[{"output":"good","model":"x"},{"output":" ","model":"y"}]}""",
    ];

    private readonly SynthesisFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_JudgeThatPrefersGoodAndElseTheFirst_SeesThroughTheOrder()
    {
        _folder.Write(Rows);
        await using var server = await ChatServer.Start((_, context) => ChatServer.Answer(Judge((string)context.Items["asked"]!))(context));
        var report = _folder.Run(Endpoint(server), "judge: { model: m }");
        Assert.Equal(1, report.Records.Dropped["judge"]["one_candidate"]);
        var rows = _folder.Output().ToDictionary(row => (string)row["id"]!);
        Assert.Equal((1, 0), Points(rows["zh"]));
        Assert.Equal((0, 1), Points(rows["en"]));
        Assert.Equal((0.5, 0.5), Points(rows["equal"]));
        Assert.Equal((0.5, 0.5), Points(rows["both"]));

        // Nobody is asked about equal texts; where both are good, the first place won both times.
        Assert.Equal(6, server.Requests.Count);
        Assert.Equal((1, 1), ((double)rows["both"]["scores"]!["judge_first"]!, (double)rows["both"]["scores"]!["judge_swayed"]!));
        Assert.Equal((0.5, 0), ((double)rows["zh"]["scores"]!["judge_first"]!, (double)rows["zh"]["scores"]!["judge_swayed"]!));
        Assert.Equal("m", (string?)rows["zh"]["lineage"]!["judge"]);
        Assert.Equal("judge/pair.zh v1", (string?)rows["zh"]["lineage"]!["judge_prompt"]);
        Assert.Contains(server.Requests, request => ((string)request.Body["messages"]![0]!["content"]!).Contains("Greet\nAnn", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Judged_OfTheDataset_MakesWinRatesAndTellsTheBias()
    {
        _folder.Write(Rows);
        await using var server = await ChatServer.Start((_, context) => ChatServer.Answer(Judge((string)context.Items["asked"]!))(context));
        _folder.Run(Endpoint(server), "judge: { model: m }");
        var judged = JudgedByModel.Of(RecordFiles.Open(System.IO.Path.Combine(_folder.Path, "out"), SynthesisFolder.Catalog).Read(), null);
        Assert.Equal(("x", "y", 1, 0), (judged.First, judged.Second, judged.Swayed, judged.Without));
        var comparison = Comparison.Of(judged.First, judged.Second, judged.Pairs);
        var all = comparison.Rows[0].Rate;
        Assert.Equal((1, 2, 1), (all.Wins, all.Ties, all.Losses));
        Assert.Equal(4 / 6.0, comparison.FirstPlace!.Value, 1e-12);
        Assert.Equal(["all", "language none", "task writing", "task math"], comparison.Rows.Select(row => row.Name));

        // Seen from the other side, wins and losses change places.
        var other = JudgedByModel.Of(RecordFiles.Open(_folder.OutputFile, SynthesisFolder.Catalog).Read(), ("y", "x"));
        Assert.Equal(judged.Pairs.Select(pair => 1 - pair.Points), other.Pairs.Select(pair => pair.Points));
        Assert.Equal(4, JudgedByModel.Of(RecordFiles.Open(_folder.OutputFile, SynthesisFolder.Catalog).Read(), ("y", "z")).Without);
    }

    [Fact]
    public async Task Run_RepliesWithoutAVerdict_AreAskedOnceMoreAndDroppedWithBoth()
    {
        _folder.Write(Rows[..2]);
        await using var server = await ChatServer.Start((_, context) => ChatServer.Answer((string)context.Items["asked"]! switch
        {
            var asked when asked.Contains("请只回答字母", StringComparison.Ordinal) => "B",
            var asked when asked.Contains("letter alone", StringComparison.Ordinal) => "sorry",
            _ => "我说不好",
        })(context));
        var report = _folder.Run(Endpoint(server), "judge: { model: m }");
        Assert.Equal(1, report.Records.Dropped["judge"]["unparsable"]);
        Assert.Equal("我说不好\n---\nsorry", (string?)_folder.Dropped("judge").Single()["_drop"]!["reply"]);
        Assert.Equal((0.5, 0.5), Points(_folder.Output().Single()));
        Assert.Equal(8, server.Requests.Count);
    }

    [Fact]
    public async Task Run_ThreeCandidates_AreScoredByAllTheirComparisonsAndMakePairs()
    {
        _folder.Write("""{"id":"a","instruction":"Go","candidates":[{"output":"meh","model":"x"},{"output":"good","model":"y"},{"output":"bad","model":"z"}]}""");
        await using var server = await ChatServer.Start((_, context) => ChatServer.Answer(Judge((string)context.Items["asked"]!))(context));
        _folder.Run(Endpoint(server), "judge: { model: m }, prefer: { by: judge, margin: 0.5 }");
        var pair = _folder.Output().Single();
        Assert.Equal(("good", 6), ((string)pair["chosen"]!, server.Requests.Count));
        Assert.Equal(1, (double)pair["scores"]!["chosen"]!);

        _folder.Run(Endpoint(server), "judge: { model: m, between: [z, y] }");
        Assert.Equal([null, 1, 0.0], _folder.Output().Single()["candidates"]!.AsArray().Select(candidate => (double?)candidate!["scores"]?["judge"]));
        var report = _folder.Run(Endpoint(server), "judge: { model: m, between: [z, w] }");
        Assert.Equal(1, report.Records.Dropped["judge"]["not_both"]);
    }

    [Fact]
    public async Task Run_SecondTime_AsksNothingAgain()
    {
        _folder.Write(Rows);
        await using var server = await ChatServer.Start((_, context) => ChatServer.Answer(Judge((string)context.Items["asked"]!))(context));
        var job = _folder.Job(Endpoint(server), "judge: { model: m }");
        _folder.Run(job);
        var first = File.ReadAllText(_folder.OutputFile);
        Directory.Delete(System.IO.Path.Combine(_folder.Path, "run", "phases"), true);
        _folder.Run(job, fresh: false);
        Assert.Equal(6, server.Requests.Count);
        Assert.Equal(first, File.ReadAllText(_folder.OutputFile));
    }

    [Fact]
    public void Run_LocalModel_IsAskedForProbabilitiesAndIsTheSameWhateverTheWorkers()
    {
        _folder.Write([.. Enumerable.Range(0, 12).Select(i => $$"""{"id":"{{i}}","instruction":"第{{i}}题 question","candidates":[{"output":"答 {{i * i}}","model":"x"},{"output":"answer {{i}}","model":"y"}]}""")]);
        const string Local = "m: { tiny: llama, template: ziya2 }";
        _folder.Run(Local, "judge: { model: m }", workers: 1);
        var first = File.ReadAllText(_folder.OutputFile);
        Assert.Equal(12, _folder.Output().Count);
        _folder.Run(Local, "judge: { model: m }", workers: 3);
        Assert.Equal(first, File.ReadAllText(_folder.OutputFile));
    }

    [Fact]
    public void Parse_WrongOptions_AreFaultsOfTheJob()
    {
        _folder.Write(Rows);
        string Faults(string models, string step) => Assert.Throws<Pipeline.Jobs.JobFaultException>(() => _folder.Job(models, step)).Message;
        Assert.Contains("'between' takes two different names", Faults("m: { tiny: llama }", "judge: { model: m, between: [a, a] }"), StringComparison.Ordinal);
        Assert.Contains("model 'm'", Faults("m: { tiny: reward }", "judge: { model: m }"), StringComparison.Ordinal);
    }

    private static string Endpoint(ChatServer server) => $"m: {{ endpoint: \"{server.Address}\", model: m }}";

    /// <summary>The answer with the word good, else whichever is first.</summary>
    private static string Judge(string asked)
    {
        var b = Math.Max(asked.IndexOf("===== Answer B", StringComparison.Ordinal), asked.IndexOf("===== 回答 B", StringComparison.Ordinal));
        return asked[b..].Contains("good", StringComparison.Ordinal) && !asked[asked.IndexOf("=====", StringComparison.Ordinal)..b].Contains("good", StringComparison.Ordinal) ? "B" : "Verdict: A";
    }

    private static (double First, double Second) Points(JsonNode row) => ((double)row["candidates"]![0]!["scores"]!["judge"]!, (double)row["candidates"]![1]!["scores"]!["judge"]!);
}
