using Ziya.Pipeline.Shuffle;
using Ziya.Pipeline.Storage;
using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Pipeline.Tests.Shuffle;

public sealed class SpillTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 64)]
    [InlineData(2, 1)]
    [InlineData(2, 64)]
    [InlineData(3, 7)]
    [InlineData(3, 4096)]
    public void Chunks_AnyPartitionsAndChunkSizes_GiveBackWhatWasAdded(int partitions, int chunkBytes)
    {
        using var folder = new TempFolder();
        var store = new FileStore(folder.Path);
        var added = Write(store, partitions, chunkBytes, 400);
        for (var partition = 0; partition < partitions; partition++)
        {
            Assert.Equal(added[partition], Read(store, partition));
        }
    }

    [Fact]
    public void Chunks_PartitionWithoutEntries_AreNone()
    {
        using var folder = new TempFolder();
        var store = new FileStore(folder.Path);
        Write(store, 3, 64, 0);
        Assert.Empty(Read(store, 0));
        Assert.Empty(Read(store, 2));
    }

    [Fact]
    public void Chunks_AnyByteChanged_AreRefused()
    {
        using var folder = new TempFolder();
        var store = new FileStore(folder.Path);
        Write(store, 2, 64, 30);
        var whole = File.ReadAllBytes(folder["a.spill"]);
        for (var at = 0; at < whole.Length; at++)
        {
            var damaged = whole.ToArray();
            damaged[at] ^= (byte)(1 << (at % 8));
            folder.Write("a.spill", damaged);
            AssertRefused(store, folder);
        }
    }

    [Fact]
    public void Chunks_CutOffAnywhere_AreRefused()
    {
        using var folder = new TempFolder();
        var store = new FileStore(folder.Path);
        Write(store, 2, 64, 30);
        var whole = File.ReadAllBytes(folder["a.spill"]);
        for (var length = 0; length < whole.Length; length++)
        {
            folder.Write("a.spill", whole[..length]);
            AssertRefused(store, folder);
        }
    }

    private static void AssertRefused(FileStore store, TempFolder folder)
    {
        var refusal = Assert.Throws<InvalidDataException>(() => Read(store, 0).Concat(Read(store, 1)).ToList());
        Assert.Contains($"{folder.Path}/a.spill is damaged", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Delete it", refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>Entries of 0 to 29 bytes, and some far over the chunk size.</summary>
    private static List<List<string>> Write(FileStore store, int partitions, int chunkBytes, int count)
    {
        var random = new Random(partitions + chunkBytes);
        var added = Enumerable.Range(0, partitions).Select(_ => new List<string>()).ToList();
        using var file = store.Create("a.spill");
        using var writer = new SpillWriter(file.Content, partitions, chunkBytes);
        for (var i = 0; i < count; i++)
        {
            var entry = new byte[i % 50 == 49 ? 500 : random.Next(30)];
            random.NextBytes(entry);
            var partition = random.Next(partitions);
            writer.Add(partition, entry);
            added[partition].Add(Convert.ToHexString(entry));
        }

        writer.Finish();
        file.Commit();
        Assert.Equal(count, writer.Entries);
        return added;
    }

    private static List<string> Read(FileStore store, int partition)
    {
        var read = new List<string>();
        foreach (var chunk in SpillReader.Chunks(store, store.Find("a.spill")!, partition))
        {
            read.AddRange(SpillReader.Unpack(chunk).Select(entry => Convert.ToHexString(entry.Span)));
        }

        return read;
    }
}
