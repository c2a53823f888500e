using System.Text;
using Ziya.Models.Prompts;
using Ziya.Models.Scoring;
using Ziya.Synthesis.Tests.Fixtures;

namespace Ziya.Synthesis.Tests.Scoring;

/// <summary>Steps of the corpus that ask models, in whole jobs with small models.</summary>
public sealed class ModelScoreTests : IDisposable
{
    private static readonly string[] Texts =
    [
        "今天天气很好，我们去公园散步，看见很多人在放风筝。", "The weather is nice today, and the park is full of people.", "", string.Concat(Enumerable.Repeat("一篇很长的文章 a long article. ", 120)), "短",
    ];

    private readonly SynthesisFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("llama", "token")]
    [InlineData("llama", "character")]
    [InlineData("gptbigcode", "byte")]
    public async Task Run_Perplexity_IsThatOfTheModel(string family, string per)
    {
        Write(Texts);
        _folder.Run($"lm: {{ tiny: {family} }}", $"perplexity: {{ model: lm, per: {per} }}", kind: "document");
        var rows = _folder.Output();
        using var model = TextScorer.Open("lm", $"models/tiny-{family}-42", PromptTemplates.Load("ziya2"), new ScoringOptions());
        for (var i = 0; i < Texts.Length; i++)
        {
            var score = await model.Score(Texts[i], null, default);
            var count = per switch { "character" => Texts[i].Length, "byte" => Encoding.UTF8.GetByteCount(Texts[i]), _ => score.Tokens };
            var expected = Texts[i].Length == 0 ? null : (double?)Math.Exp(-score.LogProbability / count);
            Assert.Equal(expected, (double?)rows[i]["scores"]?["perplexity"]);
        }
    }

    [Fact]
    public void Run_DedupSemantic_EqualTextsGoWhateverTheWorkers()
    {
        string[] texts = [.. Enumerable.Range(0, 200).Select(i => i % 4 == 3 ? $"第{(i - 3) * 31}篇：{i - 3}的平方是{(i - 3) * (i - 3)}。It is {i - 3}." : $"第{i * 31}篇：{i}的平方是{i * i}。It is {i}.")];
        Write(texts);
        var report = _folder.Run("e: { tiny: embedding }", "dedup_semantic: { model: e, min_similarity: 0.9999, keep: first }", "limits: { split_mb: 1 }", workers: 1, kind: "document");
        var first = File.ReadAllText(_folder.OutputFile);
        Assert.Equal(50, report.Records.Dropped["dedup_semantic"]["semantic_duplicate"]);
        Assert.All(_folder.Dropped("dedup_semantic"), row => Assert.Contains("keeper_id", row.ToJsonString(), StringComparison.Ordinal));
        _folder.Run("e: { tiny: embedding }", "dedup_semantic: { model: e, min_similarity: 0.9999, keep: first }", "limits: { split_mb: 1 }", workers: 3, kind: "document");
        Assert.Equal(first, File.ReadAllText(_folder.OutputFile));
    }

    private void Write(string[] texts) => _folder.Write([.. texts.Select((text, i) => new System.Text.Json.Nodes.JsonObject { ["id"] = $"{i}", ["text"] = text }.ToJsonString())]);
}
