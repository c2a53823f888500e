using Ziya.Models.Generation;

namespace Ziya.Models.Tests.Generation;

public sealed class SamplerTests
{
    [Theory]
    [InlineData(1.0, 1.0, 0, 0.0, 1.0, 0.0)]
    [InlineData(0.85, 0.9, 0, 0.0, 1.05, 0.0)]
    [InlineData(0.7, 1.0, 20, 0.0, 1.0, 0.5)]
    [InlineData(1.5, 0.95, 40, 0.0, 1.2, 0.0)]
    [InlineData(1.0, 0.8, 7, 0.1, 1.0, 0.0)]
    [InlineData(3.0, 0.99, 0, 0.02, 1.0, 0.0)]
    [InlineData(0.05, 0.5, 0, 0.0, 1.0, 0.0)]
    public void Choose_RandomLogits_AsTheObviousWay(double temperature, double topP, int topK, double minP, double repetition, double presence)
    {
        var sampling = new Sampling { Temperature = temperature, TopP = topP, TopK = topK, MinP = minP, RepetitionPenalty = repetition, PresencePenalty = presence };
        var sampler = new Sampler();
        var random = new Random(3);
        for (var i = 0; i < 300; i++)
        {
            var logits = Enumerable.Range(0, random.Next(1, 3000)).Select(_ => (float)(random.NextDouble() * 20 - 10)).ToArray();
            HashSet<int> seen = [.. Enumerable.Range(0, 10).Select(_ => random.Next(logits.Length))];
            HashSet<int> written = [.. seen.Take(5)];
            int[] banned = logits.Length > 20 ? [1, 2, 3] : [];
            var uniform = Sampler.Uniform(11, i);

            var expected = Slow(logits, sampling, seen, written, banned, uniform);

            Assert.Equal(expected, sampler.Choose(logits, sampling, [.. seen], [.. written], banned, uniform));
        }
    }

    [Theory]
    [InlineData(1.0, 0.9, 0)]
    [InlineData(0.5, 0.95, 0)]
    [InlineData(1.0, 1.0, 1000)]
    [InlineData(1.0, 0.5, 3000)]
    public void Choose_ManyEqualAndFlatLogits_AsTheObviousWay(double temperature, double topP, int topK)
    {
        var sampling = new Sampling { Temperature = temperature, TopP = topP, TopK = topK, RepetitionPenalty = 1 };
        var sampler = new Sampler();
        var random = new Random(4);
        for (var i = 0; i < 60; i++)
        {
            // Eighths: thousands of tokens have the same probability, and where the cut goes through them their ids decide.
            var step = i % 3 == 0 ? 1 << 20 : i % 3 == 1 ? 8 : 1;
            var logits = Enumerable.Range(0, random.Next(5000, 20_000)).Select(_ => MathF.Round((float)random.NextDouble() * 4 * step) / step).ToArray();
            var uniform = Sampler.Uniform(12, i);

            var expected = Slow(logits, sampling, [], [], [], uniform);

            Assert.Equal(expected, sampler.Choose(logits, sampling, [], [], [], uniform));
        }
    }

    [Fact]
    public void Choose_ManyDraws_FollowTheProbabilities()
    {
        var sampling = new Sampling { Temperature = 1, TopP = 1, RepetitionPenalty = 1 };
        var sampler = new Sampler();
        float[] logits = [MathF.Log(0.5f), MathF.Log(0.3f), MathF.Log(0.2f)];
        var counts = new int[3];
        for (var i = 0; i < 30_000; i++)
        {
            counts[sampler.Choose(logits, sampling, [], [], [], Sampler.Uniform(5, i))]++;
        }

        Assert.InRange(counts[0], 14_600, 15_400);
        Assert.InRange(counts[1], 8_650, 9_350);
        Assert.InRange(counts[2], 5_700, 6_300);
    }

    [Fact]
    public void Choose_TemperatureZero_TakesTheFirstOfTheLargest() =>
        Assert.Equal(1, new Sampler().Choose([0f, 5f, 5f], new Sampling { Temperature = 0, RepetitionPenalty = 1 }, [], [], [], 0.9));

    [Theory]
    [InlineData(float.NaN, "NaN")]
    [InlineData(float.NegativeInfinity, "no token")]
    public void Choose_NothingToChoose_Throws(float logit, string message) =>
        Assert.Contains(message, Assert.Throws<InvalidDataException>(() => new Sampler().Choose([logit, logit], new Sampling(), [], [], [], 0.5)).Message, StringComparison.Ordinal);

    [Fact]
    public void Uniform_SeedsAndPositions_AreSpreadEvenly()
    {
        var bins = new int[10];
        for (ulong seed = 0; seed < 100; seed++)
        {
            for (var position = 0; position < 100; position++)
            {
                bins[(int)(Sampler.Uniform(seed, position) * 10)]++;
            }
        }

        Assert.All(bins, bin => Assert.InRange(bin, 880, 1120));
    }

    private static int Slow(float[] given, Sampling sampling, HashSet<int> seen, HashSet<int> written, int[] banned, double uniform)
    {
        var logits = Array.ConvertAll(given, value => (double)value);
        foreach (var id in seen)
        {
            logits[id] = logits[id] > 0 ? logits[id] / sampling.RepetitionPenalty : logits[id] * sampling.RepetitionPenalty;
        }

        foreach (var id in written)
        {
            logits[id] -= sampling.PresencePenalty;
        }

        var largest = logits.Where((_, id) => !banned.Contains(id)).Max();
        var order = Enumerable.Range(0, logits.Length).Where(id => !banned.Contains(id))
            .Select(id => (Id: id, Weight: Math.Exp((logits[id] - largest) / sampling.Temperature)))
            .OrderByDescending(pair => pair.Weight).ToList();
        if (sampling.TopK > 0)
        {
            order = [.. order.Take(sampling.TopK)];
        }

        var total = order.Sum(pair => pair.Weight);
        var kept = new List<(int Id, double Weight)>();
        var mass = 0.0;
        foreach (var pair in order)
        {
            kept.Add(pair);
            mass += pair.Weight;
            if (mass >= sampling.TopP * total)
            {
                break;
            }
        }

        kept = [.. kept.Where(pair => pair.Weight >= sampling.MinP).OrderBy(pair => pair.Id)];
        var left = uniform * kept.Sum(pair => pair.Weight);
        foreach (var (id, weight) in kept)
        {
            left -= weight;
            if (left < 0)
            {
                return id;
            }
        }

        return kept[^1].Id;
    }
}
