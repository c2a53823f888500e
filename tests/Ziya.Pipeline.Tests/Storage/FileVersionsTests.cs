using Ziya.Pipeline.Storage;
using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Pipeline.Tests.Storage;

public sealed class FileVersionsTests : IDisposable
{
    private const int MiB = 1 << 20;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(65 * MiB)]
    public void Of_CopyOfAnotherTime_IsTheSame(long bytes)
    {
        var one = Write("one/模型.arpa", bytes);
        var other = Write("other/模型.arpa", bytes);
        File.SetLastWriteTimeUtc(other.FullName, DateTime.UnixEpoch);

        Assert.Equal(FileVersions.Of([one]), FileVersions.Of([new FileInfo(other.FullName)]));
        Assert.Equal(FileVersions.OfModel([one]), FileVersions.OfModel([new FileInfo(other.FullName)]));
    }

    [Theory]
    [InlineData(100, 50)]
    [InlineData(65 * MiB, 0)]
    [InlineData(65 * MiB, (65 * MiB) - 1)]
    [InlineData(65 * MiB, (30 * MiB) + 77)]
    public void Of_ByteChanged_IsAnother(long bytes, long at)
    {
        var one = Write("one/a", bytes);
        var other = Write("other/a", bytes, at);

        Assert.NotEqual(FileVersions.Of([one]), FileVersions.Of([other]));
    }

    /// <summary>Of weights the ends and places between count, and any other length.</summary>
    [Fact]
    public void OfModel_LargeFile_LooksAtItsEndsAndBetween()
    {
        const long Bytes = 65 * MiB;
        var one = FileVersions.OfModel([Write("one/a", Bytes)]);

        Assert.NotEqual(one, FileVersions.OfModel([Write("first/a", Bytes, 0)]));
        Assert.NotEqual(one, FileVersions.OfModel([Write("last/a", Bytes, Bytes - 1)]));
        Assert.NotEqual(one, FileVersions.OfModel([Write("between/a", Bytes, (Bytes - (64 << 10)) / 63 * 20)]));
        Assert.NotEqual(one, FileVersions.OfModel([Write("longer/a", Bytes + 1)]));
    }

    [Fact]
    public void Of_ChangedBetweenTwoCalls_IsAnother()
    {
        var before = FileVersions.Of([Write("a", 10)]);
        var after = Write("a", 10, 3);
        File.SetLastWriteTimeUtc(after.FullName, DateTime.UnixEpoch);

        Assert.NotEqual(before, FileVersions.Of([new FileInfo(after.FullName)]));
    }

    [Fact]
    public void Of_LinkAndMissingFile_AreTheFileLinkedToAndNothing()
    {
        var file = Write("files/a", 100);
        var before = FileVersions.Of([file]);
        Assert.Equal("", FileVersions.Of([new FileInfo(_folder["missing"])]));
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        Directory.CreateDirectory(_folder["links"]);
        File.CreateSymbolicLink(_folder["links/a"], file.FullName);
        Assert.Equal(before, FileVersions.Of([new FileInfo(_folder["links/a"])]));
    }

    /// <summary>Zeros, most of which take no room on the disk; one byte of them set.</summary>
    private FileInfo Write(string path, long bytes, long? set = null)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[path])!);
        using (var file = File.Create(_folder[path]))
        {
            file.SetLength(bytes);
            if (set is { } at)
            {
                file.Position = at;
                file.WriteByte(1);
            }
        }

        return new FileInfo(_folder[path]);
    }
}
