using Ziya.Corpus.Deduplication;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Tests.Deduplication;

public sealed class DedupSemanticTests
{
    private const int Dimensions = 96;

    [Theory]
    [InlineData(Keep.Longest, 1, 1)]
    [InlineData(Keep.First, 3, 2)]
    [InlineData(Keep.Lowest, 2, 5)]
    public void Run_TablesThatMissNothing_DropsWhatAllPairsDrop(Keep keep, int shards, int partitions)
    {
        var random = new Random((int)keep);
        var (records, vectors) = Corpus(random, 400, () => 0.85 + (0.15 * random.NextDouble()));
        var options = new DedupSemanticOptions { Model = "m", MinSimilarity = 0.93, Tables = 200, Bits = 8, Keep = keep, By = keep == Keep.Lowest ? "n" : null };

        var found = Run(options, records, vectors, shards, partitions);

        var expected = AllPairs(records, vectors, options.MinSimilarity, new KeepRule(keep, options.By));
        Assert.Equal(expected, found.Select(outcome => (string?)outcome.Drop?.Detail!["keeper_id"]));
        Assert.InRange(expected.Count(keeper => keeper is not null), 80, 380);
        Assert.All(found.Where(outcome => outcome.Drop is not null), outcome =>
        {
            var keeper = records.FindIndex(record => record.Id == (string?)outcome.Drop!.Detail!["keeper_id"]);
            Assert.Equal(Cosine(vectors[records.IndexOf(outcome.Record)], vectors[keeper]), (double)outcome.Drop!.Detail!["similarity"]!, 1e-3);
            Assert.Equal("semantic_duplicate", outcome.Drop!.Reason);
        });
    }

    [Theory]
    [InlineData(0.9)]
    [InlineData(0.93)]
    [InlineData(0.95)]
    [InlineData(0.97)]
    [InlineData(0.99)]
    public void Run_PlantedPairs_AreFoundAsOftenAsStated(double cosine)
    {
        const int Pairs = 1500;
        var random = new Random(17);
        var (records, vectors) = Corpus(random, Pairs, () => cosine);
        var options = new DedupSemanticOptions { Model = "m", MinSimilarity = 0.9 - 1e-4 };

        var dropped = Run(options, records, vectors, 2, 3).Count(outcome => outcome.Drop is not null);

        var stated = 1 - Math.Pow(1 - Math.Pow(1 - (Math.Acos(cosine) / Math.PI), options.Bits), options.Tables);
        var deviation = Math.Sqrt(stated * (1 - stated) / Pairs);
        Assert.InRange((double)dropped / Pairs, stated - (4 * deviation) - 0.005, stated + (4 * deviation) + 0.005);
    }

    [Fact]
    public void Run_ManyEqualVectors_OneStaysAndTheRestNamesIt()
    {
        var vector = Vector(new Random(3));
        var records = Enumerable.Range(0, 4500).Select(Record (i) => Record(i, "同样的意思, the same")).ToList();
        var found = Run(new DedupSemanticOptions { Model = "m", Tables = 4 }, records, [.. records.Select(_ => vector)], 3, 2);
        Assert.Null(found[0].Drop);

        // A cell holds 4096 records, and the later ones are pairs with the first of those.
        Assert.All(found.Skip(1), outcome => Assert.Equal("r0", (string?)outcome.Drop?.Detail!["keeper_id"]));
        Assert.Equal(4500, (int)found[1].Drop!.Detail!["cluster_size"]!);
    }

    [Fact]
    public void Run_TextsWithoutAVector_TakeNoPart()
    {
        var records = Enumerable.Range(0, 5).Select(Record (i) => Record(i, " ")).ToList();
        Assert.All(Run(new DedupSemanticOptions { Model = "m" }, records, [.. records.Select(_ => Array.Empty<float>())], 1, 1), outcome => Assert.Null(outcome.Drop));
        Assert.Null(UnitVector.Of(new float[8]));
        Assert.Null(UnitVector.Of([1, float.NaN]));
    }

