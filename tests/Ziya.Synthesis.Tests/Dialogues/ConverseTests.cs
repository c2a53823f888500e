using System.Text.Json.Nodes;
using Ziya.Models.Tests.Teachers;
using Ziya.Synthesis.Dialogues;
using Ziya.Synthesis.Tests.Fixtures;

namespace Ziya.Synthesis.Tests.Dialogues;

public sealed class ConverseTests : IDisposable
{
    private readonly SynthesisFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_Instructions_BecomeConversationsOfSoManyTurns()
    {
        _folder.Write("""{"id":"a","instruction":"介绍长江","input":"一句话","system":"简短","task":"qa","source":"s"}""", """{"id":"b","instruction":"Name a river","output":"The Rhine.","language":"en"}""");
        await using var user = await ChatServer.Start((at, context) => ChatServer.Answer(Asked(context).Contains("助手：", StringComparison.Ordinal) ? $"用户：“那第{at}点呢？”" : $"User: And number {at}?\n\nAssistant: No.")(context));
        await using var server = await ChatServer.Start((at, context) => ChatServer.Answer($" Answer {at}: {Asked(context)}\n")(context));
        var report = _folder.Run(Models(server, user), "converse: { model: m, user_model: u, system: Be brief. }");
        Assert.Equal(2, report.Records.Written);
        var rows = _folder.Output();
        Assert.Equal(["system", "user", "assistant", "user", "assistant", "user", "assistant"], Roles(rows[0]));
        Assert.Equal(("简短", "介绍长江\n一句话"), (Said(rows[0], 0), Said(rows[0], 1)));
        Assert.Matches("^那第[0-9]点呢？$", Said(rows[0], 3));
        Assert.EndsWith(Said(rows[0], 5), Said(rows[0], 6), StringComparison.Ordinal);
        Assert.Equal(("turns", "qa", "m", "u", "converse/user.zh v1"), (Meta(rows[0], "ended"), Meta(rows[0], "task"), Lineage(rows[0], "model"), Lineage(rows[0], "user_model"), Lineage(rows[0], "prompt")));
        Assert.Equal(("Be brief.", "Name a river", "The Rhine."), (Said(rows[1], 0), Said(rows[1], 1), Said(rows[1], 2)));
        Assert.Matches("^And number [0-9]\\?$", Said(rows[1], 3));
        Assert.Equal(("a", "s", "en"), ((string?)rows[0]["id"], (string?)rows[0]["source"], (string?)rows[1]["language"]));
        Assert.Equal((4, 5), (user.Requests.Count, server.Requests.Count));
        Assert.All(server.Requests, request => Assert.Equal("system", (string?)request.Body["messages"]![0]!["role"]));
    }

