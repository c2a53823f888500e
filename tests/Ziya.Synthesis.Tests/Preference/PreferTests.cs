using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;
using Ziya.Synthesis.Preference;
using Ziya.Synthesis.Tests.Fixtures;

namespace Ziya.Synthesis.Tests.Preference;

public sealed class PreferTests
{
    private static Instruction Record(params (string Output, double? Score)[] candidates) => new()
    {
        Id = "r",
        Text = "写一句诗",
        Input = "月",
        Task = "writing",
        System = "简短",
        Lineage = Fields.Empty.With("seed", "s1"),
        Scores = Scores.Empty.With("difficulty_score", 3),
        Candidates = [.. candidates.Select((candidate, at) => new Candidate(candidate.Output, $"m{at}") { Scores = candidate.Score is { } score ? Scores.Empty.With("reward", score) : Scores.Empty })],
    };

    private static Verdict<Pipeline.Records.Preference> Apply(PreferOptions options, Instruction record, ulong seed = 42) => new Prefer(options) { Seed = seed }.Apply(record);

    [Fact]
    public void Apply_BestAndWorst_ArePairedWithScoresModelsAndLengths()
    {
        var pair = Apply(new(), Record(("床前明月光", 1), ("月", -1.5), ("举头望明月，低头思故乡", 2))).Record!;

        Assert.Equal(("r", "写一句诗\n月", "举头望明月，低头思故乡", "月", "简短"), (pair.Id, pair.Prompt, pair.Chosen, pair.Rejected, pair.System));
        Assert.Equal(("m2", "m1"), (pair.Models.GetText("chosen"), pair.Models.GetText("rejected")));
        Assert.Equal(["difficulty_score=3", "chosen=2", "rejected=-1.5", "margin=3.5", "length_difference=10", "chosen_longer=1"], pair.Scores.Select(score => $"{score.Key}={score.Value}"));
        Assert.Equal(("writing", "s1"), (pair.Meta.GetText("task"), pair.Meta.GetText("lineage.seed")));
    }

    [Theory]
    [InlineData("one_candidate")]
    [InlineData("one_candidate", "a:1")]
    [InlineData("unscored", "a:1", "b")]
    [InlineData("unscored", "a", "b")]
    [InlineData("unscored", "a:1", " :5")]
    [InlineData("same_text", "a:1", " a\n:5")]
    [InlineData("tie", "a:1", "b:1", "c:1")]
    [InlineData("small_margin", "a:1", "b:1.2", "c:1.4")]
    [InlineData(null, "a:1", "b:1.5")]
    public void Apply_NoPair_IsDroppedWithTheReason(string? reason, params string[] candidates)
    {
        var verdict = Apply(new(), Record([.. candidates.Select(text => text.Split(':')).Select(parts => (parts[0], parts.Length > 1 ? double.Parse(parts[1], null) : (double?)null))]));

        Assert.Equal(reason, verdict.Reason);
        Assert.Equal(reason is null, verdict.Record is not null);
    }

    [Fact]
    public void Apply_MarginZero_StillTakesNoTie()
    {
        Assert.Equal("tie", Apply(new() { Margin = 0 }, Record(("a", 1), ("b", 1))).Reason);
        Assert.NotNull(Apply(new() { Margin = 0 }, Record(("a", 1), ("b", 1.0001))).Record);
    }

    [Fact]
    public void Apply_All_MakesEachPairThatIsFarEnoughApart()
    {
        var random = new Random(7);
        for (var round = 0; round < 300; round++)
        {
            var candidates = Enumerable.Range(0, random.Next(2, 8)).Select(at => ($"t{random.Next(10)}", (double?)(random.Next(6) / 2.0))).ToArray();
            var most = random.Next(2) == 0 ? (int?)null : random.Next(1, 5);
            var options = new PreferOptions { Pairs = PairChoice.All, Margin = 1, MaxPairs = most };

            var verdict = Apply(options, Record(candidates));

            // The obvious way: all ordered pairs of the best of each text.
            var best = candidates.GroupBy(candidate => candidate.Item1).ToDictionary(group => group.Key, group => group.Max(candidate => candidate.Item2!.Value));
            var expected = (from chosen in best from rejected in best where chosen.Value - rejected.Value >= 1 select $"{chosen.Key}>{rejected.Key}").ToHashSet();
            Pipeline.Records.Preference[] pairs = verdict.Record is null ? [] : [verdict.Record, .. verdict.Created.Select(made => made.Record)];
            var made = pairs.Select(pair => $"{pair.Chosen}>{pair.Rejected}").ToList();
            Assert.Equal(Math.Min(expected.Count, most ?? int.MaxValue), made.Count);
            Assert.Subset(expected, made.ToHashSet());
            var margins = pairs.Select(pair => pair.Scores.Single(score => score.Key == "margin").Value).ToList();
            Assert.Equal(margins.OrderDescending(), margins);
            Assert.Equal(pairs.Length, pairs.Select(pair => pair.Id).Distinct().Count());
            Assert.All(pairs.Skip(1), pair => Assert.Equal("r", pair.Meta.GetText("parent")));
        }
    }

