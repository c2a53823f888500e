using Ziya.Corpus.Bucketing;
using Ziya.Pipeline.Records;

namespace Ziya.Corpus.Tests.Bucketing;

public sealed class BucketTests
{
    private static readonly BucketOptions ByPerplexity = new() { By = "perplexity" };

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 2)]
    [InlineData(7, 5)]
    public void Run_RandomValuesWithTies_BucketsAsSortingEverythingDoes(int shards, int partitions)
    {
        for (var seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            var records = RandomRecords(random);
            var options = new BucketOptions
            {
                By = "perplexity",
                Within = seed % 2 == 0 ? "language" : null,
                Order = seed % 3 == 0 ? BucketOrder.Descending : BucketOrder.Ascending,
                Cuts = seed % 5 == 0 ? new Dictionary<string, double> { ["上"] = 33.3, ["下"] = 100 } : ByPerplexity.Cuts,
            };

            Assert.Equal(Obvious(records, options), Buckets(options, records, shards, partitions));
        }
    }

    [Fact]
    public void Run_TenRecords_HighIsTheBestThree()
    {
        var records = Enumerable.Range(1, 10).Select(i => Scored($"d{i}", "zh", i * 10)).ToList();

        Assert.Equal(
            ["high", "high", "high", "medium", "medium", "medium", "low", "low", "low", "low"],
            Buckets(ByPerplexity, records, 2, 1));
        Assert.Equal(
            ["low", "low", "low", "low", "medium", "medium", "medium", "high", "high", "high"],
            Buckets(ByPerplexity with { Order = BucketOrder.Descending }, records, 2, 1));
    }

    [Fact]
    public void Run_TiesAcrossACut_AllGoToTheBetterBucket()
    {
        var records = new[] { 1, 2, 2, 2, 2, 2, 2, 2, 2, 9.0 }.Select((value, i) => Scored($"d{i}", "en", value)).ToList();

        Assert.Equal(Enumerable.Repeat("high", 9).Append("low"), Buckets(ByPerplexity, records, 3, 1));
    }

    [Fact]
    public void Run_GroupsOfDifferentScale_EachHasItsOwnCuts()
    {
        var records = Enumerable.Range(1, 10).SelectMany(i => new[] { Scored($"z{i}", "zh", 1000 + i), Scored($"e{i}", "en", i) }).ToList();

        var buckets = Buckets(ByPerplexity with { Within = "language" }, records, 4, 1);

        Assert.Equal(3, records.Zip(buckets).Count(pair => pair.First.Language == "zh" && pair.Second == "high"));
        Assert.Equal(3, records.Zip(buckets).Count(pair => pair.First.Language == "en" && pair.Second == "high"));
    }

    [Fact]
    public void Run_RecordsWithoutTheNumber_AreUnscoredAndDoNotCount()
    {
        var records = new List<Record> { Scored("a", "zh", 5), Plain("b"), Scored("c", "zh", double.NaN), Plain("d") };

        Assert.Equal(["high", "unscored", "unscored", "unscored"], Buckets(ByPerplexity, records, 2, 1));
        Assert.Equal(["high", "无", "无", "无"], Buckets(ByPerplexity with { Unscored = "无" }, records, 1, 1));
    }

    [Fact]
    public void Run_NoRecords_DoesNothing() => Assert.Empty(Buckets(ByPerplexity, [], 1, 1));

    [Fact]
    public void Run_ExtremeValues_SortByMagnitudeAndSign()
    {
        double[] values = [double.NegativeInfinity, double.MinValue, -1, -double.Epsilon, -0.0, 0.0, double.Epsilon, 1, double.MaxValue, double.PositiveInfinity];
        var records = values.Select((value, i) => Scored($"d{i}", "en", value)).ToList();
        var cuts = new Dictionary<string, double> { ["a"] = 40, ["b"] = 50, ["c"] = 100 };

        // Rank 4 is -ε; ranks 5 and 6 are the two zeros, which are equal.
        Assert.Equal(["a", "a", "a", "a", "b", "b", "c", "c", "c", "c"], Buckets(ByPerplexity with { Cuts = cuts }, records, 2, 1));
    }

    [Fact]
    public void Run_HostileTexts_AreBucketedByLength()
    {
        List<Record> records =
        [
            Plain("") with { Text = "" }, Plain("\ud800") with { Text = "\udc00\ud800", Language = "\ud800" }, Plain("nul") with { Text = "\0\0\0\0" },
            Plain("long") with { Text = new string('中', 16 << 20), Language = new string('语', 1 << 20) },
        ];
        var options = new BucketOptions { By = "length", Within = "language" };

        Assert.All(Buckets(options, records, 2, 3), bucket => Assert.Contains(bucket, (string[])["high", "medium", "low"]));
    }

    [Theory]
    [InlineData(33.3, 1000, 333)]
    [InlineData(30, 10, 3)]
    [InlineData(30, 11, 4)]
    [InlineData(0.1, 3, 1)]
    [InlineData(100, 7, 7)]
    [InlineData(29, 100, 29)]
    public void Rank_OfAPercentile_IsTheNearestRank(double percentile, long count, long rank) =>
        Assert.Equal(rank, CutStage.Rank(percentile, count));

    [Theory]
    [InlineData("30,60,100", true)]
    [InlineData("100", true)]
    [InlineData("", false)]
    [InlineData("30,60,90", false)]
    [InlineData("60,30,100", false)]
    [InlineData("0,100", false)]
    [InlineData("30,30,100", false)]
    public void Check_Cuts_MustAscendTo100(string cuts, bool good)
    {
        var limits = cuts.Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select((text, i) => (Key: $"b{i}", Value: double.Parse(text, System.Globalization.CultureInfo.InvariantCulture)))
            .ToDictionary(pair => pair.Key, pair => pair.Value);

        Assert.Equal(good, !new Bucket(ByPerplexity with { Cuts = limits }).Check().Any());
    }

    [Theory]
    [InlineData("language", true)]
    [InlineData("meta.site", true)]
    [InlineData(null, true)]
    [InlineData("id", false)]
    [InlineData("langauge", false)]
    public void Check_Within_MustBeAFieldWithFewValues(string? within, bool good) =>
        Assert.Equal(good, !new Bucket(ByPerplexity with { Within = within }).Check().Any());

    [Fact]
    public void Run_GroupsByANearlyUniqueField_SaysSo()
    {
        var records = Enumerable.Range(0, Groups.Most + 1)
            .Select(i => (Record)(Scored($"d{i}", "zh", i) with { Source = $"https://例.cn/{i}" })).ToList();

        var thrown = Assert.Throws<InvalidOperationException>(() => Buckets(ByPerplexity with { Within = "source" }, records, 1, 1));
        Assert.Contains("within: source", thrown.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Buckets(BucketOptions options, IReadOnlyList<Record> records, int shards, int partitions) =>
        GlobalStepRunner.Run(() => new Bucket(options), records, shards, partitions).Select(result =>
        {
            Assert.Null(result.Drop);
            return result.Record.Bucket!;
        });

    /// <summary>The oracle: for each record, the share of its group that is strictly better decides.</summary>
    private static IEnumerable<string> Obvious(List<Record> records, BucketOptions options)
    {
        foreach (var record in records)
        {
            if (!record.Scores.TryGet("perplexity", out var value))
            {
                yield return options.Unscored;
                continue;
            }

            var group = records.Where(other => options.Within is null || other.Language == record.Language)
                .SelectMany(other => other.Scores.Select(score => score.Value)).Order().ToList();
            if (options.Order == BucketOrder.Descending)
            {
                group.Reverse();
            }

            var before = group.IndexOf(value);
            yield return options.Cuts.First(cut => before < Math.Max(1, Math.Ceiling((decimal)cut.Value * group.Count / 100))).Key;
        }
    }

    private static List<Record> RandomRecords(Random random) =>
    [
        .. Enumerable.Range(0, random.Next(1, 60)).Select(i => random.Next(8) == 0
            ? Plain($"p{i}")
            : Scored($"d{i}", random.Next(3) switch { 0 => "zh", 1 => "en", _ => null }, random.Next(4) == 0 ? random.Next(-3, 3) : random.NextDouble() * 10)),
    ];

    private static Document Plain(string id) => new() { Id = id, Text = "文" };

    private static Document Scored(string id, string? language, double value) =>
        Plain(id) with { Language = language, Scores = Scores.Empty.With("perplexity", value) };
}
