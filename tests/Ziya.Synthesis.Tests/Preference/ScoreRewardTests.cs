using Ziya.Models.Prompts;
using Ziya.Models.Reward;
using Ziya.Models.Scoring;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Jobs;
using Ziya.Synthesis.Tests.Fixtures;

namespace Ziya.Synthesis.Tests.Preference;

public sealed class ScoreRewardTests : IDisposable
{
    private const string Models = "judge: { tiny: reward }";
    private readonly SynthesisFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_Instructions_OutputAndCandidatesAreScoredAsTheModelDoes()
    {
        var longAnswer = string.Concat(Enumerable.Repeat("很长的答案 and more ", 60));
        _folder.Write(
            """{"id":"a","instruction":"列举一种空气污染。","output":"工业废气。"}""",
            """{"id":"b","instruction":"Translate","input":"山","output":"Mountain","system":"Be brief."}""",
            """{"id":"c","instruction":"写一句话","candidates":[{"output":"春天来了。","model":"m"},{"output":"Spring.","model":"n","scores":{"x":1}}]}""",
            """{"id":"d","instruction":"没有答案","output":" "}""",
            $$"""{"id":"e","instruction":"长","output":"{{longAnswer}}"}""");
        var report = _folder.Run(Models, "reward: { model: judge }");
        Assert.Equal(1, report.Records.Dropped["reward"]["no_answer"]);
        var rows = _folder.Output();

        using var model = RewardModel.Open("judge", "models/tiny-reward-42", PromptTemplates.Load("ziya-reward"), new ScoringOptions());
        async Task<RewardScore> Expected(string question, string answer) => await model.Score([new("user", question), new("assistant", answer)], default);
        Assert.Equal((await Expected("列举一种空气污染。", "工业废气。")).Score, (double)rows[0]["scores"]!["reward"]!);
        Assert.Equal((await Expected("Translate\n山", "Mountain")).Score, (double)rows[1]["scores"]!["reward"]!);
        Assert.Equal((await Expected("写一句话", "春天来了。")).Score, (double)rows[2]["candidates"]![0]!["scores"]!["reward"]!);
        Assert.Equal((await Expected("写一句话", "Spring.")).Score, (double)rows[2]["candidates"]![1]!["scores"]!["reward"]!);
        Assert.Equal(1, (double)rows[2]["candidates"]![1]!["scores"]!["x"]!);
        Assert.Null(rows[2]["scores"]?["reward"]);
        Assert.Equal((await Expected("长", longAnswer)).Cut, (double)rows[3]["scores"]!["reward_cut"]!);
        Assert.Null(rows[0]["scores"]!["reward_cut"]);
    }

    [Fact]
    public void Run_Dialogues_LastAnswerOrNoForm()
    {
        _folder.Write(
            """{"id":"a","messages":[{"role":"system","content":"s"},{"role":"user","content":"早"},{"role":"assistant","content":"你好"},{"role":"user","content":"Who?"},{"role":"assistant","content":"Me."}]}""",
            """{"id":"b","messages":[{"role":"user","content":"Who?"},{"role":"assistant","content":"Me."}]}""",
            """{"id":"c","messages":[{"role":"user","content":"没人回答"}]}""",
            """{"id":"d","messages":[{"role":"assistant","content":"Nobody asked."}]}""");
        var report = _folder.Run(Models, "reward: { model: judge }", kind: "dialogue");
        var rows = _folder.Output();
        Assert.Equal(["a", "b"], rows.Select(row => (string?)row["id"]));
        Assert.Equal((double)rows[0]["scores"]!["reward"]!, (double)rows[1]["scores"]!["reward"]!);
        Assert.Equal(new Dictionary<string, long> { ["no_answer"] = 1, ["not_expressible"] = 1 }, report.Records.Dropped["reward"]);

        report = _folder.Run(Models, "reward: { model: judge, turns: whole }", kind: "dialogue");
        Assert.Equal(["b"], _folder.Output().Select(row => (string?)row["id"]));
        Assert.Equal(2, report.Records.Dropped["reward"]["not_expressible"]);
        Assert.Contains(_folder.Dropped("reward"), row => row.ToJsonString().Contains("system prompt", StringComparison.Ordinal));
    }

    [Fact]
    public void Run_Preferences_MarginIsTheDifference()
    {
        _folder.Write("""{"id":"a","prompt":"问","chosen":"好的答案","rejected":"bad"}""", """{"id":"b","prompt":"问","chosen":"bad","rejected":"好的答案"}""");
        _folder.Run(Models, "reward: { model: judge }", kind: "preference");
        var rows = _folder.Output();
        Assert.Equal((double)rows[0]["scores"]!["reward"]! - (double)rows[1]["scores"]!["reward"]!, (double)rows[0]["scores"]!["reward_margin"]!, 1e-9);
        Assert.Equal(-(double)rows[0]["scores"]!["reward_margin"]!, (double)rows[1]["scores"]!["reward_margin"]!, 1e-9);
    }

    [Fact]
    public void Run_Documents_FailsAndSaysWhat()
    {
        _folder.Write("""{"id":"a","text":"文本"}""");
        var failure = Assert.Throws<JobFailedException>(() => _folder.Run(Models, "reward: { model: judge }", kind: "document"));
        Assert.Contains("input.kind: instruction", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_ModelOfAnotherKind_IsAFaultOfTheJob()
    {
        _folder.Write("""{"id":"a","instruction":"问"}""");
        var faults = Assert.Throws<JobFaultException>(() => _folder.Job("w: { tiny: llama }", "reward: { model: w }, perplexity: { model: w }, dedup_semantic: { model: w }")).Faults;
        Assert.Equal(2, faults.Count);
    }

    [Fact]
    public void Run_AnyNumberOfWorkers_WritesTheSame()
    {
        _folder.Write([.. Enumerable.Range(0, 300).Select(i => $$"""{"id":"{{i}}","instruction":"第{{i}}个问题","output":"{{string.Concat(Enumerable.Repeat("答案 answer ", 1 + (i * 7 % 23)))}}"}""")]);
        _folder.Run(Models, "reward: { model: judge }, bucket: { by: reward, cuts: { low: 50, high: 100 } }", "limits: { split_mb: 1 }", workers: 1);
        var first = File.ReadAllText(_folder.OutputFile);
        _folder.Run(Models, "reward: { model: judge }, bucket: { by: reward, cuts: { low: 50, high: 100 } }", "limits: { split_mb: 1 }", workers: 3);
        Assert.Equal(first, File.ReadAllText(_folder.OutputFile));
    }
}
