using System.Numerics;
using System.Runtime.InteropServices;
using Ziya.Corpus.Deduplication;
using Ziya.Corpus.Tests.Fixtures;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Tests.Deduplication;

public sealed class DedupSimHashTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 2)]
    [InlineData(7, 3)]
    public void Run_RandomClusters_MissesNothingWithinTheDistance(int shards, int partitions)
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            var distance = random.Next(0, 9);
            var options = new DedupSimHashOptions
            {
                Bits = random.Next(2) == 0 ? 64 : 128,
                Distance = distance,
                Blocks = random.Next(3) == 0 ? distance + random.Next(1, 4) : null,
                Ngram = random.Next(1, 5),
                Keep = (Keep)random.Next(2),
            };
            var records = RandomRecords(random);

            var results = Run(options, records, shards, partitions);

            Assert.Equal(Obvious(options, records), results.Select(result => result.Drop is { } drop ? $"{drop.Detail!["keeper_id"]} {drop.Detail["similarity"]}" : null));
        }
    }

    [Theory]
    [InlineData(64)]
    [InlineData(128)]
    public void TryHash_AnyText_IsTheMajorityOfItsNgrams(int bits)
    {
        var texts = new RandomTexts("zh", 5);
        var hasher = new SimHasher(3, bits);
        Span<ulong> fingerprint = stackalloc ulong[bits / 64];
        foreach (var length in (int[])[1, 2, 3, 4, 100, 2047, 2048, 2049, 2050, 5000])
        {
            var text = string.Concat(texts.Words(length));
            var sums = new List<ulong>();
            new GramScanner(3, hashes => sums.AddRange(hashes)).Scan(text);

            Assert.True(hasher.TryHash(text, fingerprint));
            Assert.Equal(Math.Max(1, length - 2), sums.Count);
            for (var bit = 0; bit < bits; bit++)
            {
                var ones = sums.Count(sum => ((SimHasher.Mix(sum, bit / 64) >> (bit % 64)) & 1) != 0);
                Assert.Equal(2 * ones > sums.Count, ((fingerprint[bit / 64] >> (bit % 64)) & 1) != 0);
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(100)]
    public void Reduce_CellsLargerThanMemory_PairsAllTheSame(int mostHeld)
    {
        var random = new Random(6);
        var entries = new List<byte[]>();
        for (var i = 0; i < 200; i++)
        {
            var entry = new byte[24];
            entry[7] = (byte)random.Next(3);
            entry[8] = (byte)random.Next(64);
            new Address(random.Next(3), i).Write(entry.AsSpan(16));
            entries.Add(entry);
        }

        entries.Sort((a, b) => a.AsSpan().SequenceCompareTo(b));
        var output = new Pairs();
        new WithinStage(64, 2, mostHeld).Reduce(entries.Select(entry => new Entry(entry)), output);

        var joined = Components(entries, output.Found);
        var expected = Components(entries, [.. from a in entries from b in entries where a[7] == b[7] && BitOperations.PopCount((uint)(a[8] ^ b[8])) <= 2 select (Key(a), Key(b))]);
        Assert.Equal(expected, joined);
        static ulong Key(byte[] entry) => MemoryMarshal.Read<ulong>(entry.AsSpan(16));
    }

    [Theory]
    [InlineData("zh")]
    [InlineData("en")]
    public void Run_EditedCopies_AreFoundAndNothingElse(string language)
    {
        var texts = new RandomTexts(language, 12);
        var records = new List<Record>();
        for (var i = 0; i < 300; i++)
        {
            var words = texts.Words(600);
            records.AddRange([Text($"{i}a", texts.Join(words)), Text($"{i}b", texts.Join(texts.Edit(words, 0.002)))]);
        }

        // One change in 500 takes 1 - 4/500 off the cosine: 64 bits * 0.04 = 2.6 of them differ on average.
        var results = Run(new DedupSimHashOptions { Distance = 7 }, records, 4, 3);

        var dropped = results.Where(result => result.Drop is not null).ToList();
        Assert.InRange(dropped.Count, 0.9 * 300, 300);
        Assert.All(dropped, result => Assert.Equal(result.Record.Id[..^1], ((string)result.Drop!.Detail!["keeper_id"]!)[..^1]));
    }

    [Fact]
    public void Run_SampleCorpus_FindsEqualTextsAndNothingUnrelated()
    {
        var together = SampleCorpus.Groups("near_duplicates").Concat(SampleCorpus.Groups("exact_duplicates")).Select(group => group.Ids.ToHashSet()).ToList();

        var results = Run(new DedupSimHashOptions(), [.. SampleCorpus.Documents.Values.Where(document => TextUnits.Count(document.Text, 50) == 50)], 3, 2);

        var dropped = results.Where(result => result.Drop is not null).Select(result => (result.Record.Id, Keeper: (string)result.Drop!.Detail!["keeper_id"]!)).ToList();
        Assert.NotEmpty(dropped);
        Assert.All(dropped, pair => Assert.True(together.Any(group => group.Contains(pair.Id) && group.Contains(pair.Keeper)), $"{pair.Id} was dropped for {pair.Keeper}"));
    }

    [Fact]
    public void Run_HostileTexts_AreTakenAsTheyAre()
    {
        List<Record> records =
        [
            Text("a", ""), Text("b", "——！"), Text("c", "\ud800"), Text("d", new string('长', 1 << 20)), Text("e", new string('长', 1 << 19)),
            Text(new string('长', 4000), "😀😀😀😀😀😀"), Text("g", string.Concat(Enumerable.Repeat("word ", 200_000))), Text("h", "word word word word word word"),
        ];

        var dropped = Run(new DedupSimHashOptions(), records, 2, 2).Where(result => result.Drop is not null).Select(result => result.Record.Id);

        Assert.Equal(["e", "h"], dropped);
    }

    [Theory]
    [InlineData(64, 3, null, true)]
    [InlineData(128, 16, 17, true)]
    [InlineData(100, 3, null, false)]
    [InlineData(64, 3, 3, false)]
    [InlineData(64, 8, 20, false)]
    public void Check_Blocks_AreMoreThanTheDistanceButNotTooMany(int bits, int distance, int? blocks, bool good) =>
        Assert.Equal(good, !new DedupSimHash(new DedupSimHashOptions { Bits = bits, Distance = distance, Blocks = blocks }).Check().Any());

    private static List<(Record Record, Drop? Drop)> Run(DedupSimHashOptions options, IReadOnlyList<Record> records, int shards, int partitions) =>
        GlobalStepRunner.Run(() => new DedupSimHash(options), records, shards, partitions);

    /// <summary>The oracle: in the order of rank, whatever is near one that stays goes for the first such.</summary>
    private static List<string?> Obvious(DedupSimHashOptions options, List<Record> records)
    {
        var hasher = new SimHasher(options.Ngram, options.Bits);
        var prints = records.ConvertAll(record =>
        {
            var print = new ulong[options.Bits / 64];
            return hasher.TryHash(record.Content, print) ? print : null;
        });
        var order = Enumerable.Range(0, records.Count).Where(i => prints[i] is not null);
        order = options.Keep == Keep.Longest ? order.OrderByDescending(i => records[i].Content.Length) : order;
        var (stays, result) = (new List<int>(), new string?[records.Count]);
        foreach (var i in order)
        {
            var keeper = stays.FindIndex(other => Distance(prints[other]!, prints[i]!) <= options.Distance);
            if (keeper < 0)
            {
                stays.Add(i);
            }
            else
            {
                result[i] = FormattableString.Invariant($"{records[stays[keeper]].Id} {Math.Round((double)(float)(1 - ((double)Distance(prints[stays[keeper]]!, prints[i]!) / options.Bits)), 3)}");
            }
        }

        return [.. result];
    }

    private static int Distance(ulong[] a, ulong[] b) => a.Zip(b, (x, y) => BitOperations.PopCount(x ^ y)).Sum();

    private static List<int> Components(List<byte[]> entries, List<(ulong A, ulong B)> pairs)
    {
        var number = entries.Select((entry, i) => (Key: MemoryMarshal.Read<ulong>(entry.AsSpan(16)), i)).ToDictionary(pair => pair.Key, pair => pair.i);
        var component = Enumerable.Range(0, entries.Count).ToArray();
        foreach (var (a, b) in pairs)
        {
            var (from, to) = (component[number[a]], component[number[b]]);
            component = [.. component.Select(c => c == Math.Max(from, to) ? Math.Min(from, to) : c)];
        }

        return [.. component];
    }

    private static List<Record> RandomRecords(Random random)
    {
        RandomTexts[] languages = [new("zh", random.Next()), new("en", random.Next())];
        var records = new List<Record>();
        for (var i = 0; i < 12; i++)
        {
            var texts = languages[random.Next(2)];
            var words = texts.Words(random.Next(0, 80));
            records.AddRange(Enumerable.Range(0, random.Next(1, 5)).Select(copy => Text($"{i}-{copy}", texts.Join(texts.Edit(words, random.Next(4) * 0.01)))));
        }

        return [.. records.OrderBy(_ => random.Next())];
    }

    private static Document Text(string id, string text) => new() { Id = id, Text = text };

    private sealed class Pairs : IEntryWriter
    {
        public List<(ulong, ulong)> Found { get; } = [];

        public int Partitions => 1;

        public void Add(Channel channel, int partition, ReadOnlySpan<byte> entry) => Found.Add((MemoryMarshal.Read<ulong>(entry), MemoryMarshal.Read<ulong>(entry[8..])));
    }
}
