using System.Buffers.Binary;
using Ziya.Pipeline.Shuffle;

namespace Ziya.Pipeline.Tests.Shuffle;

public sealed class PackedEntryTests
{
    [Fact]
    public void Write_AnyEntries_ComeBackAndTakeNoMoreThanSaid()
    {
        var random = new Random(8);
        for (var round = 0; round < 200; round++)
        {
            var entries = Enumerable.Range(0, 50).Select(_ => Bytes(random)).ToList();
            var packed = new byte[entries.Sum(entry => PackedEntry.MostBytes(entry.Length))];
            var (used, before) = (0, Array.Empty<byte>());
            foreach (var entry in entries)
            {
                var took = PackedEntry.Write(packed.AsSpan(used), entry, before);
                Assert.InRange(took, 1, PackedEntry.MostBytes(entry.Length));
                (used, before) = (used + took, entry);
            }

            var (at, read, length) = (0, Array.Empty<byte>(), 0);
            foreach (var entry in entries)
            {
                at += PackedEntry.Read(packed.AsSpan(at, used - at), ref read, ref length);
                Assert.Equal(entry, read[..length]);
            }

            Assert.Equal(used, at);
        }
    }

    /// <summary>A stretch of equal bytes saves nothing between long ones that are not, over and over.</summary>
    [Theory]
    [InlineData(3, 1)]
    [InlineData(3, 143)]
    [InlineData(3, 20_000)]
    public void Write_WorstCase_TakesNoMoreThanSaid(int equal, int own)
    {
        var before = new byte[1 << 20];
        var entry = new byte[before.Length - 1];
        for (var i = 0; i < entry.Length; i++)
        {
            entry[i] = i % (equal + own) < own ? (byte)1 : (byte)0;
        }

        var packed = new byte[PackedEntry.MostBytes(entry.Length)];

        var took = PackedEntry.Write(packed, entry, before);

        var (read, length) = (before, before.Length);
        Assert.Equal(took, PackedEntry.Read(packed, ref read, ref length));
        Assert.Equal(entry, read[..length]);
    }

    /// <summary>What most of a large run's spills are: a hash, and an address a little behind the one before.</summary>
    [Fact]
    public void Write_HashesWithAddresses_TakesTwoThirds()
    {
        var random = new Random(3);
        var (entry, before, packed) = (new byte[16], Array.Empty<byte>(), new byte[64]);
        var bytes = 0;
        for (var i = 0; i < 10_000; i++)
        {
            random.NextBytes(entry.AsSpan(0, 8));
            BinaryPrimitives.WriteInt32BigEndian(entry.AsSpan(12), i * 3);
            bytes += PackedEntry.Write(packed, entry, before);
            before = [.. entry];
        }

        Assert.InRange(bytes, 110_000, 130_000);
    }

    private static byte[] Bytes(Random random)
    {
        var entry = new byte[random.Next(4) == 0 ? random.Next(400) : random.Next(30)];
        for (var at = random.Next(20); at < entry.Length; at += random.Next(40))
        {
            entry[at] = (byte)random.Next(3);
        }

        return entry;
    }
}
