using System.Buffers.Binary;
using Ziya.Corpus.Deduplication;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Tests.Deduplication;

/// <summary>Components found a range of records at a time, against labels that flow along all pairs until nothing changes.</summary>
public sealed class ConnectStageTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(17)]
    [InlineData(100_000)]
    public void Reduce_RandomPairs_NamesComponentsByTheirFirst(int mostHeld)
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var records = Enumerable.Range(0, random.Next(2, 120)).Select(_ => RandomAddress(random)).Distinct().ToArray();

            // From a few pairs to more than it takes to join all.
            AssertSame(mostHeld, Enumerable.Range(0, random.Next(1, records.Length * 2)).Select(_ => (records[random.Next(records.Length)], records[random.Next(records.Length)])));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    public void Reduce_ChainsStarsAndRings_AreOneComponentEach(int mostHeld)
    {
        var chain = Enumerable.Range(0, 300).Select(i => (At(i), At(i + 1)));
        var zigzag = Enumerable.Range(0, 149).Select(i => (At(1000 + i), At(1299 - i))).Concat(Enumerable.Range(1, 149).Select(i => (At(1000 + i), At(1300 - i))));
        var starAtTheEnd = Enumerable.Range(0, 300).Select(i => (At(2000 + i), At(2300)));
        var steps = Enumerable.Range(0, 300).Select(i => (At(3000 + (i * 101 % 300)), At(3000 + ((i + 1) * 101 % 300))));

        var names = AssertSame(mostHeld, chain.Concat(zigzag).Concat(starAtTheEnd).Concat(steps));

        Assert.Equal([At(0), At(1000), At(2000), At(3000)], names.Distinct().Order());
    }

    [Fact]
    public void Reduce_RecordsOfAnEarlierRun_StandBehind() =>
        Assert.Equal([new Address(2, 5), new Address(2, 5)], AssertSame(1, [(new Address(int.MinValue, 3), new Address(2, 5))]));

    [Fact]
    public void Reduce_NoPairs_WritesNothing() => Assert.Empty(AssertSame(2, []));

    /// <summary>The bands of real texts with copies of copies.</summary>
    [Theory]
    [InlineData("zh", 1)]
    [InlineData("zh", 5)]
    [InlineData("en", 1)]
    [InlineData("en", 5)]
    public void Reduce_BandsOfEditedTexts_AgreesWithLabels(string language, int mostHeld)
    {
        var texts = new RandomTexts(language, 21);
        var (random, hasher) = (new Random(4), new MinHasher(3, new Permutations(40)));
        var words = new List<string[]> { texts.Words(80) };
        while (words.Count < 150)
        {
            words.Add(random.Next(12) == 0 ? texts.Words(80) : texts.Edit(words[random.Next(words.Count)], 0.1));
        }

        var bands = words.SelectMany((text, i) => hasher.Sign(texts.Join(text)).ToArray().Chunk(2).Select((band, number) => (Band: (number, band[0], band[1]), Record: At((i * 67) % words.Count))));
        var pairs = bands.ToLookup(band => band.Band, band => band.Record).SelectMany(same => same.Select(record => (same.Min(), record))).ToList();

        var names = AssertSame(mostHeld, pairs);

        Assert.InRange(names.Distinct().Count(), 5, 60);
    }

    /// <summary>The names of the records in order, which are those of the oracle.</summary>
    private static List<Address> AssertSame(int mostHeld, IEnumerable<(Address A, Address B)> pairs)
    {
        var edges = pairs.SelectMany(pair => new[] { Ordered(pair.A, pair.B), (pair.A, pair.A), (pair.B, pair.B) }).Distinct().ToList();
        var output = new Members();

        new ConnectStage(mostHeld).Reduce(edges.Select(Bytes).OrderBy(Convert.ToHexString, StringComparer.Ordinal).Select(bytes => new Entry(bytes)), output);

        Assert.Equal(Labels(edges).OrderBy(pair => Key(pair.Key)).Select(pair => (pair.Key, pair.Value)), output.Names);
        return [.. output.Names.Select(pair => pair.Name)];
    }

    private static Dictionary<Address, Address> Labels(List<(Address A, Address B)> edges)
    {
        var labels = edges.SelectMany(edge => new[] { edge.A, edge.B }).Distinct().ToDictionary(record => record);
        bool changed;
        do
        {
            changed = false;
            foreach (var (a, b) in edges)
            {
                var least = Key(labels[a]) < Key(labels[b]) ? labels[a] : labels[b];
                changed |= labels[a] != least || labels[b] != least;
                (labels[a], labels[b]) = (least, least);
            }
        }
        while (changed);

        return labels;
    }

    private static Address At(int number) => new(number / 50, number % 50);

    private static Address RandomAddress(Random random) => new(random.Next(5) == 0 ? int.MinValue + random.Next(3) : random.Next(6), random.Next(40));

    private static (Address A, Address B) Ordered(Address a, Address b) => Key(a) < Key(b) ? (a, b) : (b, a);

    private static ulong Key(Address at) => ((ulong)(uint)at.Shard << 32) | (uint)at.Ordinal;

    private static byte[] Bytes((Address A, Address B) pair)
    {
        var bytes = new byte[2 * Address.Size];
        pair.A.Write(bytes);
        pair.B.Write(bytes.AsSpan(Address.Size));
        return bytes;
    }

    private sealed class Members : IEntryWriter
    {
        public List<(Address Record, Address Name)> Names { get; } = [];

        public int Partitions => 1;

        public void Add(Channel channel, int partition, ReadOnlySpan<byte> entry)
        {
            Assert.True(RecordEntry.IsMember(entry));
            var record = Address.Read(entry);
            Assert.Equal(Math.Max(0, BinaryPrimitives.ReadInt32BigEndian(entry)), partition);
            Names.Add((record, Address.Read(entry[RecordEntry.RankAt..])));
        }
    }
}
