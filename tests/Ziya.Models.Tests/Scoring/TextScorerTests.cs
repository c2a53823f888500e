using Ziya.Models.Scoring;
using Ziya.Models.Tests.Export;
using Ziya.Models.Tiny;
using Ziya.Models.Tokenization;

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
        using var scorer = TextScorer.Open("tiny", model.Target, new ScoringOptions { Window = 24, Overlap = 5 });
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
        using var scorer = TextScorer.Open("tiny", model.Target, new ScoringOptions { Window = window, Overlap = overlap });
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
        using var small = TextScorer.Open("tiny", model.Target, new ScoringOptions { Window = 200 });
        using var large = TextScorer.Open("tiny", model.Target, new ScoringOptions { Window = 512, BatchTokens = 1 });
        Assert.Equal(await small.Score(Text, null, default), await large.Score(Text, null, default));
    }

    [Fact]
    public async Task Score_ManyAtOnce_SameAsOneByOne()
    {
        using var model = new ExportedModel(new TinyOptions { Family = TinyFamily.Llama });
        using var scorer = TextScorer.Open("tiny", model.Target, new ScoringOptions { Window = 40, BatchTokens = 300 });
        var texts = Enumerable.Range(0, 60).Select(i => string.Concat(Enumerable.Repeat(Text[(i % 20)..], 1 + (i % 3)))).ToArray();
        var together = await Task.WhenAll(texts.Select(text => scorer.Score(text, null, default)));
        for (var i = 0; i < texts.Length; i++)
        {
            Assert.Equal(together[i], await scorer.Score(texts[i], null, default));
        }
    }

    [Fact]
    public void Open_WrongModelOrOptions_SaysWhat()
    {
        using var model = new ExportedModel(new TinyOptions { Family = TinyFamily.Reward });
        Assert.Contains("to reward with", Assert.Throws<InvalidDataException>(() => TextScorer.Open("x", model.Target, new ScoringOptions())).Message, StringComparison.Ordinal);
        Assert.Contains("'window' is 1000", Assert.Throws<InvalidDataException>(() => Reward.RewardModelTests.Open(model, new ScoringOptions { Window = 1000 })).Message, StringComparison.Ordinal);
        Assert.Contains("'start_ids'", Assert.Throws<InvalidDataException>(() => Reward.RewardModelTests.Open(model, new ScoringOptions { StartIds = [5000] })).Message, StringComparison.Ordinal);
        Assert.Contains("no room", Assert.Throws<InvalidDataException>(() => Reward.RewardModelTests.Open(model, new ScoringOptions { Window = 8, Overlap = 8 })).Message, StringComparison.Ordinal);
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
