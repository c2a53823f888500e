using Ziya.Corpus.Filtering;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Tests.Filtering;

public sealed class SampleTests
{
    private static readonly StepDefinition Definition = new StepCatalog(typeof(Sample).Assembly).Find("sample")!;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 2)]
    [InlineData(8, 5)]
    public void Count_RandomGroups_KeepsTheLowestHashesOfEach(int shards, int partitions)
    {
        for (var seed = 0UL; seed < 30; seed++)
        {
            var random = new Random((int)seed);
            var records = RandomRecords(random);
            var options = new SampleOptions { Count = random.Next(1, 20), Within = seed % 2 == 0 ? "language" : null };

            Assert.Equal(Obvious(records, options, seed), Kept(options, records, seed, shards, partitions));
        }
    }

    [Fact]
    public void Count_EqualIds_IsStillExact()
    {
        var records = Enumerable.Repeat(Text("同", "zh"), 100).ToList<Record>();

        Assert.Equal(7, Kept(new SampleOptions { Count = 7 }, records, 42, 4, 3).Count);
    }

    [Fact]
    public void Count_FewerRecords_KeepsAll()
    {
        var records = Enumerable.Range(0, 5).Select(i => (Record)Text($"d{i}", "en")).ToList();

        Assert.Equal(records, Kept(new SampleOptions { Count = 9 }, records, 42, 2, 2));
        Assert.Empty(Kept(new SampleOptions { Count = 9 }, [], 42, 1, 1));
    }

    [Fact]
    public void Count_HostileIds_AreTakenAsTheyAre()
    {
        List<Record> records = [Text("", null), Text("\ud800", "\udfff"), Text("\0", "en"), Text(new string('长', 1 << 20), "zh")];

        Assert.Equal(2, Kept(new SampleOptions { Count = 2 }, records, 42, 2, 2).Count);
    }

    [Fact]
    public void Rate_ManyRecords_IsMetInEachLanguage()
    {
        var records = Enumerable.Range(0, 20_000).Select(i => Text($"文档{i}", i % 2 == 0 ? "zh" : "en")).ToList();

        var kept = KeptByRate(0.1, records, 42);

        // 10,000 at 0.1: a standard deviation is 30.
        Assert.InRange(kept.Count(record => record.Language == "zh"), 850, 1150);
        Assert.InRange(kept.Count(record => record.Language == "en"), 850, 1150);
    }

    [Fact]
    public void Rate_Larger_KeepsAllThatASmallerOneDoes()
    {
        var records = Enumerable.Range(0, 2000).Select(i => Text($"d{i}", "zh")).ToList();

        Assert.Subset(KeptByRate(0.3, records, 42).ToHashSet(), KeptByRate(0.1, records, 42).ToHashSet());
        Assert.Equal(records, KeptByRate(1, records, 42));
        Assert.Empty(KeptByRate(0, records, 42));
    }

    [Fact]
    public void Rate_AnotherSeed_KeepsOthers()
    {
        var records = Enumerable.Range(0, 2000).Select(i => Text($"d{i}", "zh")).ToList();

        var both = KeptByRate(0.5, records, 1).Intersect(KeptByRate(0.5, records, 2)).Count();

        Assert.InRange(both, 420, 580);
    }

    [Fact]
    public void Rate_TwiceInAJob_HalvesTwice()
    {
        var first = new JobStep("sample", Definition, new SampleOptions { Rate = 0.5 }, default);
        var second = first with { Key = "sample-2" };
        var records = Enumerable.Range(0, 4000).Select(i => (Record)Text($"d{i}", "zh")).ToList();

        var once = records.Where(record => ((IRecordStep)first.Create(42)).Apply(record).Record is not null).ToList();
        var twice = once.Count(record => ((IRecordStep)second.Create(42)).Apply(record).Record is not null);

        Assert.InRange(once.Count, 1850, 2150);
        Assert.InRange(twice, 880, 1120);
    }

    [Fact]
    public void Create_ByOptions_NeedsAPhaseForCountOnly()
    {
        Assert.IsAssignableFrom<IRecordStep>(Definition.Create(new SampleOptions { Rate = 0.5 }, 42));
        Assert.IsAssignableFrom<IGlobalStep>(Definition.Create(new SampleOptions { Count = 5 }, 42));
    }

    [Theory]
    [InlineData(0.5, null, null, true)]
    [InlineData(null, 5, null, true)]
    [InlineData(null, 5, "language", true)]
    [InlineData(null, null, null, false)]
    [InlineData(0.5, 5, null, false)]
    [InlineData(0.5, null, "language", false)]
    [InlineData(null, 5, "id", false)]
    public void Check_Options_MustBeRateOrCount(double? rate, int? count, string? within, bool good) =>
        Assert.Equal(good, !Definition.Create(new SampleOptions { Rate = rate, Count = count, Within = within }, 42).Check().Any());

    private static List<Record> Kept(SampleOptions options, IReadOnlyList<Record> records, ulong seed, int shards, int partitions)
    {
        var results = GlobalStepRunner.Run(() => (IGlobalStep)Definition.Create(options, seed), records, shards, partitions);
        Assert.All(results, result => Assert.True(result.Drop is null or { Reason: "not_sampled" }));
        return [.. results.Where(result => result.Drop is null).Select(result => result.Record)];
    }

    private static List<Document> KeptByRate(double rate, IEnumerable<Document> records, ulong seed)
    {
        var step = (IRecordStep)Definition.Create(new SampleOptions { Rate = rate }, seed);
        return [.. records.Where(record => step.Apply(record).Record is not null)];
    }

    /// <summary>The oracle: sort each group by hash, take the first.</summary>
    private static List<Record> Obvious(List<Record> records, SampleOptions options, ulong seed)
    {
        var kept = records.GroupBy(record => options.Within is null ? "" : record.Language ?? "none")
            .SelectMany(group => group.OrderBy(record => Sample.Hash(record, seed)).Take(options.Count!.Value)).ToHashSet();
        return [.. records.Where(kept.Contains)];
    }

    private static List<Record> RandomRecords(Random random) =>
        [.. Enumerable.Range(0, random.Next(1, 80)).Select(i => Text($"d{i}", random.Next(3) switch { 0 => "zh", 1 => "en", _ => null }))];

    private static Document Text(string id, string? language) => new() { Id = id, Text = "文", Language = language };
}
