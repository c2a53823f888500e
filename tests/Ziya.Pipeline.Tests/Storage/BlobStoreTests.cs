using System.Text;
using Ziya.Pipeline.Storage;
using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Pipeline.Tests.Storage;

/// <summary>What the pipeline relies on in a store, of blobs; the service is the emulator.</summary>
public sealed class BlobStoreTests(Azurite azurite) : IClassFixture<Azurite>
{
    [Theory]
    [InlineData("")]
    [InlineData("a/prefix/")]
    public void List_Prefix_IsOfThePathAndNotOfAFolder(string root)
    {
        var store = Store(root);
        foreach (var path in new[] { "phases/01-a/part", "phases/01-b/part", "phases/1/x", "phases-old/x", "a", "phases/01" })
        {
            Write(store, path, path);
        }

        Assert.Equal(["a", "phases-old/x", "phases/01", "phases/01-a/part", "phases/01-b/part", "phases/1/x"], Paths(store, ""));
        Assert.Equal(["phases/01", "phases/01-a/part", "phases/01-b/part"], Paths(store, "phases/01"));
        Assert.Empty(Paths(store, "phases/2"));
        Assert.All(store.List(""), file => Assert.Equal(file, store.Find(file.Path)));
        Assert.All(store.List(""), file => Assert.Equal(file.Path.Length, file.Bytes));
        Assert.Null(store.Find("phases"));
        Assert.Null(store.Find("phases/01-a"));
    }

    [Fact]
    public void OpenRead_FromAnOffset_BeginsThere()
    {
        var store = Store();
        Write(store, "a", "0123灯塔");
        Write(store, "empty", "");
        Assert.Equal("灯塔", Read(store, "a", 4));
        Assert.Equal("", Read(store, "a", 10));
        Assert.Equal("", Read(store, "a", 11));
        Assert.Equal("", Read(store, "empty"));
        Assert.Throws<FileNotFoundException>(() => store.OpenRead("b"));
    }

    [Fact]
    public void Create_UntilCommitted_IsNotSeen()
    {
        var store = Store();
        Write(store, "a", "old");
        using (var dropped = store.Create("a"))
        {
            dropped.Content.Write(new byte[PendingBlob.BlockBytes + 1]);
        }

        Assert.Equal("old", Read(store, "a"));
        using var pending = store.Create("b");
        pending.Content.Write(new byte[PendingBlob.BlockBytes + 1]);
        Assert.Equal(["a"], Paths(store, ""));
        pending.Commit();
        Assert.Equal(PendingBlob.BlockBytes + 1, store.Find("b")!.Bytes);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(PendingBlob.BlockBytes + 3)]
    public void End_BeforeCommit_AppearsWholeAndNotBefore(int bytes)
    {
        var store = Store();
        var content = new byte[bytes];
        new Random(bytes).NextBytes(content);
        using var pending = store.Create("a");
        pending.Content.Write(content);

        pending.End();
        Assert.Null(store.Find("a"));
        pending.Commit();

        Assert.Equal(content, ((IStore)store).Read("a"));
    }

    [Fact]
    public void Create_ByTwoAtOnce_IsWhatBothWrote()
    {
        // A task that runs twice: the service drops the uncommitted blocks of the slower one when the other commits.
        var store = Store();
        var content = new byte[(2 * PendingBlob.BlockBytes) + 12345];
        new Random(7).NextBytes(content);
        using var first = store.Create("a");
        using var second = store.Create("a");
        first.Content.Write(content.AsSpan(0, PendingBlob.BlockBytes + 5));
        second.Content.Write(content);
        second.Commit();
        first.Content.Write(content.AsSpan(PendingBlob.BlockBytes + 5));
        first.Commit();
        using var read = new MemoryStream();
        store.OpenRead("a").CopyTo(read);
        Assert.True(content.AsSpan().SequenceEqual(read.ToArray()));
    }

    [Fact]
    public void OpenRead_InJumps_GivesTheBytesThatAreThere()
    {
        var store = Store();
        var content = new byte[3_000_000];
        var random = new Random(11);
        random.NextBytes(content);
        using (var pending = store.Create("a"))
        {
            pending.Content.Write(content);
            pending.Commit();
        }

        using var stream = store.OpenRead("a");
        var buffer = new byte[100_000];
        for (var i = 0; i < 30; i++)
        {
            var at = random.Next(content.Length);
            stream.Position = at;
            var count = stream.ReadAtLeast(buffer.AsSpan(0, random.Next(1, buffer.Length)), Math.Min(1, content.Length - at), false);
            Assert.True(content.AsSpan(at, count).SequenceEqual(buffer.AsSpan(0, count)));
        }
    }

