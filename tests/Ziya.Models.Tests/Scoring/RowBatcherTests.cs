using Ziya.Models.Scoring;

namespace Ziya.Models.Tests.Scoring;

public sealed class RowBatcherTests
{
    [Fact]
    public async Task Submit_FromManyThreads_EachGetsItsOwn()
    {
        using var batcher = new RowBatcher(new SumGraph(int.MaxValue), 200);
        var random = new Random(1);
        int[][] rows = [.. Enumerable.Range(0, 2000).Select(_ => Enumerable.Range(0, random.Next(1, 60)).Select(_ => random.Next(50)).ToArray())];

        var sums = new float[rows.Length];
        await Parallel.ForAsync(0, rows.Length, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, cancel) => sums[i] = (await batcher.Submit(rows[i], 0, cancel))[0]);

        Assert.Equal(rows.Select(row => (float)row.Sum()), sums);
        Assert.Equal(rows.Sum(row => row.Length), batcher.Counts.Tokens);
    }

    [Fact]
    public void Take_RandomRows_NoneWaitsForeverLittleIsPaddingAndTheBoundHolds()
    {
        var random = new Random(2);
        for (var round = 0; round < 200; round++)
        {
            var waiting = Enumerable.Range(0, random.Next(1, 100)).Select(i => NewRow(random.Next(1, 400), i)).OrderBy(row => row.Ids.Length).ThenBy(row => row.Number).ToList();
            var all = waiting.ToHashSet();
            var tokens = random.Next(1, 2000);
            while (waiting.Count > 0)
            {
                var oldest = waiting.MinBy(row => row.Number)!;
                var batch = RowBatcher.Take(waiting, tokens);
                var longest = batch.Max(row => row.Ids.Length);
                Assert.Contains(oldest, batch);
                Assert.True(batch.Count == 1 || longest * batch.Count <= tokens);
                Assert.All(batch, row => Assert.True(longest <= 32 || row.Ids.Length * 4 >= longest * 3, $"{row.Ids.Length} of {longest}"));
                Assert.All(batch, row => Assert.True(all.Remove(row)));
            }

            Assert.Empty(all);
        }
    }

    [Fact]
    public async Task Submit_MemoryRunsOut_SmallerBatchesFromThenOn()
    {
        var graph = new SumGraph(40);
        using var batcher = new RowBatcher(graph, 320);
        graph.Open.Reset();
        var tasks = Enumerable.Range(0, 64).Select(i => batcher.Submit([i, .. new int[9]], 0, default)).ToArray();
        var large = batcher.Submit(new int[41], 0, default);
        graph.Open.Set();

        Assert.Equal(Enumerable.Range(0, 64).Select(i => (float)i), (await Task.WhenAll(tasks)).Select(numbers => numbers[0]));
        Assert.Contains("memory to compute 41 tokens", (await Assert.ThrowsAsync<InvalidDataException>(() => large)).Message, StringComparison.Ordinal);
        Assert.InRange(batcher.BatchTokens, 20, 40);
        graph.Calls.Clear();
        await Task.WhenAll(Enumerable.Range(0, 64).Select(i => batcher.Submit([i, .. new int[9]], 0, default)));
        Assert.All(graph.Calls, lengths => Assert.InRange(lengths.Sum(), 10, 40));
    }

    [Fact]
    public async Task Submit_OneRowFails_OnlyItDoes()
    {
        var graph = new SumGraph(int.MaxValue);
        using var batcher = new RowBatcher(graph, 1000);
        graph.Open.Reset();
        var tasks = Enumerable.Range(90, 20).Select(i => batcher.Submit([i], 0, default)).ToArray();
        graph.Open.Set();
        foreach (var (i, task) in tasks.Index().Where(pair => pair.Index != 9))
        {
            Assert.Equal(90 + i, (await task)[0]);
        }

        Assert.Contains("id 99", (await Assert.ThrowsAsync<InvalidDataException>(() => tasks[9])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Submit_CancelledWhileItWaits_IsNotComputed()
    {
        var graph = new SumGraph(int.MaxValue);
        using var batcher = new RowBatcher(graph, 1);
        using var stop = new CancellationTokenSource();
        graph.Open.Reset();
        var first = batcher.Submit([1], 0, default);
        var given = batcher.Submit([1, 2], 0, stop.Token);
        var last = batcher.Submit([1, 2, 3], 0, default);
        await stop.CancelAsync();
        graph.Open.Set();

        Assert.Equal(6, (await last)[0]);
        Assert.Equal(1, (await first)[0]);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        Assert.DoesNotContain(graph.Calls, lengths => lengths.Contains(2));
    }

    [Fact]
    public async Task Dispose_RowsWaiting_EndsThemAndLaterOnes()
    {
        var graph = new SumGraph(int.MaxValue);
        var batcher = new RowBatcher(graph, 1);
        graph.Open.Reset();
        var tasks = Enumerable.Range(1, 5).Select(i => batcher.Submit(new int[i], 0, default)).ToArray();
        var ending = Task.Run(batcher.Dispose, TestContext.Current.CancellationToken);
        await Task.Delay(20, TestContext.Current.CancellationToken);
        graph.Open.Set();
        await ending;

        Assert.True(graph.IsDisposed);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => tasks[4]);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => batcher.Submit([1], 0, default));
    }

    private static Row NewRow(int length, long number) => new(new int[length], 0, number, default);
}
