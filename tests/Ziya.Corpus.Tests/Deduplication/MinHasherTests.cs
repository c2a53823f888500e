using Ziya.Corpus.Deduplication;

namespace Ziya.Corpus.Tests.Deduplication;

public sealed class MinHasherTests
{
    private static readonly string[] Pieces =
    [
        "水", "库", "的", "位", "。", "，", "昨天", "上升", "water", "Water", "the", "don't", "don’t", " ", " ", " ", "\n", "3", "３０", "C++", "GPU", "ＧＰＵ", "カタ", "e\u0301", "é", "-", "'", "(", "…",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    public void Sign_RandomTexts_AgreeExactlyWhereTheirNgramsDo(int ngram)
    {
        // Equal signatures over 112 permutations mean equal sets of n-grams, but for chance.
        var hasher = new MinHasher(ngram, new Permutations(112));
        var random = new Random(ngram);
        var seen = new Dictionary<string, string>();
        for (var i = 0; i < 20_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(9)).Select(_ => Pieces[random.Next(Pieces.Length)]));
            var grams = string.Join('|', Shingles.Of(text, ngram).Order(StringComparer.Ordinal));
            var signature = string.Join(',', hasher.Sign(text).ToArray());

            Assert.Equal(grams.Length == 0, signature.Length == 0);
            Assert.Equal(seen.GetValueOrDefault(grams, signature), signature);
            seen[grams] = signature;
        }

        Assert.Equal(seen.Count, seen.Values.Distinct().Count());
    }

    [Theory]
    [InlineData(2047)]
    [InlineData(2053)]
    [InlineData(4096)]
    [InlineData(10_000)]
    public void Sign_LongerThanAChunk_IsTheMinimumOverItsParts(int length)
    {
        // Parts that overlap by four units have all the 5-grams of the whole.
        var random = new Random(length);
        var text = string.Concat(Enumerable.Range(0, length).Select(_ => (char)random.Next(0x4e00, 0x9000)));
        var hasher = new MinHasher(5, new Permutations(112));
        var expected = new uint[112];
        Array.Fill(expected, uint.MaxValue);
        for (var start = 0; start + 5 <= length; start += 96)
        {
            var part = hasher.Sign(text.AsSpan(start, Math.Min(100, length - start)));
            for (var i = 0; i < expected.Length; i++)
            {
                expected[i] = Math.Min(expected[i], part[i]);
            }
        }

        Assert.Equal(expected, hasher.Sign(text).ToArray());
    }

    [Theory]
    [InlineData("zh", 0.02)]
    [InlineData("zh", 0.1)]
    [InlineData("en", 0.02)]
    [InlineData("en", 0.1)]
    public void Sign_EditedTexts_AgreeAsOftenAsTheirJaccardSimilarityIs(string language, double edits)
    {
        var hasher = new MinHasher(5, new Permutations(112));
        var texts = new RandomTexts(language, 7);
        double agreeing = 0, jaccard = 0;
        for (var i = 0; i < 300; i++)
        {
            var words = texts.Words(200);
            var (a, b) = (texts.Join(words), texts.Join(texts.Edit(words, edits)));
            jaccard += Shingles.Jaccard(Shingles.Of(a, 5), Shingles.Of(b, 5));
            var signature = hasher.Sign(a).ToArray();
            agreeing += signature.Zip(hasher.Sign(b).ToArray()).Count(pair => pair.First == pair.Second) / 112.0;
        }

        // 33,600 draws: a standard deviation is at most 0.003.
        Assert.InRange(agreeing / 300, (jaccard / 300) - 0.015, (jaccard / 300) + 0.015);
    }

    [Fact]
    public void Sign_ChineseAndEnglish_AllocatesNothing()
    {
        var hasher = new MinHasher(5, new Permutations(112));
        var text = string.Concat(Enumerable.Repeat("水库的水位，昨天上升了３０厘米。The Water ROSE 30 cm; it didn't stop.", 300));
        hasher.Sign(text);

        var before = GC.GetAllocatedBytesForCurrentThread();
        hasher.Sign(text);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.3)]
    [InlineData(1.0)]
    public void Agreeing_RandomSketches_CountsPlacesOneByOne(double same)
    {
        var random = new Random(3);
        for (var length = 1; length < 150; length++)
        {
            var a = new byte[length];
            random.NextBytes(a);
            var b = a.Select(value => random.NextDouble() < same ? value : (byte)random.Next(256)).ToArray();

            Assert.Equal(a.Zip(b).Count(pair => pair.First == pair.Second), Sketch.Agreeing(a, b));
        }
    }
}
