using System.Text.Json.Nodes;
using Ziya.Models.Tests.Teachers;
using Ziya.Synthesis.EvolInstruct;
using Ziya.Synthesis.Tests.Fixtures;

namespace Ziya.Synthesis.Tests.EvolInstruct;

public sealed class EvolveTests : IDisposable
{
    private readonly SynthesisFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_RoundsThatSucceed_BuildOnEachOtherAndNameTheirLineage()
    {
        _folder.Write("""{"id":"a","instruction":"写一首诗","input":"关于秋天","task":"writing","system":"简短"}""", """{"id":"b","instruction":"Name a river"}""");
        await using var server = await ChatServer.Start((_, context) => Reply(context.Items["asked"] as string ?? "", text => $"**新指令**：“{text}，再加一条”")(context));
        var report = _folder.Run(Model(server), "evolve: { model: m, rounds: 2 }");
        Assert.Equal((2, 4, 6), (report.Records.Read, report.Records.Created["evolve"], report.Records.Written));
        var rows = _folder.Output();
        Assert.Equal(["a", "a/evolve-1", "a/evolve-2", "b", "b/evolve-1", "b/evolve-2"], rows.Select(row => (string?)row["id"]));
        Assert.Equal("写一首诗\n关于秋天，再加一条，再加一条", (string?)rows[2]["instruction"]);
        Assert.Equal(("a/evolve-1", "a", "2", "writing", "简短", "m"), (Lineage(rows[2], "parent"), Lineage(rows[2], "root"), Lineage(rows[2], "round"), (string?)rows[2]["task"], (string?)rows[2]["system"], Lineage(rows[2], "model")));
        Assert.Matches("^evolve/[a-z_]+.zh v1$", Lineage(rows[2], "prompt"));
        Assert.Matches("^evolve/[a-z_]+.en v1$", Lineage(rows[5], "prompt"));
        Assert.Equal(8, server.Requests.Count);
    }