    [Fact]
    public async Task Run_Dialogues_GoOnFromWhereTheyEnd()
    {
        _folder.Write(
            """{"id":"asked","messages":[{"role":"user","content":"你好"},{"role":"assistant","content":"你好！"},{"role":"user","content":"今天星期几？"}]}""",
            """{"id":"full","messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"c"},{"role":"assistant","content":"d"}]}""",
            """{"id":"short","messages":[{"role":"system","content":"s"},{"role":"user","content":"Hi there"},{"role":"assistant","content":"Hello."}]}""");
        await using var server = await ChatServer.Start((at, context) => ChatServer.Answer($"reply {at}")(context));
        _folder.Run(Models(server, server), "converse: { model: m, user_model: u, turns: 2 }", kind: "dialogue");
        var rows = _folder.Output();
        Assert.Equal(["4", "4", "5"], rows.Select(row => Roles(row).Length.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Equal(3, server.Requests.Count);
        Assert.Equal("assistant", Roles(rows[0])[^1]);
    }

    [Theory]
    [InlineData("[END]", "a fine answer", "nothing_more")]
    [InlineData("【结束】", "很好的回答", "nothing_more")]
    [InlineData("Name a river!", "a fine answer", "repetition")]
    [InlineData("As an AI language model, I have no questions.", "a fine answer", "refusal")]
    [InlineData("作为一个人工智能，我没有问题。", "很好的回答", "refusal")]
    [InlineData("……", "很好的回答", "empty")]
    [InlineData("And then?", "a fine answer", "repetition")]
    public async Task Run_WhatEndsAConversation_KeepsWhatCameBefore(string question, string answer, string ended)
    {
        _folder.Write("""{"id":"a","instruction":"Name a river"}""");
        await using var user = await ChatServer.Start((_, context) => ChatServer.Answer(question)(context));
        await using var server = await ChatServer.Start((_, context) => ChatServer.Answer(answer)(context));
        _folder.Run(Models(server, user), "converse: { model: m, user_model: u, turns: 5 }");
        var row = Assert.Single(_folder.Output());
        Assert.Equal((2, ended), (Roles(row).Length, Meta(row, "ended")));

        var report = _folder.Run(Models(server, user), "converse: { model: m, user_model: u, turns: 5, min_turns: 2 }");
        Assert.Equal(new Dictionary<string, long> { [ended] = 1 }, report.Records.Dropped["converse"]);
        var dropped = Assert.Single(_folder.Dropped("converse"));
        Assert.Equal(ended == "repetition" && question == "And then?" ? answer : question, (string?)dropped["_drop"]!["reply"]);
    }

    [Fact]
    public async Task Run_FirstAnswerThatDoesNotCount_DropsTheRecord()
    {
        _folder.Write([.. "cut no held long full".Split(' ').Select(word => $$"""{"id":"{{word}}","instruction":"{{word}}"}""")]);
        await using var server = await ChatServer.Start((_, context) => Asked(context) switch
        {
            "cut" => ChatServer.Answer("half an", "length")(context),
            "no" => ChatServer.Answer("I'm sorry, but I can't help with that.")(context),
            "held" => ChatServer.Answer("x", "content_filter")(context),
            "long" => ChatServer.Answer(new string('x', 200))(context),
            _ => ChatServer.Status(400, """{"error":{"message":"this prompt is too long"}}""")(context),
        });
        var report = _folder.Run(Models(server, server), "converse: { model: m, max_characters: 100 }");
        Assert.Equal(new Dictionary<string, long> { ["filtered"] = 1, ["refusal"] = 1, ["too_long"] = 1, ["truncated"] = 1 }, report.Records.Dropped["converse"]);
        Assert.Equal(1, report.Records.Quarantined);
    }

    [Theory]
    [InlineData("user")]
    [InlineData("assistant")]
    public async Task Run_Persona_IsToldToTheOneWhoPlaysIt(string of)
    {
        _folder.Write("""{"id":"a","instruction":"怎么种水稻？","system":"简短","meta":{"persona":"老农民"}}""", """{"id":"b","instruction":"How to grow rice?"}""");
        await using var user = await ChatServer.Start((_, context) => ChatServer.Answer("And then? 然后呢？")(context));
        await using var server = await ChatServer.Start((at, context) => ChatServer.Answer($"step {at}")(context));
        _folder.Run(Models(server, user), $"converse: {{ model: m, user_model: u, turns: 2, persona: meta.persona, persona_of: {of} }}");
        var rows = _folder.Output();
        Assert.Equal(of == "user", user.Requests.Any(request => request.Body.ToJsonString().Contains(JsonValue.Create("老农民")!.ToJsonString().Trim('"'), StringComparison.Ordinal)));
        Assert.Equal(of == "assistant" ? "在整个对话中扮演下面的角色，用这个角色的知识和说话方式，不要跳出角色：\n老农民\n简短" : "简短", Said(rows[0], 0));
        Assert.Equal("user", Roles(rows[1])[0]);
    }

    [Fact]
    public void Run_TinyModels_GivesTheSameWhateverTheWorkers()
    {
        _folder.Write([.. Enumerable.Range(0, 6).Select(i => $$"""{"id":"{{i}}","instruction":"第{{i}}个问题 question {{i}}"}""")]);
        const string Models = "m: { tiny: llama, template: ziya2 }\n  u: { tiny: llama, template: ziya2 }";
        const string Steps = "dedup_exact, converse: { model: m, user_model: u, turns: 2, question_tokens: 10, answer_tokens: 10, keep_truncated: true }, dedup_exact";
        _folder.Run(Models, Steps, workers: 1);
        var first = _folder.Output().Select(row => row.ToJsonString()).ToList();
        Assert.NotEmpty(first);
        _folder.Run(Models, Steps, workers: 3);
        Assert.Equal(first, _folder.Output().Select(row => row.ToJsonString()));
    }

    [Fact]
    public void Parse_WrongUse_IsAFaultOfTheJob()
    {
        _folder.Write("""{"id":"a","text":"x"}""");
        var faults = Assert.Throws<Pipeline.Jobs.JobFaultException>(() => _folder.Job("m: { tiny: llama }", "converse: { model: m, turns: 2, min_turns: 3, prompts: no/such }", kind: "document")).Message;
        Assert.Contains("step 'converse' takes instruction or dialogue records, but gets document records from the input", faults, StringComparison.Ordinal);
        Assert.Contains("'min_turns' is greater than 'turns'", faults, StringComparison.Ordinal);
        Assert.Contains("no/such: there is no such folder of prompts", faults, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("用户：那么黄河呢？", "那么黄河呢？")]
    [InlineData("\"And the Nile?\"", "And the Nile?")]
    [InlineData("User: And the Nile?\nAssistant: It is long.", "And the Nile?")]
    [InlineData("那么黄河呢？\n\n助手：黄河……", "那么黄河呢？")]
    [InlineData("", "")]
    public void Question_Replies_AreBared(string reply, string question) => Assert.Equal(question, Talk.Question(reply));

    private static string Models(ChatServer server, ChatServer user) => $"m: {{ endpoint: \"{server.Address}\", model: m }}\n  u: {{ endpoint: \"{user.Address}\", model: u }}";

    private static string Asked(Microsoft.AspNetCore.Http.HttpContext context) => (string?)context.Items["asked"] ?? "";

    private static string[] Roles(JsonNode row) => [.. row["messages"]!.AsArray().Select(message => (string)message!["role"]!)];

    private static string Said(JsonNode row, int at) => (string)row["messages"]![at]!["content"]!;

    private static string? Meta(JsonNode row, string name) => (string?)row["meta"]![name];

    private static string? Lineage(JsonNode row, string name) => (string?)row["meta"]!["lineage"]![name];
}
