using Ziya.Models.Prompts;
using Ziya.Models.Scoring;
using Ziya.Models.Tests.Export;
using Ziya.Models.Tiny;
using Ziya.Models.Tokenization;
using Ziya.Pipeline.Records;

namespace Ziya.Models.Tests.Scoring;

public sealed class TextScorerTests
{
    private const string Text = "今天天气很好，我们去公园散步。The weather is nice today, and the park is full of people.";

    [Theory]
    [InlineData(TinyFamily.Llama)]
    [InlineData(TinyFamily.GptBigCode)]
    public async Task Score_Texts_AreTheReferenceEachTokenOnce(TinyFamily family)
    {
        using var model = new ExportedModel(new TinyOptions { Family = family });
        var tokenizer = ModelTokenizer.Load(model.Target);
        using var scorer = TextScorer.Open("tiny", model.Target, PromptTemplates.Load("ziya2"), new ScoringOptions { Window = 24, Overlap = 5 });
        string[] texts = ["", "好", Text, string.Concat(Enumerable.Repeat(Text, 4))];
        foreach (var text in texts)
        {
            var score = await scorer.Score(text, null, default);
            var ids = tokenizer.Encode(text);
            Assert.Equal(ids.Length, score.Tokens);
            Assert.Equal(Expected(model, ids, 0, 24, 5, family == TinyFamily.Llama ? 1 : 0), score.LogProbability, 1e-3);
        }
    }

    [Theory]
    [InlineData(24, 5)]
    [InlineData(512, null)]
    public async Task Score_BehindAContext_TokensOfTheTextAlone(int window, int? overlap)
    {
        using var model = new ExportedModel(new TinyOptions { Family = TinyFamily.Llama });
        var tokenizer = ModelTokenizer.Load(model.Target);
        using var scorer = TextScorer.Open("tiny", model.Target, PromptTemplates.Load("ziya2"), new ScoringOptions { Window = window, Overlap = overlap });
        var context = tokenizer.Encode(Text);
        var whole = tokenizer.Encode(Text + " 然后呢？And then?");
        var from = context.AsSpan().CommonPrefixLength(whole);

        var score = await scorer.Score(" 然后呢？And then?", Text, default);

        Assert.Equal(whole.Length - from, score.Tokens);
        Assert.Equal(Expected(model, whole, from, window, overlap ?? window / 4, 1), score.LogProbability, 1e-3);
    }

    [Fact]
    public async Task Score_WindowOfTheWholeText_SameAsSmallerOnesWhereOneIsEnough()
    {
        using var model = new ExportedModel(new TinyOptions { Family = TinyFamily.Llama });
        using var small = TextScorer.Open("tiny", model.Target, PromptTemplates.Load("ziya2"), new ScoringOptions { Window = 200 });
        using var large = TextScorer.Open("tiny", model.Target, PromptTemplates.Load("ziya2"), new ScoringOptions { Window = 512, BatchTokens = 1 });
        Assert.Equal(await small.Score(Text, null, default), await large.Score(Text, null, default));
    }

    [Fact]
    public async Task Score_ManyAtOnce_SameAsOneByOne()
    {
        using var model = new ExportedModel(new TinyOptions { Family = TinyFamily.Llama });
        using var scorer = TextScorer.Open("tiny", model.Target, PromptTemplates.Load("ziya2"), new ScoringOptions { Window = 40, BatchTokens = 300 });
        var texts = Enumerable.Range(0, 60).Select(i => string.Concat(Enumerable.Repeat(Text[(i % 20)..], 1 + (i % 3)))).ToArray();
        var together = await Task.WhenAll(texts.Select(text => scorer.Score(text, null, default)));
        for (var i = 0; i < texts.Length; i++)
        {
            Assert.Equal(together[i], await scorer.Score(texts[i], null, default));
        }
    }

    [Theory]
    [InlineData(TinyFamily.Llama, "ziya2", 512)]
    [InlineData(TinyFamily.Llama, "chatml", 512)]
    [InlineData(TinyFamily.GptBigCode, "ziya-coding", 512)]
    [InlineData(TinyFamily.Llama, "ziya2", 100)]
    public async Task ScoreAnswer_Conversation_TokensOfTheAnswerBehindAllOfIt(TinyFamily family, string template, int window)
    {
        using var model = new ExportedModel(new TinyOptions { Family = family });
        var tokenizer = ModelTokenizer.Load(model.Target);
        using var scorer = TextScorer.Open("tiny", model.Target, PromptTemplates.Load(template), new ScoringOptions { Window = window, Overlap = 5 });
        var answer = window < 512 ? string.Concat(Enumerable.Repeat(Text, 6)) : Text;
        Message[] conversation = [new("user", "今天怎么样？How is <bot> today?")];
        var head = Prompt(tokenizer, template, conversation, "");
        var whole = Prompt(tokenizer, template, conversation, answer);
        var from = head.AsSpan().CommonPrefixLength(whole);

        var score = await scorer.ScoreAnswer(conversation, answer, default);

        Assert.Equal(whole.Length - from, score.Tokens);
        Assert.Equal(Behind(model, whole[..from], whole[from..], window, 5), score.LogProbability, 2e-3);
        Assert.Equal(0, (await scorer.ScoreAnswer(conversation, "", default)).Tokens);
    }

    [Fact]
    public async Task ScoreAnswer_NoConversation_SameAsTheTextAlone()
    {
        using var model = new ExportedModel(new TinyOptions { Family = TinyFamily.Llama });
        using var scorer = TextScorer.Open("tiny", model.Target, PromptTemplates.Load("ziya2"), new ScoringOptions());
        Assert.Equal(await scorer.Score(Text, null, default), await scorer.ScoreAnswer([], Text, default));
    }

