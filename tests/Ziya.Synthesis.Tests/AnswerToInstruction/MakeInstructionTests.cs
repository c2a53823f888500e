using System.Text.Json.Nodes;
using Ziya.Models.Tests.Teachers;
using Ziya.Synthesis.Tests.Fixtures;

namespace Ziya.Synthesis.Tests.AnswerToInstruction;

public sealed class MakeInstructionTests : IDisposable
{
    private const string Notice = "关于开展安全检查的通知\n各单位：现将有关事项通知如下。请于本月底以前完成自查，并把结果报送办公室，联系人为王明。";
    private const string Letter = "Dear Anna,\nI am writing to thank you for the lovely week by the lake; the children still speak of the boat.";
    private const string Walk = "公园里有很多人在放风筝，孩子们跑来跑去，老人们坐在长椅上晒太阳，一直到天黑才回家。";
    private const string Small = "min_characters: 20, min_words: 10";

    private readonly SynthesisFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_GoodPairs_BecomeInstructionsWithRatingAndLineage()
    {
        Write(("a", Notice), ("b", Letter), ("c", Walk));
        await using var server = await Server(asked => asked.Contains("公文", StringComparison.Ordinal) ? "指令：请起草一份通知，布置检查工作"
            : asked.Contains("speech or a letter", StringComparison.Ordinal) ? "Instruction: \"Write a short letter of thanks to a friend\"" : "描写一个热闹的傍晚", _ => "评分：5");
        var report = Run(server, Small);
        Assert.Equal((3, 3), (report.Records.Read, report.Records.Written));
        var rows = _folder.Output();
        Assert.Equal(["请起草一份通知，布置检查工作", "Write a short letter of thanks to a friend", "描写一个热闹的傍晚"], rows.Select(row => (string?)row["instruction"]));
        Assert.Equal([Notice, Letter, Walk], rows.Select(row => (string?)row["output"]));
        Assert.Equal(["report", "speech", "general"], rows.Select(row => (string?)row["task"]));
        Assert.All(rows, row => Assert.Equal(5, (double)row["scores"]!["rating"]!));
        var lineage = rows[0]["lineage"]!;
        Assert.Equal(("a", "1", "report", "answer_to_instruction/report.zh v1", "m", "answer_to_instruction/rate.zh v1", "m"), (
            (string?)lineage["parent"], (string?)lineage["passage"], (string?)lineage["genre"], (string?)lineage["prompt"], (string?)lineage["model"], (string?)lineage["rating_prompt"], (string?)lineage["rater"]));
        Assert.Equal("a/passage-1", (string?)rows[0]["id"]);
        Assert.Equal("answer_to_instruction/speech.en v1", (string?)rows[1]["lineage"]!["prompt"]);
    }

    [Fact]
    public async Task Run_WhatIsNotTaken_IsCountedByReasonAndKept()
    {
        Write(("short", "太短了。"), ("open", "这篇文章写到一半就停下来了，后面还有很多没有写完的内容，我们看到的"), ("low", "甲" + Walk), ("mute", "乙" + Walk), ("leak", "丙" + Walk), ("copy", "丁" + Walk),
            ("cut", "戊" + Walk), ("none", "——"), ("good", "己" + Walk));
        await using var server = await Server(
            asked => asked.Contains("丙公", StringComparison.Ordinal) ? "根据原文写一段话" : asked.Contains("丁公", StringComparison.Ordinal) ? "写：" + Walk : asked.Contains("戊公", StringComparison.Ordinal) ? null : "描写公园",
            asked => asked.Contains("甲公", StringComparison.Ordinal) ? "2" : asked.Contains("己公", StringComparison.Ordinal) ? "4" : "说不好");
        var report = Run(server, Small);
        Assert.Equal(
            new Dictionary<string, long> { ["copied"] = 1, ["leaked_prompt"] = 1, ["low_rating"] = 1, ["no_sentence_end"] = 1, ["no_text"] = 1, ["too_short"] = 1, ["truncated"] = 1, ["unparsable"] = 1 },
            report.Records.Dropped["answer_to_instruction"]);
        Assert.Equal("good/passage-1", (string?)Assert.Single(_folder.Output())["id"]);
        var low = _folder.Dropped("answer_to_instruction").Single(row => (string?)row["id"] == "low")["_drop"]!;
        Assert.Equal((2.0, 4.0, "描写公园"), ((double)low["value"]!, (double)low["limit"]!, (string?)low["instruction"]));
    }

    [Fact]
    public async Task Run_LongDocument_GivesSeveralPassagesWhichAddUp()
    {
        Write(("a", string.Join('\n', Enumerable.Range(0, 6).Select(i => $"第{i}天，{Walk}"))), ("b", "首页"));
        await using var server = await Server(asked => "写一篇日记，第" + asked[asked.IndexOf('第', StringComparison.Ordinal) + 1], asked => asked.Contains("第0天", StringComparison.Ordinal) ? "1" : "5");
        var report = Run(server, "min_characters: 20, max_characters: 100, passages: 2");
        Assert.Equal((2, 1, 1), (report.Records.Read, report.Records.Created["answer_to_instruction"], report.Records.Written));
        Assert.Equal(new Dictionary<string, long> { ["low_rating"] = 1, ["no_text"] = 1 }, report.Records.Dropped["answer_to_instruction"]);
        Assert.Equal("a/passage-2", (string?)_folder.Output().Single()["id"]);
        Assert.Contains(_folder.Dropped("answer_to_instruction"), row => (string?)row["id"] == "a/passage-1" && (double)row["scores"]!["rating"]! == 1);
    }