    [Fact]
    public void Product_RandomVectors_IsTheCosine()
    {
        var random = new Random(9);
        for (var length = 1; length < 200; length++)
        {
            var (a, b) = (Vector(random, length), Vector(random, length));
            Assert.Equal(Cosine(a, b), UnitVector.Cosine(UnitVector.Of(a)!, UnitVector.Of(b)!), 2e-4);
            Assert.Equal(1, UnitVector.Cosine(UnitVector.Of(a)!, UnitVector.Of(a)!), 2e-4);
        }
    }

    [Fact]
    public void Check_TooManyPlanesOrAWrongRule_SaysSo()
    {
        Assert.Empty(new DedupSemantic(new DedupSemanticOptions { Model = "m" }).Check());
        Assert.Contains("more than 4096", Assert.Single(new DedupSemantic(new DedupSemanticOptions { Model = "m", Tables = 256, Bits = 64 }).Check()), StringComparison.Ordinal);
        Assert.Contains("'by'", Assert.Single(new DedupSemantic(new DedupSemanticOptions { Model = "m", Keep = Keep.Lowest }).Check()), StringComparison.Ordinal);
    }

    private static List<(Record Record, Drop? Drop)> Run(DedupSemanticOptions options, List<Record> records, List<float[]> vectors, int shards, int partitions)
    {
        var byId = records.Zip(vectors).ToDictionary(pair => pair.First.Id, pair => pair.Second);
        return GlobalStepRunner.Run(() => new DedupSemantic(options), records, shards, partitions, record => (ReadOnlyMemory<float>)byId[record.Id]);
    }

    /// <summary>Unrelated records, and near each a second one at a cosine.</summary>
    private static (List<Record> Records, List<float[]> Vectors) Corpus(Random random, int count, Func<double> cosine)
    {
        List<float[]> vectors = [.. Enumerable.Range(0, count).Select(_ => Vector(random))];
        vectors.AddRange(vectors[..count].Select(vector => Near(random, vector, cosine())).ToList());
        return ([.. vectors.Select((_, i) => Record(i, new string('字', random.Next(1, 60))))], vectors);
    }

    private static Document Record(int number, string text) => new() { Id = $"r{number}", Text = text, Scores = Scores.Empty.With("n", number * 7919 % 1000) };

    private static float[] Vector(Random random, int length = Dimensions) =>
        [.. Enumerable.Range(0, length).Select(_ => (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())))];

    private static float[] Near(Random random, float[] vector, double cosine)
    {
        // What of a random vector stands at a right angle to the first.
        var other = Vector(random);
        var (length, along) = (Math.Sqrt(vector.Sum(x => (double)x * x)), vector.Zip(other, (x, y) => (double)x * y).Sum());
        var right = other.Zip(vector, (y, x) => y - (x * along / length / length)).ToArray();
        var scale = length / Math.Sqrt(right.Sum(x => x * x));
        return [.. vector.Zip(right, (x, y) => (float)((x * cosine) + (y * scale * Math.Sqrt(1 - (cosine * cosine)))))];
    }

    private static double Cosine(float[] a, float[] b) =>
        a.Zip(b, (x, y) => (double)x * y).Sum() / Math.Sqrt(a.Sum(x => (double)x * x) * b.Sum(x => (double)x * x));

    /// <summary>In the order of the rule, each record against all that stay: the id of the first that is near enough.</summary>
    private static string?[] AllPairs(List<Record> records, List<float[]> vectors, double least, KeepRule rule)
    {
        var keepers = new List<int>();
        var result = new string?[records.Count];
        foreach (var i in Enumerable.Range(0, records.Count).OrderBy(i => rule.Rank(records[i])).ThenBy(i => i))
        {
            var near = keepers.FindIndex(keeper => UnitVector.Cosine(UnitVector.Of(vectors[i])!, UnitVector.Of(vectors[keeper])!) >= least);
            if (near >= 0)
            {
                result[i] = records[keepers[near]].Id;
            }
            else
            {
                keepers.Add(i);
            }
        }

        return result;
    }
}
