using System.Text;
using System.Text.RegularExpressions;
using Ziya.Corpus.Deduplication;
using Ziya.Corpus.Tests.Fixtures;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Tests.Deduplication;

public sealed partial class DedupExactTests
{
    private static readonly string[] Variants = ["水库的水位。", "水库的水位｡", " 水库的水位。\r\n", "The Water rose.", "the water  ROSE.", "Ｔｈｅ　water rose.", "The water rose!", "", " ", "《》", "——"];

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 2)]
    [InlineData(8, 3)]
    public void Run_RandomRecords_DropsWhatComparingAllPairsDoes(int shards, int partitions)
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var options = new DedupExactOptions
            {
                IgnoreCase = random.Next(2) == 0,
                IgnoreWidth = random.Next(2) == 0,
                IgnoreSpacing = random.Next(2) == 0,
                IgnorePunctuation = random.Next(3) == 0,
                Keep = (Keep)random.Next(4),
            };
            options = options.Keep is Keep.Highest or Keep.Lowest ? options with { By = "quality" } : options;
            var records = Enumerable.Range(0, random.Next(60)).Select(i => Made($"d{i}", Variants[random.Next(Variants.Length)], random)).ToList<Record>();

            var results = Run(options, records, shards, partitions);

            Assert.Equal(Obvious(options, records), results.Select(result => (string?)result.Drop?.Detail!["keeper_id"]));
        }
    }

    [Fact]
    public void Run_SampleCorpus_DropsWhatIsPlantedAndNothingElse()
    {
        var planted = SampleCorpus.Groups("exact_duplicates");

        var results = Run(new DedupExactOptions(), [.. SampleCorpus.Documents.Values], 3, 2);

        var dropped = results.Where(result => result.Drop is not null).ToDictionary(result => result.Record.Id, result => (string?)result.Drop!.Detail!["keeper_id"]);
        var expected = planted.SelectMany(group =>
        {
            var keeper = results.First(result => group.Ids.Contains(result.Record.Id)).Record.Id;
            return group.Ids.Where(id => id != keeper).Select(id => (id, keeper));
        });
        Assert.Equal(expected.ToDictionary(pair => pair.id, pair => (string?)pair.keeper), dropped);
    }

    [Fact]
    public void Run_Duplicates_NameTheirKeeper()
    {
        List<Record> records = [Text("甲", "同样的话"), Text("乙", "别的话"), Text("丙", "同样的话"), Text("丁", "同样的话")];

        var drop = Run(new DedupExactOptions(), records, 2, 1)[3].Drop!;

        Assert.Equal("duplicate", drop.Reason);
        Assert.Equal("""{"keeper_id":"甲","keeper_at":"0:0","similarity":1,"cluster_size":3}""", drop.Detail!.ToJsonString(Readable));
    }

    [Theory]
    [InlineData(Keep.First, "a")]
    [InlineData(Keep.Longest, "b")]
    [InlineData(Keep.Highest, "c")]
    [InlineData(Keep.Lowest, "b")]
    public void Run_ByRule_KeepsTheBest(Keep keep, string id)
    {
        List<Record> records =
        [
            Text("a", "同样 的话"), Text("b", "同样   的话") with { Scores = Scores.Empty.With("quality", -2) },
            Text("c", "同样  的话") with { Scores = Scores.Empty.With("quality", 1) }, Text("d", "同样   的话") with { Scores = Scores.Empty.With("quality", double.NaN) },
        ];

        var kept = Run(new DedupExactOptions { Keep = keep, By = keep > Keep.Longest ? "quality" : null }, records, 4, 3).Single(result => result.Drop is null);

        Assert.Equal(id, kept.Record.Id);
    }

    [Fact]
    public void Run_HostileIds_AreTakenAsTheyAre()
    {
        List<Record> records = [Text(new string('长', 1 << 20), "同"), Text("\ud800", "同"), Text("", "同")];

        var results = Run(new DedupExactOptions(), records, 2, 2);

        Assert.Equal([true, false, false], results.Select(result => result.Drop is null));
        Assert.Equal(new string('长', 170), (string?)results[1].Drop!.Detail!["keeper_id"]);
    }

    [Theory]
    [InlineData(Keep.First, null, true)]
    [InlineData(Keep.Highest, "quality", true)]
    [InlineData(Keep.Lowest, null, false)]
    [InlineData(Keep.Longest, "quality", false)]
    public void Check_Rule_NeedsANumberWhereItComparesOne(Keep keep, string? by, bool good) =>
        Assert.Equal(good, !new DedupExact(new DedupExactOptions { Keep = keep, By = by }).Check().Any());

    private static readonly System.Text.Json.JsonSerializerOptions Readable = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static List<(Record Record, Drop? Drop)> Run(DedupExactOptions options, IReadOnlyList<Record> records, int shards, int partitions) =>
        GlobalStepRunner.Run(() => new DedupExact(options), records, shards, partitions);

    /// <summary>The oracle: the id of the keeper of each record, null where it is one.</summary>
    private static List<string?> Obvious(DedupExactOptions options, List<Record> records) =>
    [
        .. records.Select(record =>
        {
            var equal = records.Where(other => Normal(options, other) == Normal(options, record));
            var keeper = options.Keep switch
            {
                Keep.First => equal.First(),
                Keep.Longest => equal.MaxBy(other => ((Document)other).Text.Length)!,
                Keep.Highest => equal.MaxBy(other => other.Scores.TryGet("quality", out var value) ? value : double.NegativeInfinity)!,
                _ => equal.MinBy(other => other.Scores.TryGet("quality", out var value) ? value : double.PositiveInfinity)!,
            };
            return keeper == record || Normal(options, record).Length == 0 ? null : keeper.Id;
        }),
    ];

    private static string Normal(DedupExactOptions options, Record record)
    {
        var text = ((Document)record).Text;
        text = options.IgnoreWidth ? text.Normalize(NormalizationForm.FormKC) : text;
        text = options.IgnoreCase ? text.ToLowerInvariant() : text;
        var letters = string.Concat(text.Where(char.IsLetterOrDigit));
        return options.IgnorePunctuation && letters.Length > 0 ? letters : options.IgnoreSpacing ? Spaces().Replace(text, " ").Trim() : text;
    }

    private static Document Made(string id, string text, Random random) =>
        Text(id, text) with { Scores = random.Next(4) == 0 ? Scores.Empty : Scores.Empty.With("quality", random.Next(-2, 3)) };

    private static Document Text(string id, string text) => new() { Id = id, Text = text };

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