    [Fact]
    public async Task Run_GenresAndRewrite_ChooseAndChange()
    {
        Write(("a", Notice), ("b", Letter), ("c", Walk));
        await using var server = await Server(asked => asked.Contains("草稿", StringComparison.Ordinal) ? "改写后的通知全文。" : asked.Contains("Draft", StringComparison.Ordinal) ? "I'm sorry, I cannot." : "Write it 写", _ => "5");
        var report = Run(server, $"{Small}, genres: [report, speech], rewrite: true");
        Assert.Equal(new Dictionary<string, long> { ["other_genre"] = 1, ["refused_answer"] = 1 }, report.Records.Dropped["answer_to_instruction"]);
        var row = Assert.Single(_folder.Output());
        Assert.Equal(("改写后的通知全文。", "answer_to_instruction/rewrite.zh v1"), ((string?)row["output"], (string?)row["lineage"]!["rewrite_prompt"]));
    }

    [Theory]
    [InlineData("llama", "ziya2")]
    [InlineData("gptbigcode", "ziya-coding")]
    public void Run_TinyModels_RateByDigitsAndGiveTheSameWhateverTheWorkers(string family, string template)
    {
        Write([.. Enumerable.Range(0, 12).Select(i => ($"{i}", i % 2 == 0 ? $"第{i}天，{Walk}\n{Notice}" : $"{Letter} It was day {i}."))]);
        var models = $"m: {{ tiny: {family}, template: {template} }}\n  r: {{ tiny: llama, seed: 7, template: ziya2 }}";
        var step = $"answer_to_instruction: {{ model: m, rater: r, max_tokens: 24, min_rating: 1, max_characters: 70, {Small} }}, dedup_exact";
        _folder.Run(models, step, workers: 1, kind: "document");
        var first = _folder.Dropped("answer_to_instruction").Select(row => row.ToJsonString()).ToList();
        Assert.NotEmpty(first);
        _folder.Run(models, step, "limits: { split_mb: 1 }", workers: 3, kind: "document");
        Assert.Equal(first, _folder.Dropped("answer_to_instruction").Select(row => row.ToJsonString()));
    }

    [Fact]
    public async Task Run_EndpointWritesAndLocalModelRates_MarksAreMeansOverDigits()
    {
        Write([.. Enumerable.Range(0, 8).Select(i => ($"{i}", $"第{i}天，{Walk}"))]);
        await using var server = await Server(_ => "描写公园里的一天", _ => throw new InvalidOperationException("not asked to rate"));
        var models = $"m: {{ endpoint: \"{server.Address}\", model: m }}\n  r: {{ tiny: llama, template: ziya2 }}";
        var step = $"answer_to_instruction: {{ model: m, rater: r, min_rating: 1, {Small} }}";
        _folder.Run(models, step, workers: 1, kind: "document");
        var first = File.ReadAllText(_folder.OutputFile);
        Assert.All(_folder.Output(), row => Assert.InRange((double)row["scores"]!["rating"]!, 1.5, 4.5));
        Assert.Equal(8, _folder.Output().Count);
        _folder.Run(models, step, workers: 3, kind: "document");
        Assert.Equal(first, File.ReadAllText(_folder.OutputFile));
    }

    [Fact]
    public void Parse_WrongOptions_AreFaultsOfTheJob()
    {
        Write(("a", Walk));
        var faults = Assert.Throws<Pipeline.Jobs.JobFaultException>(() =>
            _folder.Job("m: { tiny: llama }", "answer_to_instruction: { model: m, genres: [reports], min_words: 2000, prompts: no/such }", kind: "document")).Message;
        Assert.Contains("'reports' is no kind of text: report, speech, creative, general", faults, StringComparison.Ordinal);
        Assert.Contains("least length of a passage", faults, StringComparison.Ordinal);
        Assert.Contains("no/such: there is no such folder of prompts", faults, StringComparison.Ordinal);
    }

    private void Write(params (string Id, string Text)[] documents) =>
        _folder.Write([.. documents.Select(document => new JsonObject { ["id"] = document.Id, ["text"] = document.Text }.ToJsonString())]);

    private Pipeline.Runs.Report Run(ChatServer server, string more) =>
        _folder.Run($"m: {{ endpoint: \"{server.Address}\", model: m }}", $"answer_to_instruction: {{ model: m, {more} }}", kind: "document");

    /// <summary>Answers questions for a mark by one rule, all others by another; null is an answer that was cut.</summary>
    private static Task<ChatServer> Server(Func<string, string?> write, Func<string, string> rate) => ChatServer.Start((_, context) =>
    {
        var asked = (string)context.Items["asked"]!;
        var isMark = asked.Contains("一个数字", StringComparison.Ordinal) || asked.Contains("one digit", StringComparison.Ordinal);
        var reply = isMark ? rate(asked) : write(asked);
        return (reply is null ? ChatServer.Answer("half an", "length") : ChatServer.Answer(reply))(context);
    });
}
