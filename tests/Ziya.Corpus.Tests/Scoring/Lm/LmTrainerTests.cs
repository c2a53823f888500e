using Ziya.Corpus.Scoring.Lm;

namespace Ziya.Corpus.Tests.Scoring.Lm;

public sealed class LmTrainerTests : IDisposable
{
    private readonly LmSamples _samples = new();

    public void Dispose() => _samples.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3, 0, 0, 1)]
    [InlineData(3, 0, 1)]
    [InlineData(4)]
    [InlineData(6, 0, 0, 0, 1, 1, 2)]
    public void Estimate_RandomLines_IsTheSlowEstimate(int order, params int[] prune)
    {
        string[] words = ["猫", "坐", "着", "the", "cat", "sat"];
        for (var seed = 0; seed < 8; seed++)
        {
            var random = new Random(seed);
            string[][] lines = [.. Enumerable.Range(0, 12).Select(_ => Enumerable.Range(0, random.Next(0, 7)).Select(_ => words[(int)(random.NextDouble() * random.NextDouble() * words.Length)]).ToArray()), ["猫"]];
            var found = new LmSamples.Collector();
            // So little memory that nearly every stage spills.
            var orders = LmSamples.Train(_samples.Options(order, prune) with { MemoryBytes = seed % 2 }, LmTokens.Word, lines.Select(line => string.Join(' ', line)), found);

            var slow = new SlowKneserNey(lines, order, prune, [.. orders.Select(found => found.Discounts)]);
            foreach (var gram in slow.Grams())
            {
                Assert.True(found.Remove(string.Join(' ', gram), out var values), string.Join(' ', gram));
                Assert.Equal(Math.Log10(slow.Probability(gram)), values.Probability, 1e-5);
                Assert.Equal(gram.Length == order ? 0 : Math.Log10(slow.Left(gram)), values.Backoff, 1e-5);
            }

            Assert.Equal(["<s>", "<unk>"], found.Keys.Order(StringComparer.Ordinal));
            Assert.Equal(Math.Log10(slow.Probability(["<unk>"])), found["<unk>"].Probability, 1e-5);
            Assert.Equal(0, found["<s>"].Probability);
        }
    }

    /// <summary>Measured with lmplz of KenLM 4cb443e, -o 4 --discount_fallback, and -o 3 --prune 0 0 1 --discount_fallback.</summary>
    [Fact]
    public void Estimate_SampleLines_GivesWhatLmplzGives()
    {
        var characters = Train(LmTokens.Character, 4);
        Assert.Equal([90, 212, 268, 279], characters.Counts);
        Same(characters, "<unk>", -2.2828481, 0);
        Same(characters, "雨", -2.0258002, -0.14089552);
        Same(characters, "。 </s>", -0.21016201, 0);
        Same(characters, "豆 腐", -0.38210583, -0.04248368);
        Same(characters, "老 槐 树", -0.45705268, -0.13777594);

        var pruned = Train(LmTokens.Character, 3, 0, 0, 1);
        Assert.Equal([90, 212, 61], pruned.Counts);
        Same(pruned, "豆 腐", -0.38210583, 0);
        Same(pruned, "老 槐 树", -0.38526964, 0);

        var words = Train(LmTokens.Word, 4);
        Assert.Equal([39, 61, 57, 50], words.Counts);
        Same(words, "the ferry", -1.3129969, -0.30103);
        Same(words, "in the harbour </s>", -0.17159674, 0);
    }

    [Fact]
    public void Discounts_FollowFromCountsOfCounts()
    {
        var stats = new CountStats();
        foreach (var (count, times) in new[] { (1, 100), (2, 40), (3, 20), (4, 12), (9, 5) })
        {
            Enumerable.Range(0, times).ToList().ForEach(_ => stats.Add(count, false));
        }

        // Y = 100 / 180; 1 - 2Y 40/100; 2 - 3Y 20/40; 3 - 4Y 12/20.
        Assert.Equal([0, 0.555556f, 1.166667f, 1.666667f], stats.Discounts([])!, (a, b) => Math.Abs(a - b) < 1e-5);
        Assert.Null(new CountStats().Discounts([]));
    }

    [Fact]
    public void Estimate_TooLittle_SaysWhatToDo()
    {
        var few = Assert.Throws<InvalidDataException>(() => LmSamples.Train(_samples.Options(3) with { Fallback = [] }, LmTokens.Word, ["一 行", "one line"]));
        Assert.Contains("--discount-fallback", few.Message, StringComparison.Ordinal);
        Assert.Contains("no text", Assert.Throws<InvalidDataException>(() => LmSamples.Train(_samples.Options(3), LmTokens.Word, ["", " ", "<s>"])).Message, StringComparison.Ordinal);
        Assert.NotNull(_samples.Options(7).Fault());
        Assert.NotNull(_samples.Options(3, 0, 2, 1).Fault());
        Assert.NotNull(_samples.Options(3, 1).Fault());
    }

    private static void Same(LmSamples.Collector found, string gram, double probability, double backoff)
    {
        Assert.Equal(probability, found[gram].Probability, 1e-6);
        Assert.Equal(backoff, found[gram].Backoff, 1e-6);
    }

    private LmSamples.Collector Train(string tokens, int order, params int[] prune)
    {
        var found = new LmSamples.Collector();
        LmSamples.Train(_samples.Options(order, prune), tokens, LmSamples.Lines("lines.txt"), found);
        return found;
    }
}
