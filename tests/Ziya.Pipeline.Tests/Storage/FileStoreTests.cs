using System.Text;
using Ziya.Pipeline.Storage;
using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Pipeline.Tests.Storage;

/// <summary>What the pipeline relies on in a store.</summary>
public sealed class FileStoreTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly FileStore _store;

    public FileStoreTests() => _store = new FileStore(_folder["store"]);

    [Fact]
    public void List_Prefix_IsOfThePathAndNotOfAFolder()
    {
        foreach (var path in new[] { "phases/01-a/part", "phases/01-b/part", "phases/1/x", "phases-old/x", "a", "phases/01" })
        {
            Write(path, path);
        }

        Assert.Equal(["a", "phases-old/x", "phases/01", "phases/01-a/part", "phases/01-b/part", "phases/1/x"], Paths(""));
        Assert.Equal(["phases/01", "phases/01-a/part", "phases/01-b/part"], Paths("phases/01"));
        Assert.Equal(["phases/01-a/part"], Paths("phases/01-a/"));
        Assert.Empty(Paths("phases/2"));
        Assert.Empty(Paths("nowhere/at/all"));
        Assert.Empty(new FileStore(_folder["never made"]).List(""));
        Assert.All(_store.List(""), file => Assert.Equal(file, _store.Find(file.Path)));
        Assert.All(_store.List(""), file => Assert.Equal(file.Path.Length, file.Bytes));
    }

    [Fact]
    public void End_BeforeCommit_AppearsWholeAndNotBefore()
    {
        using (var dropped = _store.Create("b"))
        {
            dropped.Content.Write("灯塔"u8);
            dropped.End();
        }

        using var pending = _store.Create("a");
        pending.Content.Write("灯塔"u8);
        pending.End();
        pending.End();
        Assert.Empty(Paths(""));
        pending.Commit();

        Assert.Equal("灯塔", File.ReadAllText(_folder["store/a"]));
        Assert.Equal("a", Assert.Single(Directory.EnumerateFiles(_folder["store"]).Select(Path.GetFileName)));
    }

    [Fact]
    public void Find_FolderOrNothing_IsNull()
    {
        Write("a/b", "x");
        Assert.Null(_store.Find("a"));
        Assert.Null(_store.Find("a/c"));
        Assert.NotNull(_store.Find("a/b"));
    }

    [Fact]
    public void OpenRead_FromAnOffset_BeginsThere()
    {
        Write("a", "0123灯塔");
        Assert.Equal("灯塔", Read("a", 4));
        Assert.Equal("", Read("a", 10));
        Assert.Equal("", Read("a", 11));
        Assert.Throws<FileNotFoundException>(() => _store.OpenRead("b"));
        Assert.Throws<DirectoryNotFoundException>(() => _store.OpenRead("c/b"));
    }

    [Fact]
    public void Create_UntilCommitted_IsNotSeen()
    {
        using (var pending = _store.Create("deep/er/a"))
        {
            pending.Content.Write(new byte[100_000]);
            pending.Content.Flush();
            Assert.Empty(_store.List(""));
            Assert.Null(_store.Find("deep/er/a"));
            pending.Commit();
            Assert.Equal(100_000, Assert.Single(_store.List("")).Bytes);
        }

        Assert.Equal(100_000, _store.Find("deep/er/a")!.Bytes);
    }

    [Fact]
    public void Create_NotCommitted_LeavesTheOldFileAndNothingElse()
    {
        Write("a", "old");
        using (var pending = _store.Create("a"))
        {
            pending.Content.Write("new and longer"u8);
        }

        Assert.Equal("old", Read("a"));
        Assert.Equal([_folder["store/a"]], Directory.GetFileSystemEntries(_folder["store"]));
    }

    [Fact]
    public void Create_WriterBeforeWasKilled_LeavesNothingOfIt()
    {
        _folder.Write($"store/a{FileStore.Aside}", "half of it");
        Write("a", "whole");
        Assert.Equal([_folder["store/a"]], Directory.GetFileSystemEntries(_folder["store"]));
    }

    [Fact]
    public void Create_TheSameFileByTwoProcesses_IsWhole()
    {
        var shared = new FileStore(_folder["store"], true);
        using var first = shared.Create("a");
        using var second = shared.Create("a");
        first.Content.Write("whole"u8);
        second.Content.Write("whole"u8);
        second.Commit();
        first.Commit();
        Assert.Equal("whole", Read("a"));
        Assert.Equal([_folder["store/a"]], Directory.GetFileSystemEntries(_folder["store"]));
    }

    [Fact]
    public void Create_OverAFileBeingRead_ReplacesItWhole()
    {
        Write("a", "old 旧");
        using var reader = _store.OpenRead("a");
        Write("a", "new");
        Assert.Equal("old 旧", new StreamReader(reader).ReadToEnd());
        Assert.Equal("new", Read("a"));
    }

    [Fact]
    public void TryReplace_OtherVersion_IsRefused()
    {
        Assert.False(_store.TryReplace("a", "x"u8, "1"));
        Assert.True(_store.TryReplace("a", "x"u8, null));
        Assert.False(_store.TryReplace("a", "y"u8, null));
        var version = _store.Find("a")!.Version;
        File.SetLastWriteTimeUtc(_folder["store/a"], new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Assert.False(_store.TryReplace("a", "y"u8, version));
        Assert.Equal("x", Read("a"));
        Assert.True(_store.TryReplace("a", "y"u8, _store.Find("a")!.Version));
        Assert.Equal("y", Read("a"));
        Assert.Equal(["a"], Paths(""));
    }

    [Fact]
    public void TryReplace_ManyAtOnce_OneIsFirst()
    {
        for (var round = 0; round < 20; round++)
        {
            var path = $"claim-{round}";
            var won = 0;
            var threads = Enumerable.Range(0, 8).Select(i => new Thread(() =>
            {
                if (_store.TryReplace(path, Encoding.UTF8.GetBytes($"{i}"), null))
                {
                    Interlocked.Increment(ref won);
                }
            })).ToList();
            threads.ForEach(thread => thread.Start());
            threads.ForEach(thread => thread.Join());
            Assert.Equal(1, won);
        }
    }

    [Fact]
    public void Delete_LastFileOfAFolder_TakesTheFolderAlong()
    {
        Write("a/b/c", "x");
        Write("a/d", "x");
        _store.Delete("a/b/c");
        Assert.False(Directory.Exists(_folder["store/a/b"]));
        Assert.Equal(["a/d"], Paths(""));
        _store.Delete("a/d");
        _store.Delete("a/d");
        _store.Delete("nowhere/at all");
        Assert.True(Directory.Exists(_folder["store"]));
        Assert.Empty(Directory.GetFileSystemEntries(_folder["store"]));
    }

    [Fact]
    public void Delete_WhileOthersListAndWrite_DisturbsNobody()
    {
        Exception? fault = null;
        var writers = Enumerable.Range(0, 3).Select(number => new Thread(() =>
        {
            for (var i = 0; i < 200; i++)
            {
                fault ??= Xunit.Record.Exception(() =>
                {
                    _store.Write($"workers/{number}.json", [1]);
                    _store.Delete($"workers/{number}.json");
                });
            }
        })).ToList();
        var lister = new Thread(() =>
        {
            for (var i = 0; i < 200; i++)
            {
                fault ??= Xunit.Record.Exception(() => _store.List("").ToList());
            }
        });
        writers.ForEach(writer => writer.Start());
        lister.Start();
        writers.ForEach(writer => writer.Join());
        lister.Join();

        Assert.Null(fault);
        Assert.Empty(_store.List(""));
    }

    [Fact]
    public void Take_AnotherStoresFile_IsACopyOfItsOwn()
    {
        var other = new FileStore(_folder["other"]);
        Write("from", "content 内容");
        other.Take(_store, "from", "deep/to");
        other.Take(_store, "from", "deep/to");
        Assert.Equal(["deep/to"], other.List("").Select(file => file.Path));
        Write("from", "changed");
        using var reader = new StreamReader(other.OpenRead("deep/to"));
        Assert.Equal("content 内容", reader.ReadToEnd());
        _store.Delete("from");
        Assert.NotNull(other.Find("deep/to"));
        Assert.ThrowsAny<IOException>(() => other.Take(_store, "gone", "to"));
        Assert.Null(other.Find("to"));
        Assert.DoesNotContain(Directory.EnumerateFiles(_folder["other"], "*", SearchOption.AllDirectories), path => path.EndsWith(FileStore.Aside, StringComparison.Ordinal));
    }

    [Fact]
    public void Sweep_WhatWritersLeft_IsRemovedAndNothingElse()
    {
        Write("a", "x");
        _folder.Write($"store/b/half{FileStore.Aside}", "half");
        Assert.Equal(["a"], Paths(""));
        _store.Sweep();
        Assert.False(File.Exists(_folder[$"store/b/half{FileStore.Aside}"]));
        Assert.Equal("x", Read("a"));
        new FileStore(_folder["never made"]).Sweep();
        Assert.False(Directory.Exists(_folder["never made"]));
    }

    [Theory]
    [InlineData("with space")]
    [InlineData("中文/文件 名")]
    [InlineData("quote\"and'")]
    [InlineData("new\nline")]
    [InlineData("-rf")]
    [InlineData("~")]
    [InlineData("$HOME")]
    [InlineData("back\\slash")]
    [InlineData("*?[a]")]
    [InlineData("emoji😀")]
    [InlineData(".hidden/.file")]
    [InlineData("e\u0301 é")]
    public void Store_HostileName_IsAName(string name)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such names.");
        Write(name, name);
        Write("beside", "x");
        Assert.Equal(new[] { "beside", name }.Order(StringComparer.Ordinal), Paths(""));
        Assert.Equal(name, Read(name));
        var other = new FileStore(_folder["other"]);
        other.Take(_store, name, name);
        Assert.Equal([name], other.List(name[..1]).Select(file => file.Path));
        _store.Delete(name);
        Assert.Equal(["beside"], Paths(""));
    }

    [Fact]
    public void List_LinksThatLoop_EndsAndShowsWhatIsBehindOthers()
    {
        Write("a/x", "1");
        _folder.Write("elsewhere/y", "22");
        Directory.CreateSymbolicLink(_folder["store/a/up"], "..");
        Directory.CreateSymbolicLink(_folder["store/a/self"], _folder["store/a/self"]);
        Directory.CreateSymbolicLink(_folder["store/linked"], _folder["elsewhere"]);
        Directory.CreateSymbolicLink(_folder["elsewhere/back"], _folder["store"]);
        File.CreateSymbolicLink(_folder["store/file"], _folder["elsewhere/y"]);
        var paths = Paths("");
        Assert.Contains("a/x", paths);
        Assert.Contains("linked/y", paths);
        Assert.Equal(paths.Distinct(), paths);
        Assert.InRange(paths.Count, 3, 8);
        Assert.Equal(2, _store.Find("file")!.Bytes);
    }

    [Fact]
    public void Create_BelowAFile_Throws()
    {
        Write("a", "x");
        Assert.ThrowsAny<IOException>(() => _store.Create("a/b"));
        Assert.Equal("x", Read("a"));
    }

    public void Dispose() => _folder.Dispose();

    private List<string> Paths(string prefix) => [.. _store.List(prefix).Select(file => file.Path)];

    private void Write(string path, string content)
    {
        using var pending = _store.Create(path);
        pending.Content.Write(Encoding.UTF8.GetBytes(content));
        pending.Commit();
    }

    private string Read(string path, long offset = 0)
    {
        using var reader = new StreamReader(_store.OpenRead(path, offset));
        return reader.ReadToEnd();
    }
}
