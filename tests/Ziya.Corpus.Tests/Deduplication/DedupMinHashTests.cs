using Ziya.Corpus.Deduplication;
using Ziya.Corpus.Tests.Fixtures;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Tests.Deduplication;

public sealed class DedupMinHashTests
{
    private static readonly DedupMinHashOptions Defaults = new();

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 2)]
    [InlineData(7, 3)]
    public void Run_RandomClusters_DropsWhatComparingAllPairsDoes(int shards, int partitions)
    {
        for (var seed = 0; seed < 30; seed++)
        {
            var random = new Random(seed);
            var options = new DedupMinHashOptions
            {
                Bands = random.Next(1, 10),
                Rows = random.Next(1, 6),
                Ngram = random.Next(1, 6),
                MinSimilarity = seed % 3 == 0 ? 0 : random.NextDouble(),
                Keep = (Keep)random.Next(4),
            };
            options = options.Keep is Keep.Highest or Keep.Lowest ? options with { By = "quality" } : options;
            var records = RandomRecords(random);

            var results = Run(options, records, shards, partitions);

            Assert.Equal(Obvious(options, records), results.Select(result => result.Drop is { } drop
                ? $"{drop.Detail!["keeper_id"]} {drop.Detail["similarity"]} {drop.Detail["cluster_size"]}" : null));
        }
    }

    [Fact]
    public void Run_SampleCorpus_FindsWhatIsPlantedAndNothingElse()
    {
        var near = SampleCorpus.Groups("near_duplicates");
        var together = near.Concat(SampleCorpus.Groups("exact_duplicates")).Select(group => group.Ids.ToHashSet()).ToList();

        var results = Run(Defaults, [.. SampleCorpus.Documents.Values], 3, 2);

        var dropped = results.Where(result => result.Drop is not null).ToDictionary(result => result.Record.Id, result => (string)result.Drop!.Detail!["keeper_id"]!);
        foreach (var language in near.GroupBy(group => group.Language))
        {
            var found = language.Sum(group => group.Ids.Count(dropped.ContainsKey));
            var planted = language.Sum(group => group.Ids.Length - 1);
            Assert.True(found >= 0.9 * planted && found <= planted, $"{language.Key}: {found} of {planted}");
        }

        Assert.All(dropped, pair => Assert.True(together.Any(group => group.Contains(pair.Key) && group.Contains(pair.Value)) || IsCopy(results, pair.Key, pair.Value), $"{pair.Key} was dropped for {pair.Value}"));
    }

    [Theory]
    [InlineData("zh", 0.02, 0.05, 0.08)]
    [InlineData("en", 0.02, 0.05, 0.08)]
    public void Run_EditedPairs_AreFoundAsOftenAsTheoryHasIt(string language, params double[] edits)
    {
        var texts = new RandomTexts(language, 11);
        var records = new List<Record>();
        double expected = 0, variance = 0;
        for (var i = 0; i < 400; i++)
        {
            var words = texts.Words(150);
            var (a, b) = (texts.Join(words), texts.Join(texts.Edit(words, edits[i % edits.Length])));
            var chance = 1 - Math.Pow(1 - Math.Pow(Shingles.Jaccard(Shingles.Of(a, 5), Shingles.Of(b, 5)), 8), 14);
            expected += chance;
            variance += chance * (1 - chance);
            records.AddRange([Text($"{i}a", a), Text($"{i}b", b)]);
        }

        var results = Run(Defaults with { MinSimilarity = 0 }, records, 4, 3);

        var dropped = results.Where(result => result.Drop is not null).ToList();
        Assert.InRange(dropped.Count, expected - (4 * Math.Sqrt(variance)), expected + (4 * Math.Sqrt(variance)));
        Assert.All(dropped, result => Assert.Equal(result.Record.Id[..^1], ((string)result.Drop!.Detail!["keeper_id"]!)[..^1]));
    }

    [Fact]
    public void Run_AnyShardsAndPartitions_FindsTheSame()
    {
        var records = RandomRecords(new Random(99));

        var all = (from shards in Enumerable.Range(1, 4) from partitions in Enumerable.Range(1, 3) select Kept(shards, partitions)).ToList();

        Assert.All(all, kept => Assert.Equal(all[0], kept));
        string Kept(int shards, int partitions) => string.Join(' ', Run(Defaults, records, shards, partitions).Where(result => result.Drop is null).Select(result => result.Record.Id));
    }

    [Fact]
    public void Run_ChainOfPairs_KeepsItsEndUnlessAskedNotTo()
    {
        // A shares half with B and B half with C; A and C share nothing.
        var words = new RandomTexts("zh", 4).Words(900);
        List<Record> records =
        [
            Text("a", string.Concat(words[..600])), Text("b", string.Concat(words[150..750])), Text("c", string.Concat(words[300..])),
        ];
        var loose = new DedupMinHashOptions { Bands = 200, Rows = 2, MinSimilarity = 0 };

        Assert.Equal([true, false, false], Run(loose, records, 1, 1).Select(result => result.Drop is null));
        Assert.Equal([true, false, true], Run(loose with { MinSimilarity = 0.5 }, records, 1, 1).Select(result => result.Drop is null));
    }

    [Fact]
    public void Run_NothingToCompare_TakesNoPart()
    {
        List<Record> records = [Text("a", ""), Text("b", ""), Text("c", "——！"), Text("d", "——！"), Text("e", "\ud800"), Text("f", "短"), Text("g", "短。")];

        Assert.Equal(["g"], Run(Defaults with { Keep = Keep.First }, records, 2, 2).Where(result => result.Drop is not null).Select(result => result.Record.Id));
        Assert.Empty(Run(Defaults, [], 1, 1));
    }

    [Fact]
    public void Run_HostileIds_AreTakenAsTheyAre()
    {
        List<Record> records = [Text(new string('长', 1 << 20), "同样的一句话再说一遍"), Text("\ud800", "同样的一句话，再说一遍")];

        Assert.Equal("\ufffd", (string?)Run(Defaults, records, 1, 1)[0].Drop!.Detail!["keeper_id"]);
    }

    [Theory]
    [InlineData(14, 8, true)]
    [InlineData(256, 4, true)]
    [InlineData(256, 5, false)]
    public void Check_Hashes_AreAtMostAThousand(int bands, int rows, bool good) =>
        Assert.Equal(good, !new DedupMinHash(new DedupMinHashOptions { Bands = bands, Rows = rows }).Check().Any());

    [Fact]
    public void Check_SeveralFaults_TellsThemAll()
    {
        var faults = new DedupMinHash(new DedupMinHashOptions { Bands = 256, Rows = 64, Against = "runs/没有", Keep = Keep.Highest }).Check().ToList();

        Assert.Contains(faults, fault => fault.Contains("16384", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.Contains("runs/没有", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.Contains("'by'", StringComparison.Ordinal));
    }

    private static List<(Record Record, Drop? Drop)> Run(DedupMinHashOptions options, IReadOnlyList<Record> records, int shards, int partitions) =>
        GlobalStepRunner.Run(() => new DedupMinHash(options), records, shards, partitions);

    /// <summary>The oracle: keeper, similarity and cluster size of each record that goes, by comparing every record with every other.</summary>
    private static List<string?> Obvious(DedupMinHashOptions options, List<Record> records)
    {
        var count = options.Bands * options.Rows;
        var hasher = new MinHasher(options.Ngram, new Permutations(count));
        var signatures = records.ConvertAll(record => hasher.Sign(((Document)record).Text).ToArray());
        var component = Enumerable.Range(0, records.Count).ToArray();
        for (var a = 0; a < records.Count; a++)
        {
            for (var b = 0; b < a; b++)
            {
                if (signatures[a].Length > 0 && signatures[b].Length > 0 && Enumerable.Range(0, options.Bands).Any(band =>
                    signatures[a].Skip(band * options.Rows).Take(options.Rows).SequenceEqual(signatures[b].Skip(band * options.Rows).Take(options.Rows))))
                {
                    var (from, to) = (component[a], component[b]);
                    component = [.. component.Select(number => number == from ? to : number)];
                }
            }
        }

        var keeperOf = new Dictionary<int, (int Keeper, double Similarity)>();
        foreach (var group in Enumerable.Range(0, records.Count).GroupBy(i => component[i]))
        {
            var keepers = new List<int>();
            foreach (var i in group.OrderBy(i => Rank(options, records[i])).ThenBy(i => i))
            {
                var similar = keepers.Select(keeper => (Keeper: keeper, Similarity: Similarity(signatures[keeper], signatures[i])))
                    .Where(pair => pair.Similarity >= options.MinSimilarity).Take(1).ToList();
                if (similar.Count == 0)
                {
                    keepers.Add(i);
                }
                else
                {
                    keeperOf[i] = similar[0];
                }
            }
        }

        return [.. records.Select((_, i) => keeperOf.TryGetValue(i, out var found)
            ? $"{records[found.Keeper].Id} {Math.Round((float)found.Similarity, 3)} {keeperOf.Values.Count(other => other.Keeper == found.Keeper) + 1}" : null)];
    }

    private static double Similarity(uint[] a, uint[] b) =>
        a.Length == 0 ? 0 : Math.Max(0, (((double)a.Zip(b).Count(pair => (byte)pair.First == (byte)pair.Second) / a.Length) - (1 / 256.0)) / (255 / 256.0));

    private static double Rank(DedupMinHashOptions options, Record record) => options.Keep switch
    {
        Keep.First => 0,
        Keep.Longest => -((Document)record).Text.Length,
        Keep.Highest => record.Scores.TryGet("quality", out var value) ? -value : double.PositiveInfinity,
        _ => record.Scores.TryGet("quality", out var value) ? value : double.PositiveInfinity,
    };

    private static List<Record> RandomRecords(Random random)
    {
        var texts = new RandomTexts(random.Next(2) == 0 ? "zh" : "en", random.Next());
        var originals = Enumerable.Range(0, 10).Select(_ => texts.Words(random.Next(1, 60))).ToList();
        return
        [
            .. Enumerable.Range(0, 60).Select(i =>
                Text($"d{i}", texts.Join(texts.Edit(originals[random.Next(10)], random.NextDouble() * 0.3))) with
                {
                    Scores = random.Next(4) == 0 ? Scores.Empty : Scores.Empty.With("quality", random.Next(5)),
                }),
        ];
    }

    /// <summary>Copies of a planted document that were planted for another reason.</summary>
    private static bool IsCopy(List<(Record Record, Drop? Drop)> results, string id, string keeper)
    {
        var texts = new[] { id, keeper }.Select(name => ((Document)results.First(result => result.Record.Id == name).Record).Text).ToList();
        return Shingles.Of(texts[0], 5).SetEquals(Shingles.Of(texts[1], 5));
    }

    private static Document Text(string id, string text) => new() { Id = id, Text = text };
}
