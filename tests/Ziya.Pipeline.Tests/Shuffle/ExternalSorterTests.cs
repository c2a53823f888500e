using System.Text;
using Ziya.Pipeline.Shuffle;
using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Pipeline.Tests.Shuffle;

/// <summary>The sorter against LINQ, with so little memory that nothing stays in it.</summary>
public sealed class ExternalSorterTests
{
    [Theory]
    [InlineData(1 << 22, 64, 0)]
    [InlineData(400_000, 64, 0)]
    [InlineData(2048, 2, 8)]
    [InlineData(2048, 3, 5)]
    [InlineData(1, 64, 1)]
    public void Sort_AnyMemory_AgreesWithLinq(int memoryBytes, int mostRuns, int levels)
    {
        using var folder = new TempFolder();
        var entries = Entries(30_000, 7);
        using var sorter = new ExternalSorter(folder["scratch"], memoryBytes, mostRuns);
        foreach (var entry in entries)
        {
            sorter.Add(entry);
        }

        var expected = entries.Select(Convert.ToHexString).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(expected, sorter.Select(entry => Convert.ToHexString(entry.Span)));
        Assert.Equal(memoryBytes < 1 << 22, sorter.Runs > 0);
        Assert.InRange(sorter.Levels, levels, levels == 0 ? 0 : 12);
        Assert.InRange(sorter.Runs, 0, (mostRuns - 1) * (sorter.Levels + 1));

        // Gone through again, and by two readers at once.
        Assert.Equal(expected, sorter.Select(entry => Convert.ToHexString(entry.Span)));
        using var one = sorter.GetEnumerator();
        foreach (var other in sorter)
        {
            Assert.True(one.MoveNext());
            Assert.Equal(other.Span, one.Current.Span);
        }
    }

    [Fact]
    public void Sort_OrderOfAdding_DoesNotMatter()
    {
        using var folder = new TempFolder();
        var entries = Entries(700, 3);
        string Sorted(IEnumerable<byte[]> given)
        {
            using var sorter = new ExternalSorter(folder["scratch"], 1, 2);
            foreach (var entry in given)
            {
                sorter.Add(entry);
            }

            return string.Join(' ', sorter.Select(entry => Convert.ToHexString(entry.Span)));
        }

        var shuffled = entries.ToArray();
        new Random(5).Shuffle(shuffled);
        Assert.Equal(Sorted(entries), Sorted(shuffled));
    }

    [Fact]
    public void Sort_EntriesLargerThanAllBuffers_ComeOutWhole()
    {
        using var folder = new TempFolder();
        using var sorter = new ExternalSorter(folder["scratch"], 1 << 20, 2);
        var random = new Random(9);
        var entries = Enumerable.Range(0, 12).Select(i =>
        {
            var entry = new byte[(i % 3 * 200_000) + random.Next(3)];
            random.NextBytes(entry);
            return entry;
        }).ToList();
        entries.ForEach(entry => sorter.Add(entry));
        Assert.True(sorter.Runs > 0);
        Assert.Equal(entries.Select(Convert.ToHexString).Order(StringComparer.Ordinal), sorter.Select(entry => Convert.ToHexString(entry.Span)));
    }

    [Fact]
    public void Sort_AddedToAfterReading_SortsThemAll()
    {
        using var folder = new TempFolder();
        using var sorter = new ExternalSorter(folder["scratch"], 1 << 20);
        sorter.Add("灯塔"u8);
        Assert.Single(sorter);
        sorter.Add("bread"u8);
        Assert.Equal(["bread", "灯塔"], sorter.Select(entry => Encoding.UTF8.GetString(entry.Span)));
    }

    [Fact]
    public void Sort_Nothing_IsEmpty()
    {
        using var folder = new TempFolder();
        using var sorter = new ExternalSorter(folder["scratch"], 1);
        Assert.Empty(sorter);
        Assert.False(Directory.Exists(folder["scratch"]));
    }

    [Fact]
    public void Add_EntryOverTheBudget_SaysWhatToRaise()
    {
        using var folder = new TempFolder();
        using var sorter = new ExternalSorter(folder["scratch"], 4096);
        Assert.Contains("limits.memory_mb", Assert.Throws<InvalidOperationException>(() => sorter.Add(new byte[5000])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Dispose_AfterSpilling_LeavesNoFile()
    {
        using var folder = new TempFolder();
        using (var sorter = new ExternalSorter(folder["scratch"], 1, 2))
        {
            foreach (var entry in Entries(500, 2))
            {
                sorter.Add(entry);
            }

            if (!OperatingSystem.IsWindows())
            {
                Assert.True(sorter.Levels > 0);
                Assert.Empty(Directory.EnumerateFileSystemEntries(folder["scratch"]));
            }
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(folder["scratch"]));
    }

    /// <summary>Entries of 0 to 20 bytes, many of them equal, many alike in their first 8.</summary>
    private static List<byte[]> Entries(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            var entry = new byte[random.Next(21)];
            random.NextBytes(entry.AsSpan(Math.Min(entry.Length, random.Next(3) * 7)));
            return entry.Select(b => (byte)(b & 0x83)).ToArray();
        })];
    }
}
