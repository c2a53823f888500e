using Ziya.Models.Prompts;
using Ziya.Models.Scoring;
using Ziya.Models.Tests.Teachers;
using Ziya.Pipeline.Records;
using Ziya.Synthesis.Tests.Fixtures;

namespace Ziya.Synthesis.Tests.Difficulty;

public sealed class RateDifficultyTests : IDisposable
{
    private const string Local = "m: { tiny: llama, template: ziya2 }";
    private static readonly string[] Rows =
    [
        """{"id":"a","instruction":"写一首诗","input":"关于秋天","output":"秋风起，落叶黄。","task":"writing"}""",
        """{"id":"b","instruction":"Name a river","output":"The Rhine is a river in Europe.","task":"qa"}""",
        """{"id":"c","instruction":"没有回答"}""",
    ];

    private readonly SynthesisFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_Ifd_IsTheQuotientOfTheMeans()
    {
        _folder.Write(Rows);
        var report = _folder.Run(Local, "difficulty: { model: m, max_ifd: 100 }");
        Assert.Equal(1, report.Records.Dropped["difficulty"]["no_answer"]);
        var rows = _folder.Output();
        using var model = TextScorer.Open("m", "models/tiny-llama-42", PromptTemplates.Load("ziya2"), new ScoringOptions());
        foreach (var (row, said) in rows.Zip(["写一首诗\n关于秋天", "Name a river"]))
        {
            var output = (string)row["output"]!;
            var behind = await model.ScoreAnswer([new Message("user", said)], output, default);
            var alone = await model.ScoreAnswer([], output, default);
            var expected = behind.LogProbability / behind.Tokens / (alone.LogProbability / alone.Tokens);
            Assert.Equal(expected, (double)row["difficulty"]!, 1e-12);
            Assert.Equal(expected, (double)row["scores"]!["ifd"]!, 1e-12);
        }
    }

    [Fact]
    public void Run_IfdAboveTheLimit_IsDroppedWithItsValue()
    {
        _folder.Write(Rows);
        var report = _folder.Run(Local, "difficulty: { model: m, max_ifd: 0.01 }");
        Assert.Equal(2, report.Records.Dropped["difficulty"]["high_ifd"]);
        Assert.All(_folder.Dropped("difficulty").Take(2), row => Assert.Equal(0.01, (double)row["_drop"]!["limit"]!));
    }

    [Fact]
    public void Run_LocalJudge_ReadsTheDigitsAndIsTheSameWhateverTheWorkersAndMakesBuckets()
    {
        _folder.Write([.. Enumerable.Range(0, 30).Select(i => $$"""{"id":"{{i}}","instruction":"第{{i}}个问题 question {{i * i}}","task":"{{(i % 2 == 0 ? "qa" : "writing")}}"}""")]);
        const string Steps = "difficulty: { by: judge, judge: m }, bucket: { by: difficulty, within: task, cuts: { easy: 33, medium: 66, hard: 100 } }";
        _folder.Run(Local, Steps, workers: 1);
        var first = _folder.Output();
        Assert.All(first, row => Assert.InRange((double)row["scores"]!["complexity"]!, 1, 6));
        foreach (var task in first.GroupBy(row => (string)row["task"]!))
        {
            var levels = task.GroupBy(row => (string)row["bucket"]!).ToDictionary(group => group.Key, group => group.Select(row => (double)row["difficulty"]!).ToList());
            Assert.Equal((5, 5, 5), (levels["easy"].Count, levels["medium"].Count, levels["hard"].Count));
            Assert.True(levels["easy"].Max() < levels["medium"].Min() && levels["medium"].Max() < levels["hard"].Min());
        }

        _folder.Run(Local, Steps, workers: 3);
        Assert.Equal(first.Select(row => row.ToJsonString()), _folder.Output().Select(row => row.ToJsonString()));
    }

    [Fact]
    public async Task Run_EndpointAsJudge_IsReadAndAskedOnceMore()
    {
        _folder.Write(Rows);
        await using var server = await ChatServer.Start((_, context) => ChatServer.Answer((string)context.Items["asked"]! switch
        {
            var asked when asked.Contains("river", StringComparison.Ordinal) => "It is easy, 2 or so.\nScore: ２",
            var asked when asked.Contains("秋天", StringComparison.Ordinal) => "挺难的，需要才华",
            var asked when asked.Contains("一个数字，不要写别的", StringComparison.Ordinal) && !asked.Contains("没有回答", StringComparison.Ordinal) => "5分",
            _ => "不知道",
        })(context));
        var report = _folder.Run($"m: {{ endpoint: \"{server.Address}\", model: m }}", "difficulty: { by: judge, judge: m }");
        Assert.Equal([5.0, 2.0, 5.0], _folder.Output().Select(row => (double)row["difficulty"]!));
        Assert.Equal(5, server.Requests.Count);
        Assert.Equal(3, report.Records.Written);
        var repaired = server.Requests.Where(request => request.Body["messages"]!.AsArray().Count == 3).ToList();
        Assert.Equal(2, repaired.Count);
        Assert.Contains(repaired, request => (string)request.Body["messages"]![1]!["content"]! == "挺难的，需要才华");
    }

    [Fact]
    public async Task Run_EndpointThatNeverMarks_IsUnparsableWithItsReplies()
    {
        _folder.Write(Rows);
        await using var server = await ChatServer.Start((_, context) => ChatServer.Answer("no idea")(context));
        var report = _folder.Run($"m: {{ endpoint: \"{server.Address}\", model: m }}", "difficulty: { by: judge, judge: m }");
        Assert.Equal(3, report.Records.Dropped["difficulty"]["unparsable"]);
        Assert.Equal("no idea\n---\nno idea", (string?)_folder.Dropped("difficulty").First()["_drop"]!["reply"]);
        Assert.Equal(6, server.Requests.Count);
    }

    [Fact]
    public void Parse_WrongOptions_AreFaultsOfTheJob()
    {
        _folder.Write(Rows);
        string Faults(string models, string step) => Assert.Throws<Pipeline.Jobs.JobFaultException>(() => _folder.Job(models, step)).Message;
        Assert.Contains("'by: ifd' needs 'model'", Faults(Local, "difficulty"), StringComparison.Ordinal);
        Assert.Contains("'by: judge' needs 'judge'", Faults(Local, "difficulty: { by: judge, model: m }"), StringComparison.Ordinal);
        Assert.Contains("model 'm'", Faults("m: { endpoint: \"http://x/v1\", model: m }", "difficulty: { model: m }"), StringComparison.Ordinal);
    }
}
