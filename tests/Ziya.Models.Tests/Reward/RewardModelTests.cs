using Ziya.Models.Checkpoints;
using Ziya.Models.Prompts;
using Ziya.Models.Reward;
using Ziya.Models.Scoring;
using Ziya.Models.Tests.Export;
using Ziya.Models.Tiny;
using Ziya.Models.Tokenization;
using Ziya.Pipeline.Records;

namespace Ziya.Models.Tests.Reward;

public sealed class RewardModelTests
{
    private const string Question = "列举一种空气污染。";

    [Fact]
    public async Task Score_Answers_AreTheReferenceOfTheCardsPrompt()
    {
        using var model = new ExportedModel(new TinyOptions { Family = TinyFamily.Reward });
        using var reward = Open(model, new ScoringOptions());
        var tokenizer = ModelTokenizer.Load(model.Target);
        string[] answers = ["工业废气。", "Exhaust fumes of cars.", "", "</s>[PAD]"];
        foreach (var answer in answers)
        {
            var score = await reward.Score(Turn(Question, answer), default);

            int[] ids = [2, .. tokenizer.Encode($"Human:{Question}\n\nAssistant:{answer}"), 2];
            Assert.Equal((ids.Length - 2, 0), (score.Tokens, score.Cut));
            Assert.Equal(Expected(model, ids), score.Score, 1e-4);
        }
    }

    [Fact]
    public async Task Score_LongerThanTheWindow_CutAtTheEndAndSaysHowMuch()
    {
        using var model = new ExportedModel(new TinyOptions { Family = TinyFamily.Reward });
        using var reward = Open(model, new ScoringOptions { Window = 50 });
        var answer = string.Concat(Enumerable.Repeat("工业废气 and fumes ", 50));
        var ids = ModelTokenizer.Load(model.Target).Encode($"Human:{Question}\n\nAssistant:{answer}");

        var score = await reward.Score(Turn(Question, answer), default);

        Assert.Equal((ids.Length, ids.Length - 48), (score.Tokens, score.Cut));
        Assert.Equal(Expected(model, [2, .. ids[..48], 2]), score.Score, 1e-4);
    }

    [Fact]
    public async Task Score_OtherIdsAround_AreThoseOfTheOptions()
    {
        using var model = new ExportedModel(new TinyOptions { Family = TinyFamily.Reward });
        using var reward = Open(model, new ScoringOptions { StartIds = [1], EndIds = [] });
        int[] ids = [1, .. ModelTokenizer.Load(model.Target).Encode($"Human:{Question}\n\nAssistant:好")];
        Assert.Equal(Expected(model, ids), (await reward.Score(Turn(Question, "好"), default)).Score, 1e-4);
    }

    [Fact]
    public async Task Score_WhatTheTemplateCannotExpress_IsAFaultOfTheRequest()
    {
        using var model = new ExportedModel(new TinyOptions { Family = TinyFamily.Reward });
        using var reward = Open(model, new ScoringOptions());
        await Assert.ThrowsAsync<ArgumentException>(() => reward.Score([.. Turn("a", "b"), .. Turn("c", "d")], default));
        await Assert.ThrowsAsync<ArgumentException>(() => reward.Score([new Message("user", "a")], default));
    }

    [Fact]
    public async Task Score_ManyFromManyThreads_SameAsOneByOne()
    {
        using var model = new ExportedModel(new TinyOptions { Family = TinyFamily.Reward });
        using var reward = Open(model, new ScoringOptions { BatchTokens = 500 });
        var random = new Random(4);
        var turns = Enumerable.Range(0, 200).Select(i => Turn($"第{i}个问题", string.Concat(Enumerable.Repeat("答案 answer ", random.Next(30))))).ToArray();

        var together = new RewardScore[turns.Length];
        await Parallel.ForAsync(0, turns.Length, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, cancel) => together[i] = await reward.Score(turns[i], cancel));

        for (var i = 0; i < turns.Length; i += 7)
        {
            Assert.Equal(together[i], await reward.Score(turns[i], default));
        }
    }

    [Fact]
    public void Around_TheTokenizerAsPublished_BeginsAndEndsWithTwo()
    {
        // Its tokenizer_config.json names no tokens, its special_tokens_map.json names </s> for the beginning, the end and the unknown.
        using var model = new ExportedModel(new TinyOptions { Family = TinyFamily.Reward }, edit: folder =>
        {
            File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), """{"add_bos_token":true,"add_eos_token":true,"bos_token":{"content":""},"eos_token":{"content":""},"unk_token":{"content":""},"tokenizer_class":"LlamaTokenizer"}""");
            File.WriteAllText(Path.Combine(folder, "special_tokens_map.json"), """{"bos_token":"</s>","eos_token":"</s>","pad_token":"[PAD]","unk_token":"</s>"}""");
        });
        using var opened = ScoringModel.Open(model.Target, ModelTask.Reward, new ScoringOptions());
        Assert.Equal([2, 7, 2], opened.Around([7]).Ids);
    }

    internal static RewardModel Open(ExportedModel model, ScoringOptions options) => RewardModel.Open("tiny", model.Target, PromptTemplates.Load("ziya-reward"), options);

    internal static Message[] Turn(string question, string answer) => [new("user", question), new("assistant", answer)];

    private static double Expected(ExportedModel model, int[] ids) => model.Reference.Linear(model.Reference.Hidden(ids)[^1], "value_head")[0];
}
