using Ziya.Models.Completions;
using Ziya.Models.Generation;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Storage;

namespace Ziya.Models.Tests.Completions;

public sealed class CompletionCacheTests : IDisposable
{
    private const string Prefix = "completions/echo/";
    private readonly string _folder = Directory.CreateTempSubdirectory("ziya-cache-").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    [Fact]
    public async Task Generate_SameRequestAfterRestart_IsNotAskedAgain()
    {
        var model = new EchoGenerator();
        var expected = new List<Completion>();
        await using (var cache = Open())
        {
            var cached = new CachedGenerator(model, "echo", cache);
            for (var i = 0; i < 100; i++)
            {
                expected.Add(await cached.Generate(Ask(i), default));
            }
        }

        await using (var cache = Open())
        {
            Assert.Equal(100, cache.Count);
            Assert.Equal((200, 300), cache.Tokens);
            var cached = new CachedGenerator(model, "echo", cache);
            for (var i = 0; i < 100; i++)
            {
                Assert.Equal(expected[i], await cached.Generate(Ask(i), default));
            }
        }

        Assert.All(model.Asked.Values, count => Assert.Equal(1, count));
    }

    [Fact]
    public async Task Keep_KilledAtAnyPoint_LosesNothingThatWasKept()
    {
        // Fan-in of 2, so that merges and deletions are among the points.
        for (var lives = 0; ; lives++)
        {
            var folder = Path.Combine(_folder, $"{lives}");
            var store = new MortalStore(new FileStore(folder), lives);
            var kept = new List<int>();
            await using (var cache = new CompletionCache(store, Prefix, 2))
            {
                for (var i = 0; i < 12; i++)
                {
                    try
                    {
                        await cache.Keep(CompletionKey.Of("echo", Ask(i)), new Completion($"答案 {i}", Ending.Stop, "echo"));
                        kept.Add(i);
                    }
                    catch (IOException)
                    {
                    }
                }
            }

            var after = new CompletionCache(new FileStore(folder), Prefix, 2);
            Assert.All(kept, i => Assert.Equal($"答案 {i}", after.Find(CompletionKey.Of("echo", Ask(i)))?.Text));
            await after.DisposeAsync();
            if (!store.IsDead)
            {
                Assert.Equal(12, kept.Count);
                return;
            }
        }
    }

    [Fact]
    public async Task Keep_ManyCompletions_LieInFewFiles()
    {
        await using var cache = Open(4);
        for (var i = 0; i < 300; i++)
        {
            await cache.Keep(CompletionKey.Of("echo", Ask(i)), new Completion($"{i}", Ending.Stop, "echo"));
        }

        await cache.DisposeAsync();
        Assert.All(Enumerable.Range(0, 300), i => Assert.Equal($"{i}", cache.Find(CompletionKey.Of("echo", Ask(i)))!.Text));

        // At most 3 of each of log4(300) = 4.1 levels, and what is being merged.
        Assert.InRange(new FileStore(_folder).List(Prefix).Count(), 1, 20);
    }

    [Fact]
    public async Task Keep_ManyAtOnce_ShareCommits()
    {
        var store = new MortalStore(new FileStore(_folder), int.MaxValue);
        await using var cache = new CompletionCache(store, Prefix);
        await Task.WhenAll(Enumerable.Range(0, 2000).Select(i => cache.Keep(CompletionKey.Of("echo", Ask(i)), new Completion($"{i}", Ending.Stop, "echo"))));
        Assert.InRange(store.Commits, 1, 200);
        Assert.Equal(2000, Open().Count);
    }

    [Fact]
    public async Task Find_MergedByAnotherProcess_IsFoundThere()
    {
        await using var writer = Open(16);
        for (var i = 0; i < 10; i++)
        {
            await writer.Keep(CompletionKey.Of("echo", Ask(i)), new Completion($"{i}", Ending.Stop, "echo"));
        }

        await using (var other = Open(2))
        {
            await other.Keep(CompletionKey.Of("echo", Ask(10)), new Completion("10", Ending.Stop, "echo"));
        }

        Assert.Equal("3", writer.Find(CompletionKey.Of("echo", Ask(3)))?.Text);
        Assert.Equal("10", writer.Find(CompletionKey.Of("echo", Ask(10)))?.Text);
    }

