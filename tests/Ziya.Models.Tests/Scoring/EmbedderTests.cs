using Ziya.Models.Export;
using Ziya.Models.Scoring;
using Ziya.Models.Tests.Export;
using Ziya.Models.Tiny;
using Ziya.Models.Tokenization;

namespace Ziya.Models.Tests.Scoring;

public sealed class EmbedderTests
{
    private static readonly string[] Texts = ["", "好", "今天天气很好。", "The weather is nice.", string.Concat(Enumerable.Repeat("很长的文本 long text ", 100))];

    [Fact]
    public async Task Embed_Texts_AreTheReferenceAndOfLengthOne()
    {
        using var model = new ExportedModel(new TinyOptions { Family = TinyFamily.Embedding });
        var tokenizer = ModelTokenizer.Load(model.Target);
        using var embedder = Embedder.Open("tiny", model.Target, new ScoringOptions { Window = 100, EndIds = [2] });
        foreach (var text in Texts)
        {
            var embedding = await embedder.Embed(text, default);
            var ids = tokenizer.Encode(text);
            var kept = Math.Min(98, ids.Length);
            Assert.Equal((ids.Length, ids.Length - kept), (embedding.Tokens, embedding.Cut));
            var hidden = model.Reference.Hidden([1, .. ids[..kept], 2]);
            var mean = Enumerable.Range(0, hidden[0].Length).Select(i => hidden.Average(state => state[i])).ToArray();
            var length = Math.Sqrt(mean.Sum(value => value * value));
            Assert.All(mean.Zip(embedding.Vector.ToArray()), pair => Assert.Equal(pair.First / length, pair.Second, 1e-4));
        }
    }

    [Fact]
    public async Task Embed_NotANumber_OneTextFailsAlone()
    {
        using var model = new ExportedModel(new TinyOptions { Family = TinyFamily.Embedding });
        Spoil(model, ModelTokenizer.Load(model.Target).Encode("好")[^1]);
        using var embedder = Embedder.Open("tiny", model.Target, new ScoringOptions());
        string[] texts = ["今天", "today", "好", "明天"];
        var tasks = texts.Select(text => embedder.Embed(text, default)).ToArray();
        Assert.Contains("no number", (await Assert.ThrowsAsync<InvalidDataException>(() => tasks[2])).Message, StringComparison.Ordinal);
        foreach (var i in new[] { 0, 1, 3 })
        {
            Assert.Equal(0, (await tasks[i]).Cut);
        }
    }

    [Fact]
    public async Task Embed_NothingAtAll_IsAFaultOfTheText()
    {
        using var model = new ExportedModel(new TinyOptions { Family = TinyFamily.Embedding });
        using var embedder = Embedder.Open("tiny", model.Target, new ScoringOptions { StartIds = [], EndIds = [] });
        Assert.Contains("no tokens", (await Assert.ThrowsAsync<InvalidDataException>(() => embedder.Embed("", default))).Message, StringComparison.Ordinal);
        Assert.Equal(1, (await embedder.Embed("x", default)).Vector.Span.ToArray().Sum(value => (double)value * value), 1e-5);
    }

    /// <summary>Makes a token's row of the exported embedding, which stands first, NaN: export itself refuses such weights.</summary>
    private static void Spoil(ExportedModel model, int id)
    {
        var row = new float[model.Manifest.Config.Hidden];
        Array.Fill(row, float.NaN);
        using var file = File.OpenWrite(Path.Combine(model.Target, ModelManifest.DataFile));
        file.Position = (long)id * row.Length * sizeof(float);
        file.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(row));
    }
}
