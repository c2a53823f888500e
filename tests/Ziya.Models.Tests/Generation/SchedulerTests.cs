using Ziya.Models.Generation;
using Ziya.Models.Tests.Tokenization;
using Ziya.Models.Tokenization;

namespace Ziya.Models.Tests.Generation;

public sealed class SchedulerTests : IDisposable
{
    private const int Context = 1024;
    private const int EndId = 2;
    private static readonly SentencePieceTokenizer Words = TrainedModel.Open();
    private readonly List<HistoryDecoder> _decoders = [];

    public void Dispose() => Assert.All(_decoders, decoder => Assert.True(decoder.IsDisposed));

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 2)]
    [InlineData(8, 16)]
    [InlineData(64, 1000)]
    public async Task Submit_ManyRequests_WritesWhatEachWritesAlone(int batch, int sharedTokens)
    {
        var random = new Random(batch);
        var prefixes = Enumerable.Range(0, 5).Select(_ => Ids(random, random.Next(0, 200))).ToArray();
        var requests = Enumerable.Range(0, 150).Select(i => Request(random, [.. prefixes[random.Next(5)], .. Ids(random, random.Next(1, 30))], i)).ToList();
        requests.AddRange(requests.Take(40).Select(request => request with { Seed = request.Seed + 1000 }));
        using var scheduler = Make(new SchedulerOptions { Batch = batch, SharedTokens = sharedTokens, PrefillTokens = 300 });

        var found = await Task.WhenAll(requests.Select(request => scheduler.Submit(request, default)));

        for (var i = 0; i < requests.Count; i++)
        {
            var (ids, ending) = Alone(requests[i]);
            Assert.Equal(ids, found[i].Ids);
            Assert.Equal(ending, found[i].Ending);
            Assert.Equal(Words.Decode([.. ids]), found[i].Text);
        }

        Assert.Equal(requests.Count, scheduler.Figures.Completed);
    }

    [Fact]
    public async Task Submit_SharedPrefix_IsComputedOnce()
    {
        var random = new Random(1);
        var prefix = Ids(random, 400);
        using var scheduler = Make(new SchedulerOptions { Batch = 8 });

        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => scheduler.Submit(Request(random, [.. prefix, .. Ids(random, 5)], i), default)));

        Assert.InRange(scheduler.Figures.Computed, 900, 100 * 5 + 400 * 3 + 1000);
        Assert.True(scheduler.Figures.Shared >= 95 * 400, $"{scheduler.Figures}");
    }

    [Fact]
    public async Task Submit_SamplesOfOnePrompt_ShareItAndDiffer()
    {
        var random = new Random(2);
        var prompt = Ids(random, 100);
        using var scheduler = Make(new SchedulerOptions { Batch = 4 });

        var found = await Task.WhenAll(Enumerable.Range(0, 8).Select(i =>
            scheduler.Submit(new TokenRequest(prompt, new Sampling { Temperature = 2, TopP = 1 }, 20) { Seed = (ulong)i }, default)));

        Assert.Equal(8, found.Select(completion => completion.Text).Distinct().Count());
        Assert.True(scheduler.Figures.Computed < 300, $"{scheduler.Figures}");
    }

    [Fact]
    public async Task Submit_StopText_EndsBeforeIt()
    {
        var request = new TokenRequest(Ids(new Random(3), 10), new Sampling { Temperature = 0 }, 40);
        using var scheduler = Make(new SchedulerOptions());
        var whole = await scheduler.Submit(request, default);
        var stop = whole.Text[(whole.Text.Length / 2)..][..3];

        var cut = await scheduler.Submit(request with { StopTexts = ["never found", stop] }, default);

        Assert.Equal(Ending.Stop, cut.Ending);
        Assert.Equal(whole.Text[..whole.Text.IndexOf(stop, StringComparison.Ordinal)], cut.Text);
    }

    [Fact]
    public async Task Submit_LogProbabilities_AreThoseOfTheModel()
    {
        var request = new TokenRequest(Ids(new Random(4), 10), new Sampling { Temperature = 0.5, TopP = 0.5 }, 10) { LogProbabilities = true, Banned = [EndId] };
        using var scheduler = Make(new SchedulerOptions());

        var found = await scheduler.Submit(request, default);

        var history = request.Prompt.ToArray().ToList();
        var logits = new float[Words.Size];
        foreach (var (id, logProbability) in found.Ids.Zip(found.LogProbabilities))
        {
            HistoryDecoder.Fill(history, logits);
            Assert.Equal(logits[id] - Math.Log(logits.Sum(logit => Math.Exp(logit))), logProbability, 4);
            history.Add(id);
        }

        Assert.Equal(10, found.LogProbabilities.Count);
    }

    [Fact]
    public async Task Submit_WrongRequest_FailsAlone()
    {
        using var scheduler = Make(new SchedulerOptions { CacheMb = 1 });
        var good = scheduler.Submit(new TokenRequest(Ids(new Random(5), 10), new Sampling(), 5), default);

        Assert.Contains("no tokens", (await scheduler.Submit(new TokenRequest(Array.Empty<int>(), new Sampling(), 5), default)).Fault, StringComparison.Ordinal);
        Assert.Contains("no tokens are asked", (await scheduler.Submit(new TokenRequest(Ids(new Random(5), 3), new Sampling(), 0), default)).Fault, StringComparison.Ordinal);
        Assert.Contains($"context {Context}", (await scheduler.Submit(new TokenRequest(Ids(new Random(5), Context), new Sampling(), 5), default)).Fault, StringComparison.Ordinal);
        Assert.Contains("cache_mb is 1", (await scheduler.Submit(new TokenRequest(Ids(new Random(5), 600), new Sampling(), 5), default)).Fault, StringComparison.Ordinal);
        Assert.Equal(Ending.Length, (await good).Ending == Ending.Stop ? Ending.Length : (await good).Ending);
    }

    [Fact]
    public async Task Submit_LittleMemory_PoolsTakeTurns()
    {
        var random = new Random(6);
        using var scheduler = Make(new SchedulerOptions { CacheMb = 3, Batch = 8 });
        var requests = Enumerable.Range(0, 60).Select(i => Request(random, Ids(random, i % 3 == 0 ? 400 : i % 3 == 1 ? 10 : 800), i)).ToList();

        var found = await Task.WhenAll(requests.Select(request => scheduler.Submit(request, default)));

        Assert.All(requests.Zip(found), pair => Assert.Equal(Alone(pair.First).Ids, pair.Second.Ids));
    }

    [Fact]
    public async Task Submit_OutOfMemoryHalfWay_GoesOnSmallerWithTheSameTexts()
    {
        var random = new Random(7);
        var requests = Enumerable.Range(0, 30).Select(i => Request(random, Ids(random, 20), i)).ToList();
        using var scheduler = Make(new SchedulerOptions { Batch = 8 }, decoder => decoder.Fails = decoder.Slots > 3 ? new InvalidOperationException("Failed to allocate memory") : null);

        var found = await Task.WhenAll(requests.Select(request => scheduler.Submit(request, default)));

        Assert.All(requests.Zip(found), pair => Assert.Equal(Alone(pair.First).Ids, pair.Second.Ids));
        Assert.Equal([9, 5, 3], _decoders.Select(decoder => decoder.Slots));
    }

    [Fact]
    public async Task Submit_ModelFails_ThoseAtWorkFailAndOthersGoOn()
    {
        var random = new Random(8);
        using var scheduler = Make(new SchedulerOptions { Batch = 2 }, decoder => decoder.Fails = new InvalidOperationException("device lost"));

        var found = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => scheduler.Submit(Request(random, Ids(random, 20), i), default)));

        Assert.InRange(found.Count(completion => completion.Fault == "device lost"), 1, 2);
        Assert.InRange(found.Count(completion => completion.Fault is null), 8, 9);
    }

    [Fact]
    public async Task Submit_Cancelled_Ends()
    {
        using var cancel = new CancellationTokenSource();
        using var scheduler = Make(new SchedulerOptions { Batch = 1 });
        var running = Enumerable.Range(0, 5).Select(i => scheduler.Submit(
            new TokenRequest(Ids(new Random(i), 10), new Sampling { Temperature = 1 }, 1000) { Banned = [EndId] }, cancel.Token)).ToList();

        await cancel.CancelAsync();

        Assert.All(await Task.WhenAll(running), completion => Assert.True(completion.Ending is Ending.Cancelled or Ending.Length));
    }

    [Fact]
    public async Task Dispose_WithWork_CancelsIt()
    {
        var scheduler = Make(new SchedulerOptions { Batch = 1 });
        var running = Enumerable.Range(0, 50).Select(i => scheduler.Submit(
            new TokenRequest(Ids(new Random(i), 10), new Sampling { Temperature = 1 }, 1000) { Banned = [EndId] }, default)).ToList();

        scheduler.Dispose();

        Assert.Contains(await Task.WhenAll(running), completion => completion.Ending == Ending.Cancelled);
        Assert.Equal(Ending.Cancelled, (await scheduler.Submit(new TokenRequest(Ids(new Random(1), 10), new Sampling(), 5), default)).Ending);
    }

    private Scheduler Make(SchedulerOptions options, Action<HistoryDecoder>? change = null) => new(
        (slots, positions) =>
        {
            var decoder = new HistoryDecoder(slots, positions, Words.Size);
            change?.Invoke(decoder);
            _decoders.Add(decoder);
            return decoder;
        },
        positions => positions * 1024L, Context, Words, [EndId], [0], options);

    private static TokenRequest Request(Random random, int[] prompt, int number) => new(prompt, new Sampling { Temperature = number % 3 == 0 ? 0 : 1.2, TopP = 0.95, RepetitionPenalty = 1.1 }, random.Next(1, 60))
    {
        Seed = (ulong)number,
    };

    private static int[] Ids(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(3, Words.Size))];

    /// <summary>One request by itself, the obvious way.</summary>
    private static (List<int> Ids, Ending Ending) Alone(TokenRequest request)
    {
        var history = request.Prompt.ToArray().ToList();
        var logits = new float[Words.Size];
        var written = new List<int>();
        while (written.Count < request.MaxTokens)
        {
            HistoryDecoder.Fill(history, logits);
            var id = new Sampler().Choose(logits, request.Sampling, [.. history.Distinct()], [.. written.Distinct()], [0], Sampler.Uniform(request.Seed, written.Count));
            if (id == EndId)
            {
                return (written, Ending.Stop);
            }

            written.Add(id);
            history.Add(id);
        }

        return (written, Ending.Length);
    }
}