    [Theory]
    [InlineData("truncated")]
    [InlineData("empty")]
    [InlineData("noise")]
    [InlineData("flipped")]
    public async Task Open_DamagedSegment_IsAskedAnew(string how)
    {
        var model = new EchoGenerator();
        await using (var cache = Open())
        {
            await new CachedGenerator(model, "echo", cache).Generate(Ask(1), default);
        }

        var file = Directory.EnumerateFiles(Path.Combine(_folder, Prefix)).Single();
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[^50] ^= 1;
        await File.WriteAllBytesAsync(file, how switch { "truncated" => bytes[..^10], "empty" => [], "noise" => new byte[500], _ => bytes });
        await using var again = Open();
        Assert.Equal("问题 1#0", (await new CachedGenerator(model, "echo", again).Generate(Ask(1), default)).Text);
        Assert.Equal(2, model.Asked["问题 1#0"]);
    }

    [Fact]
    public async Task Generate_SameRequestAtTheSameTime_IsAskedOnce()
    {
        var gate = new TaskCompletionSource();
        var model = new EchoGenerator { Before = (_, _) => gate.Task };
        await using var cache = Open();
        var cached = new CachedGenerator(model, "echo", cache);
        var all = Enumerable.Range(0, 20).Select(_ => cached.Generate(Ask(1), default)).ToList();
        gate.SetResult();
        Assert.All(await Task.WhenAll(all), completion => Assert.Equal("问题 1#0", completion.Text));
        Assert.Equal(1, model.Asked["问题 1#0"]);
    }

    [Fact]
    public async Task Generate_FirstOfTwoCancelled_SecondIsAnswered()
    {
        using var cancel = new CancellationTokenSource();
        var model = new EchoGenerator { Before = (_, token) => token.CanBeCanceled ? Task.Delay(Timeout.Infinite, token) : Task.CompletedTask };
        await using var cache = Open();
        var cached = new CachedGenerator(model, "echo", cache);
        var first = cached.Generate(Ask(1), cancel.Token);
        var second = cached.Generate(Ask(1), default);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal("问题 1#0", (await second).Text);
    }

    [Fact]
    public async Task Generate_Fault_IsAskedAgain()
    {
        var model = new EchoGenerator { Ending = Ending.Fault };
        await using var cache = Open();
        var cached = new CachedGenerator(model, "echo", cache);
        await cached.Generate(Ask(1), default);
        model.Ending = Ending.Filtered;
        await cached.Generate(Ask(1), default);
        await cached.Generate(Ask(1), default);
        Assert.Equal(2, model.Asked["问题 1#0"]);
    }

    [Fact]
    public void Of_AnyDifference_IsAnotherKey()
    {
        var request = Ask(1);
        GenerationRequest[] others =
        [
            request with { Seed = 1 },
            request with { MaxTokens = 5 },
            request with { Stop = ["。"] },
            request with { Sampling = new Sampling() },
            request with { Sampling = new Sampling { TopK = 3 } },
            request with { Messages = [new Message("system", "问题 1")] },
            request with { Messages = [.. request.Messages, new Message("assistant", "")] },
            Ask(2),
        ];
        var keys = others.Select(other => CompletionKey.Of("echo", other)).Append(CompletionKey.Of("echo", request)).Append(CompletionKey.Of("other", request)).ToList();
        Assert.Equal(keys.Count, keys.Distinct().Count());
        Assert.Equal(CompletionKey.Of("echo", request), CompletionKey.Of("echo", Ask(1)));
    }

    private static GenerationRequest Ask(int number) => GenerationRequest.Of($"问题 {number}");

    private CompletionCache Open(int fanIn = 16) => new(new FileStore(_folder), Prefix, fanIn);
}