    [Fact]
    public async Task Run_EliminatedRounds_AreKeptInDroppedAndTheParentIsTriedAgain()
    {
        _folder.Write("""{"id":"a","instruction":"写一首诗"}""");
        string[] replies = ["写一首诗。", "改写后的指令：……", "", "请写一首关于秋天的诗，至少八行", "作为一个人工智能，我写不了诗"];
        var asked = 0;
        await using var server = await ChatServer.Start((_, context) => Reply(context.Items["asked"] as string ?? "", _ => replies[asked++])(context));
        var report = _folder.Run(Model(server), "evolve: { model: m, rounds: 5 }");
        Assert.Equal(2, report.Records.Written);
        Assert.Equal(new Dictionary<string, long> { ["empty"] = 2, ["refusal"] = 1, ["unchanged"] = 1 }, report.Records.Dropped["evolve"]);
        var dropped = _folder.Dropped("evolve").ToList();
        Assert.Equal(4, dropped.Count);
        Assert.Contains(dropped, row => (string?)row["_drop"]!["reply"] == "写一首诗。" && (string?)row["lineage"]!["round"] == "1");
        var last = server.Requests.Last(request => ((string)request.Body["messages"]![0]!["content"]!).Contains("至少八行", StringComparison.Ordinal));
        Assert.DoesNotContain("改写后", (string)last.Body["messages"]![0]!["content"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_JudgeAndAnswerer_EliminateWhatGainsNothingAndWhatIsRefused()
    {
        _folder.Write("""{"id":"a","instruction":"Write a poem about autumn"}""", """{"id":"b","instruction":"写一首诗"}""", """{"id":"c","instruction":"Say something hard"}""");
        await using var judge = await ChatServer.Start((_, context) => ChatServer.Answer(((string)context.Items["asked"]!).Contains('诗', StringComparison.Ordinal) ? "“相同”。" : "DIFFERENT")(context));
        await using var server = await ChatServer.Start((_, context) => Reply((string)context.Items["asked"]!, text => text + " and more 更多")(context));
        await using var answerer = await ChatServer.Start((_, context) => ChatServer.Answer(((string)context.Items["asked"]!).Contains("hard", StringComparison.Ordinal) ? "I'm sorry, I cannot." : "Leaves fall.")(context));
        var models = $"m: {{ endpoint: \"{server.Address}\", model: m }}\n  j: {{ endpoint: \"{judge.Address}\", model: j }}\n  w: {{ endpoint: \"{answerer.Address}\", model: w }}";
        var report = _folder.Run(models, "evolve: { model: m, judge: j, answerer: w, rounds: 1, keep: evolved }");
        Assert.Equal(new Dictionary<string, long> { ["evolved"] = 3, ["no_gain"] = 1, ["refused_answer"] = 1 }, report.Records.Dropped["evolve"]);
        var row = Assert.Single(_folder.Output());
        Assert.Equal(("a/evolve-1", "Leaves fall.", "w"), ((string?)row["id"], (string?)row["output"], Lineage(row, "answer_model")));
    }

    [Theory]
    [InlineData("all", 10)]
    [InlineData("evolved", 8)]
    [InlineData("last", 2)]
    public async Task Run_Keep_SaysWhatGoesOn(string keep, int written)
    {
        _folder.Write("""{"id":"a","instruction":"写一首诗"}""", """{"id":"b","instruction":"Name a river"}""");
        await using var server = await ChatServer.Start((_, context) => Reply((string)context.Items["asked"]!, text => text + " x")(context));
        Assert.Equal(written, _folder.Run(Model(server), $"evolve: {{ model: m, keep: {keep}, judged: false }}").Records.Written);
        Assert.All(keep == "last" ? _folder.Output() : [], row => Assert.EndsWith(" x x x x", (string?)row["instruction"], StringComparison.Ordinal));
    }

    [Fact]
    public void Run_TinyModel_GivesTheSameWhateverTheWorkersAndAfterGlobalSteps()
    {
        _folder.Write([.. Enumerable.Range(0, 6).Select(i => $$"""{"id":"{{i}}","instruction":"第{{i}}个问题 question {{i}}"}""")]);
        const string Models = "m: { tiny: llama, template: ziya2 }";
        const string Steps = "dedup_exact, evolve: { model: m, rounds: 2, max_tokens: 30, set: code }, dedup_exact";
        var report = _folder.Run(Models, Steps, workers: 1);
        Assert.Equal(12, report.Records.Created["evolve"]);
        var first = _folder.Output().Select(row => row.ToJsonString()).ToList();
        _folder.Run(Models, Steps, workers: 3);
        Assert.Equal(first, _folder.Output().Select(row => row.ToJsonString()));
    }

    [Fact]
    public void Parse_WrongOptions_AreFaultsOfTheJob()
    {
        _folder.Write("""{"id":"a","instruction":"x"}""");
        var faults = Assert.Throws<Pipeline.Jobs.JobFaultException>(() => _folder.Job("m: { tiny: llama }", "evolve: { model: m, methods: [deepen, breath], prompts: no/such }")).Message;
        Assert.Contains("'breath' is no way to evolve", faults, StringComparison.Ordinal);
        Assert.Contains("no/such: there is no such folder of prompts", faults, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("写一首诗", "写一首诗！", "unchanged")]
    [InlineData("Name a river", "name a RIVER.", "unchanged")]
    [InlineData("Name a river", "…!?", "empty")]
    [InlineData("Name a river", "The rewritten prompt asks for two rivers", "leaked_prompt")]
    [InlineData("写诗", "请把给定的指令写成诗", "leaked_prompt")]
    [InlineData("Improve the given prompt", "Improve the given prompt for a painter", null)]
    [InlineData("Name a river", "Name two rivers.\nAnswer: the Rhine and the Elbe", "answer_inside")]
    [InlineData("写一首诗", "写一首关于秋天的诗。\n**答案**：秋风起", "answer_inside")]
    [InlineData("写一首诗", "作为一个AI，我不能写诗", "refusal")]
    [InlineData("Name a river", "As an AI language model, I name no rivers", "refusal")]
    [InlineData("Name a river", "Name a river that crosses at least three countries and none of whose mouths lies in Europe.", null)]
    [InlineData("写一首诗", "写一首至少八行、每行押韵的关于秋天的诗，并说明用了哪些意象。", null)]
    public void OfInstruction_Rules_HoldInBothLanguages(string before, string after, string? reason) => Assert.Equal(reason, Elimination.OfInstruction(before, after, 2000));

    [Theory]
    [InlineData("", "empty_answer")]
    [InlineData("……", "empty_answer")]
    [InlineData("I'm sorry, but I cannot help with that.", "refused_answer")]
    [InlineData("很抱歉，我无法回答这个问题。", "refused_answer")]
    [InlineData("The Rhine.", null)]
    public void OfAnswer_Rules_HoldInBothLanguages(string answer, string? reason) => Assert.Equal(reason, Elimination.OfAnswer(answer));

    private static string Model(ChatServer server) => $"m: {{ endpoint: \"{server.Address}\", model: m }}";

    private static string? Lineage(JsonNode row, string name) => (string?)row["lineage"]![name];

    /// <summary>Answers a judge's question with a difference, and makes of any other what it says of the instruction in it.</summary>
    private static Func<Microsoft.AspNetCore.Http.HttpContext, Task> Reply(string asked, Func<string, string> evolve)
    {
        if (asked.Contains("EQUAL", StringComparison.Ordinal) || asked.Contains("相同", StringComparison.Ordinal))
        {
            return ChatServer.Answer(asked.Contains("EQUAL", StringComparison.Ordinal) ? "Different" : "不同");
        }

        var start = asked.IndexOf("Instruction:\n", StringComparison.Ordinal) is >= 0 and var en ? en + 13 : asked.IndexOf("指令：\n", StringComparison.Ordinal) + 4;
        var end = asked.LastIndexOf("\n\n", StringComparison.Ordinal);
        return ChatServer.Answer(evolve(asked[start..end]));
    }
}
