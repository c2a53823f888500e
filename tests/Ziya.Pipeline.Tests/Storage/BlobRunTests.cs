using Microsoft.AspNetCore.Http;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Reading;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Storage;
using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Pipeline.Tests.Storage;

/// <summary>Whole jobs over blobs, through a proxy that spoils requests: the bytes are those of a quiet run on the disk.</summary>
public sealed class BlobRunTests(Azurite azurite) : IClassFixture<Azurite>
{
    private const string Steps = "append: { word: '。' }, unique, drop_with: { word: bad }";

    [Fact]
    public async Task Execute_RunFolderInBlobs_IsThatOnTheDisk()
    {
        using var folder = Folder();
        await using var proxy = await StorageProxy.Start(azurite.Port, (_, _) => StorageFault.None);
        AssertSameBytes(folder, proxy, 2);
        Assert.True(proxy.Requests > 20);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Execute_FaultsAtRandom_EndsInTheSameBytes(int seed)
    {
        // What a seed spoils does not depend on the order in which threads ask.
        StorageFault Fault(int at, HttpRequest request) => new Random((100_003 * seed) + at).Next(40) switch
        {
            0 or 1 => StorageFault.Busy,
            2 => StorageFault.Throttled,
            3 or 4 => StorageFault.Reset,
            5 or 6 => StorageFault.AnswerLost,
            7 or 8 => StorageFault.Truncated,
            _ => StorageFault.None,
        };

        using var folder = Folder();
        await using var proxy = await StorageProxy.Start(azurite.Port, Fault);
        AssertSameBytes(folder, proxy, 2);
    }

    [Fact]
    public async Task TryReplace_AnswerIsLost_IsOursAllTheSame()
    {
        var lost = 0;
        await using var proxy = await StorageProxy.Start(azurite.Port, (_, request) => request.Method == "PUT" && lost++ == 0 ? StorageFault.AnswerLost : StorageFault.None);
        var store = new BlobStore(azurite.Container(proxy.Port), "", new TestRun.FastTime());
        Assert.True(store.TryReplace("claim", "mine"u8, null));
        Assert.False(store.TryReplace("claim", "yours"u8, null));
        Assert.True(lost > 1);
    }

    [Fact]
    public async Task Ask_StoreIsAwayForLong_FailsAsOneThatMayComeBack()
    {
        await using var proxy = await StorageProxy.Start(azurite.Port, (_, _) => StorageFault.Busy);
        var store = new BlobStore(azurite.Container(proxy.Port), "", new TestRun.FastTime());
        var fault = Assert.Throws<StoreAwayException>(() => store.Find("a"));
        Assert.True(Pipeline.Execution.Transient.Is(fault));
        Assert.Contains("503", fault.Message, StringComparison.Ordinal);
        Assert.True(proxy.Requests >= 24, $"{proxy.Requests} requests");
    }

    [Fact]
    public void Job_AddressesOfBlobs_AreRead()
    {
        // The account of addresses is told by the environment.
        using var folder = Folder();
        var container = azurite.Container(azurite.Port);
        Environment.SetEnvironmentVariable("AZURE_STORAGE_CONNECTION_STRING", Azurite.ConnectionString(azurite.Port));
        var store = new BlobStore(container, "in", TimeProvider.System);
        foreach (var file in new FileStore(folder["in"]).List(""))
        {
            store.Take(new FileStore(folder["in"]), file.Path, file.Path);
        }

        var yaml = $$"""
            job: test
            input: { read: "azblob://{{container.Name}}/in/*.jsonl" }
            steps: [{{Steps}}]
            output: { write: "azblob://{{container.Name}}/out/{source}" }
            """;
        var job = JobFile.Parse(yaml, "test.yaml", [], TestRun.Catalog);
        TestRun.Execute(job, $"azblob://{container.Name}/runs/one");
        var local = TestRun.Job(folder, Steps, "out/{source}");
        TestRun.Execute(local, folder["run"]);
        var blobs = new BlobStore(container, "out", TimeProvider.System);
        var files = new FileStore(folder["out"]);
        Assert.Equal(files.List("").Select(file => file.Path), blobs.List("").Select(file => file.Path));
        foreach (var path in files.List("").Select(file => file.Path).Where(path => path.EndsWith(".jsonl.gz", StringComparison.Ordinal)))
        {
            Assert.Equal(Bytes(files, path), Bytes(blobs, path));
        }

        Assert.Equal(9, Report.Of(RunFolder.At($"azblob://{container.Name}/runs/one")).Records.Read);
        var missing = Assert.Throws<JobFaultException>(() => JobFile.Parse(yaml.Replace("in/*.jsonl", "none/*.jsonl", StringComparison.Ordinal), "test.yaml", [], TestRun.Catalog));
        Assert.Contains("no blob matches", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RunSweep_RunsInBlobs_DeletesWhatRunsWriteThere()
    {
        using var folder = Folder();
        var container = azurite.Container(azurite.Port);
        Environment.SetEnvironmentVariable("AZURE_STORAGE_CONNECTION_STRING", Azurite.ConnectionString(azurite.Port));
        foreach (var name in new[] { "one", "two" })
        {
            TestRun.Execute(TestRun.Job(folder, Steps), new BlobStore(container, $"runs/{name}", TimeProvider.System));
        }

        var all = new BlobStore(container, "", TimeProvider.System);
        all.Write("runs/one/notes.txt", "mine"u8);
        all.Write("runs/nothing/plan.txt", "no run"u8);
        using var held = Claim.Take(new BlobStore(container, "runs/two", TimeProvider.System), TimeProvider.System);
        var sweep = new RunSweep($"azblob://{container.Name}/runs", new Retention { KeepLast = 0, Keep = TimeSpan.Zero }, TimeProvider.System);
        var found = sweep.Find(new HashSet<string>());
        Assert.Equal(["one", "two"], found.Select(run => run.Name).Order());
        Assert.Null(sweep.Delete(found.Single(run => run.Kept is null)));
        Assert.Equal(["runs/nothing/plan.txt", "runs/one/notes.txt"], all.List("runs/").Select(file => file.Path).Where(path => !path.StartsWith("runs/two/", StringComparison.Ordinal)));
        Assert.NotNull(all.Find("runs/two/plan.json"));
    }

    [Fact]
    public void InputOpener_FormatThatNeedsAFile_HasACopyThatGoesWithIt()
    {
        var container = azurite.Container(azurite.Port);
        Environment.SetEnvironmentVariable("AZURE_STORAGE_CONNECTION_STRING", Azurite.ConnectionString(azurite.Port));
        var store = new BlobStore(container, "", TimeProvider.System);
        using (var pending = store.Create("a.parquet"))
        {
            pending.Content.Write("PAR1"u8);
            pending.Commit();
        }

        string copy;
        using (var input = InputOpener.Open(new Slice($"azblob://{container.Name}/a.parquet", "a.parquet", "parquet", 0, 4, 4, ""), new Parquet(), TextEncoding.Auto, 1000).Content)
        {
            copy = Assert.IsType<FileStream>(input).Name;
            Assert.Equal("PAR1", File.ReadAllText(copy));
        }

        Assert.False(File.Exists(copy));
    }

    [Theory]
    [InlineData("a.jsonl", 0)]
    [InlineData("a.jsonl.gz", 0)]
    [InlineData("a.jsonl", 1000)]
    public async Task InputOpener_Slice_IsAskedForOnce(string name, long from)
    {
        // Two megabytes, of which the first is looked at for its encoding; ranges grow to eight.
        var text = System.Text.Encoding.UTF8.GetBytes(TestTexts.Lines(20_000, 1));
        var direct = azurite.Container(azurite.Port);
        var store = new BlobStore(direct, "", TimeProvider.System);
        using (var pending = store.Create(name))
        {
            using (var packed = Compressions.Pack(pending.Content, Compressions.OfName(name)))
            {
                packed.Write(text);
            }

            pending.Commit();
        }

        await using var proxy = await StorageProxy.Start(azurite.Port, (_, _) => StorageFault.None);
        var container = new Azure.Storage.Blobs.BlobServiceClient(Azurite.ConnectionString(proxy.Port)).GetBlobContainerClient(direct.Name);
        var blobs = new BlobStore(container, "", TimeProvider.System);
        var bytes = blobs.Find(name)!.Bytes;
        var before = proxy.Requests;
        using (var input = InputOpener.Open((blobs, name), new Slice(name, name, "jsonl", from, bytes, bytes, ""), new JsonLines(), TextEncoding.Auto, 1 << 20).Content)
        {
            using var read = new MemoryStream();
            input.CopyTo(read, 1 << 16);
            Assert.Equal(from == 0 ? text : text[((int)from - 1)..], read.ToArray());
        }

        // One asks whether it is there, the others for 64 kB, 128 kB, and so on.
        var ranges = (int)Math.Ceiling(Math.Log2(((double)bytes / (64 << 10)) + 1));
        Assert.True(proxy.Requests - before <= 1 + ranges, $"{proxy.Requests - before} requests, {ranges} ranges");
    }

    private void AssertSameBytes(TempFolder folder, StorageProxy proxy, int workers)
    {
        var job = TestRun.Job(folder, Steps);
        var files = new FileStore(folder["quiet"]);
        TestRun.Execute(job, files, workers);
        var blobs = new BlobStore(azurite.Container(proxy.Port), "runs/a", new TestRun.FastTime());
        TestRun.Execute(job, blobs, workers);
        // Who wrote it, when, and what was tried again is another story each time.
        static bool IsComparable(string path) => path != "claim.json" && !path.StartsWith("log/", StringComparison.Ordinal) && !path.StartsWith("workers/", StringComparison.Ordinal) && !path.EndsWith(".failed.json", StringComparison.Ordinal);
        var paths = files.List("").Select(file => file.Path).Where(IsComparable).ToList();
        Assert.Equal(paths, blobs.List("").Select(file => file.Path).Where(IsComparable));
        foreach (var path in paths.Where(path => !path.EndsWith(".done.json", StringComparison.Ordinal) && !path.StartsWith("report.", StringComparison.Ordinal)))
        {
            Assert.Equal(Bytes(files, path), Bytes(blobs, path));
        }
    }

    private static string Bytes(IStore store, string path)
    {
        using var stream = store.OpenRead(path);
        return Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(stream));
    }

    private static TempFolder Folder()
    {
        var folder = new TempFolder();
        folder.Write("in/a.jsonl", string.Concat(Enumerable.Range(0, 5).Select(i => $$"""{"id":"a{{i}}","text":"雨停了 {{i % 3}} 我们走吧"}""" + "\n")));
        folder.Write("in/b.jsonl", string.Concat(Enumerable.Range(0, 4).Select(i => $$"""{"id":"b{{i}}","text":"the rain has stopped {{i}} {{(i == 2 ? "bad" : "good")}}"}""" + "\n")));
        return folder;
    }
}
