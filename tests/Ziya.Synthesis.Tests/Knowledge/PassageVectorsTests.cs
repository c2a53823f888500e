using Ziya.Corpus.Deduplication;
using Ziya.Pipeline.Scoring;
using Ziya.Synthesis.Knowledge;

namespace Ziya.Synthesis.Tests.Knowledge;

public sealed class PassageVectorsTests
{
    [Fact]
    public async Task Of_PassageThatHasNoVector_LeavesItToItsWords()
    {
        string[] passages = ["茶树喜欢温暖湿润的山坡。", "", "Tea grows on warm, wet slopes."];
        var vectors = await PassageVectors.Of(new LengthModel(), passages.Length, at => passages[at]);

        Assert.Equal([0, 2], vectors.Find(UnitVector.Of([1, 0]), 3, -1).Select(hit => hit.Passage).Order());
    }

    private sealed class LengthModel : IEmbedder
    {
        public string Model => "length";

        public int Width => 2;

        public Task<Embedding> Embed(string text, CancellationToken cancel) =>
            text.Length > 0 ? Task.FromResult(new Embedding(new float[] { 1, text.Length }, 1, 0)) : throw new InvalidDataException("the text has no tokens.");
    }
}