    [Theory]
    [InlineData(TinyFamily.Llama, "ziya2")]
    [InlineData(TinyFamily.GptBigCode, "ziya-coding")]
    public async Task Choose_Digits_SameAsEachScoredAlone(TinyFamily family, string template)
    {
        using var model = new ExportedModel(new TinyOptions { Family = family });
        using var scorer = TextScorer.Open("tiny", model.Target, PromptTemplates.Load(template), new ScoringOptions());
        Message[] conversation = [new("user", Text)];
        string[] digits = ["1", "2", "3", "4", "5"];
        string[] mixed = ["1", "五分", "a good answer"];
        var together = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => scorer.Choose(conversation, digits, default)));
        foreach (var choices in together.Append(await scorer.Choose(conversation, digits, default)))
        {
            Assert.Equal(together[0], choices);
        }

        var chosen = await scorer.Choose(conversation, mixed, default);
        for (var i = 0; i < digits.Length; i++)
        {
            Assert.Equal((await scorer.ScoreAnswer(conversation, digits[i], default)).LogProbability, together[0][i], 1e-4);
        }

        for (var i = 0; i < mixed.Length; i++)
        {
            Assert.Equal((await scorer.ScoreAnswer(conversation, mixed[i], default)).LogProbability, chosen[i], 1e-4);
        }
    }

    [Fact]
    public async Task ScoreAnswer_WhatTheTemplateOrWindowCannotTake_SaysWhat()
    {
        using var model = new ExportedModel(new TinyOptions { Family = TinyFamily.Llama });
        using var scorer = TextScorer.Open("tiny", model.Target, PromptTemplates.Load("ziya2"), new ScoringOptions { Window = 40 });
        Task Score(params Message[] conversation) => scorer.ScoreAnswer(conversation, Text, default);
        Assert.Contains("too long", (await Assert.ThrowsAsync<InvalidDataException>(() => Score(new Message("user", Text + Text)))).Message, StringComparison.Ordinal);
        Assert.Contains("no place for a system prompt", (await Assert.ThrowsAsync<InvalidDataException>(() => Score(new("system", "x"), new Message("user", "x")))).Message, StringComparison.Ordinal);
        Assert.Contains("turn of the user", (await Assert.ThrowsAsync<InvalidDataException>(() => Score(new("user", "x"), new Message("assistant", "x")))).Message, StringComparison.Ordinal);
        Assert.Contains("too long", (await Assert.ThrowsAsync<InvalidDataException>(() => scorer.Choose([new Message("user", Text + Text)], ["1", "2"], default))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_WrongModelOrOptions_SaysWhat()
    {
        using var model = new ExportedModel(new TinyOptions { Family = TinyFamily.Reward });
        Assert.Contains("to reward with", Assert.Throws<InvalidDataException>(() => TextScorer.Open("x", model.Target, PromptTemplates.Load("ziya2"), new ScoringOptions())).Message, StringComparison.Ordinal);
        Assert.Contains("'window' is 1000", Assert.Throws<InvalidDataException>(() => Reward.RewardModelTests.Open(model, new ScoringOptions { Window = 1000 })).Message, StringComparison.Ordinal);
        Assert.Contains("'start_ids'", Assert.Throws<InvalidDataException>(() => Reward.RewardModelTests.Open(model, new ScoringOptions { StartIds = [5000] })).Message, StringComparison.Ordinal);
        Assert.Contains("no room", Assert.Throws<InvalidDataException>(() => Reward.RewardModelTests.Open(model, new ScoringOptions { Window = 8, Overlap = 8 })).Message, StringComparison.Ordinal);
    }

    private static int[] Prompt(ModelTokenizer tokenizer, string template, Message[] conversation, string answer)
    {
        var form = PromptTemplates.Load(template);
        var ids = new TokenBuffer();
        tokenizer.Encode([.. form.Render(conversation), new PromptPart(answer, false)], ids, !form.HasBos);
        return ids.Ids.ToArray();
    }

    /// <summary>The plain way: each token behind all of the head and what its window shows of the answer before it.</summary>
    private static double Behind(ExportedModel model, int[] head, int[] answer, int window, int overlap)
    {
        var (sum, next, start) = (0.0, 0, 0);
        while (next < answer.Length)
        {
            var end = Math.Min(answer.Length, start + window - head.Length);
            var logits = model.Reference.Logits([.. head, .. answer[start..end]]);
            for (; next < end; next++)
            {
                var row = logits[head.Length + next - start - 1];
                sum += row[answer[next]] - Math.Log(row.Sum(Math.Exp));
            }

            start = end - overlap;
        }

        return sum;
    }

    /// <summary>The plain way: each token behind the beginning and what its window shows of those before it.</summary>
    private static double Expected(ExportedModel model, int[] ids, int from, int window, int overlap, int begin)
    {
        var sum = 0.0;
        var room = window - 1;
        var next = from;
        var start = next < room ? 0 : next - overlap;
        while (next < ids.Length)
        {
            var end = Math.Min(ids.Length, start + room);
            var logits = model.Reference.Logits([begin, .. ids[start..end]]);
            for (; next < end; next++)
            {
                var row = logits[next - start];
                sum += row[ids[next]] - Math.Log(row.Sum(Math.Exp));
            }

            start = end - overlap;
        }

        return sum;
    }
}