    [Fact]
    public void OpenRead_BlobIsReplacedMeanwhile_Throws()
    {
        var store = Store();
        using (var pending = store.Create("a"))
        {
            pending.Content.Write(new byte[1_000_000]);
            pending.Commit();
        }

        using var stream = store.OpenRead("a");
        _ = stream.ReadByte();
        Write(store, "a", "other");
        Assert.Contains("changed", Assert.Throws<IOException>(() => stream.CopyTo(Stream.Null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TryReplace_OtherVersion_IsRefused()
    {
        var store = Store();
        Assert.False(store.TryReplace("a", "x"u8, "0x8D"));
        Assert.True(store.TryReplace("a", "x"u8, null));
        Assert.False(store.TryReplace("a", "y"u8, null));
        var version = store.Find("a")!.Version;
        Assert.True(store.TryReplace("a", "y"u8, version));
        Assert.False(store.TryReplace("a", "z"u8, version));
        Assert.Equal("y", Read(store, "a"));
        store.Delete("a");
        store.Delete("a");
        Assert.Empty(Paths(store, ""));
    }

    [Fact]
    public void TryReplace_ManyAtOnce_OneIsFirst()
    {
        var store = Store();
        for (var round = 0; round < 5; round++)
        {
            var won = 0;
            Parallel.For(0, 8, i => Interlocked.Add(ref won, store.TryReplace($"claim-{round}", Encoding.UTF8.GetBytes($"{i}"), null) ? 1 : 0));
            Assert.Equal(1, won);
        }
    }

    [Fact]
    public void Take_FromBlobsAndFolders_IsACopy()
    {
        using var folder = new TempFolder();
        var (store, other, files) = (Store(), Store(), new FileStore(folder["files"]));
        Write(store, "from", "content 内容");
        other.Take(store, "from", "deep/to");
        Assert.Equal("content 内容", Read(other, "deep/to"));
        files.Take(store, "from", "down");
        Assert.Equal("content 内容", Read(files, "down"));
        other.Take(files, "down", "up");
        Assert.Equal("content 内容", Read(other, "up"));
        Assert.ThrowsAny<IOException>(() => other.Take(store, "gone", "to"));
        Assert.Null(other.Find("to"));
    }

    [Theory]
    [InlineData("with space")]
    [InlineData("中文/文件 名")]
    [InlineData("quote\"and'")]
    [InlineData("-rf")]
    [InlineData("percent %41 + plus")]
    [InlineData("question? #hash &and=")]
    [InlineData("emoji😀")]
    [InlineData(".hidden/.file")]
    [InlineData("e\u0301 é")]
    public void Store_HostileName_IsAName(string name)
    {
        var store = Store("pre fix/文");
        Write(store, name, name);
        Write(store, "beside", "x");
        Assert.Equal(new[] { "beside", name }.Order(StringComparer.Ordinal), Paths(store, ""));
        Assert.Equal(name, Read(store, name));
        store.Delete(name);
        Assert.Equal(["beside"], Paths(store, ""));
    }

    [Fact]
    public void Store_NoContainer_SaysHowToMakeIt()
    {
        var container = azurite.Container(azurite.Port);
        container.Delete();
        var store = new BlobStore(container, "", TimeProvider.System);
        Assert.Contains("az storage container create", Assert.Throws<DirectoryNotFoundException>(() => store.List("")).Message, StringComparison.Ordinal);
        Assert.Throws<DirectoryNotFoundException>(() => store.Find("a"));
        Assert.Throws<DirectoryNotFoundException>(() => Write(store, "a", "x"));
    }

    private static List<string> Paths(BlobStore store, string prefix) => [.. store.List(prefix).Select(file => file.Path)];

    private static void Write(BlobStore store, string path, string content)
    {
        using var pending = store.Create(path);
        pending.Content.Write(Encoding.UTF8.GetBytes(content));
        pending.Commit();
    }

    private static string Read(IStore store, string path, long offset = 0)
    {
        using var reader = new StreamReader(store.OpenRead(path, offset));
        return reader.ReadToEnd();
    }

    private BlobStore Store(string prefix = "") => new(azurite.Container(azurite.Port), prefix, TimeProvider.System);
}