    [Fact]
    public void Apply_BestRandom_DrawsByTheSeedAmongThoseFarEnoughBelow()
    {
        var record = Record(("a", 3), ("b", 2.9), ("c", 1), ("d", 0), ("e", -1));
        var drawn = Enumerable.Range(0, 100).Select(seed => Apply(new() { Pairs = PairChoice.BestRandom }, record, (ulong)seed).Record!).ToList();

        Assert.All(drawn, pair => Assert.Equal("a", pair.Chosen));
        Assert.Equal(["c", "d", "e"], drawn.Select(pair => pair.Rejected).Distinct().Order());
        Assert.Equal(drawn[3].Rejected, Apply(new() { Pairs = PairChoice.BestRandom }, record, 3).Record!.Rejected);
    }

    [Fact]
    public void Run_Pairs_ComeOutAsPreferencesAndAddUp()
    {
        using var folder = new SynthesisFolder();
        folder.Write(
            """{"id":"a","instruction":"讲个笑话","candidates":[{"output":"好笑","model":"x","scores":{"reward":2}},{"output":"不好笑啊","model":"y","scores":{"reward":0}},{"output":"一般","scores":{"reward":1}}]}""",
            """{"id":"b","instruction":"Tell a joke.","candidates":[{"output":"Ha.","scores":{"reward":1}},{"output":"Ho.","scores":{"reward":1}}]}""");

        var report = folder.Run("x: { tiny: llama }", "prefer: { by: scores.reward, pairs: all }, select: { where: margin > 0.5 and length_difference < 0 }");

        var pairs = folder.Output();
        Assert.Equal(["a", "a-3"], pairs.Select(pair => (string?)pair["id"]));
        Assert.Equal(["好笑", "一般"], pairs.Select(pair => (string?)pair["chosen"]));
        Assert.Equal((2L, 2L, 2L), (report.Records.Read, report.Records.Created["prefer"], report.Records.Written));
        Assert.Equal(1, report.Records.Dropped["prefer"]["tie"]);
        Assert.Equal(1, report.Records.Dropped["select"]["not_selected"]);
    }

    [Fact]
    public void Run_Ranked_PutsCandidatesInTheirOrder()
    {
        using var folder = new SynthesisFolder();
        folder.Write("""{"id":"a","instruction":"讲个笑话","candidates":[{"output":"一","scores":{"reward":0}},{"output":"二","scores":{"reward":2}},{"output":"三","scores":{"reward":1}}]}""");

        folder.Run("x: { tiny: llama }", "prefer: { by: scores.reward, as: ranked }");

        var record = Assert.Single(folder.Output());
        Assert.Equal("二", (string?)record["output"]);
        Assert.Equal(["二", "三", "一"], record["candidates"]!.AsArray().Select(candidate => (string?)candidate!["output"]));
    }

    [Theory]
    [InlineData("讲个笑话", "较差的回答：\n坏\n\n较好的回答：\n好")]
    [InlineData("Tell a joke about the weather.", "A worse answer:\n坏\n\nA better answer:\n好")]
    public void Run_Hindsight_ShowsTheWorseAnswerAndThenTheBetter(string instruction, string expected)
    {
        using var folder = new SynthesisFolder();
        folder.Write($$$"""{"id":"a","instruction":"{{{instruction}}}","candidates":[{"output":"坏","scores":{"reward":0}},{"output":"好","scores":{"reward":2}}]}""");

        folder.Run("x: { tiny: llama }", "prefer: { by: scores.reward, as: hindsight }");

        var record = Assert.Single(folder.Output());
        Assert.Equal(expected, (string?)record["output"]);
        Assert.Null(record["candidates"]);
    }

    [Theory]
    [InlineData("prefer", "step 'prefer' reads 'reward', which nothing before it writes")]
    [InlineData("prefer: { by: length }", "candidates have scores")]
    [InlineData("prefer: { by: scores.x, max_pairs: 2 }", "'max_pairs' goes with 'pairs: all' only")]
    [InlineData("prefer: { by: scores.x, as: ranked }, prefer: { by: scores.x }, prefer: { by: scores.x }", "step 'prefer-3' takes instruction records, but gets preference records from 'prefer-2'")]
    public void Parse_WrongOptions_AreFaultsOfTheFile(string steps, string message)
    {
        var fault = Assert.Throws<JobFaultException>(() => JobFile.Parse(
            $"job: t\ninput: {{ read: a.jsonl, kind: instruction }}\nsteps: [{steps}]\noutput: {{ write: out }}\n", "job.yaml", [], SynthesisFolder.Catalog, false));

        Assert.Contains(message, Assert.Single(fault.Faults).ToString(), StringComparison.Ordinal);
    }
}
