using System.Collections.Concurrent;

namespace Ziya.Models.Scoring;

/// <summary>
/// Keeps one graph busy with rows from anywhere in the process, batched by length. Nobody waits forever: each batch holds the row that has waited
/// longest, and of those that wait the nearest to it in length, as many as <paramref name="batchTokens"/> allows with padding.
/// </summary>
/// <param name="graph">The graph; disposed with this.</param>
/// <param name="batchTokens">Most tokens of a call, padding included. Halved where memory runs out.</param>
internal sealed class RowBatcher(IRowGraph graph, int batchTokens) : IDisposable
{
    // A row takes no longer one along of which more than a quarter would be padding; among short ones a call costs more than that.
    private const int PaddingShare = 4;
    private const int ShortRow = 32;

    private readonly BlockingCollection<Row> _arrivals = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Row> _waiting = [];
    private readonly Lock _starting = new();
    private Thread? _thread;
    private long _number;
    private long _tokens;
    private long _computed;

    /// <summary>Most tokens of a call now.</summary>
    public int BatchTokens => batchTokens;

    /// <summary>Tokens computed so far, and with the padding.</summary>
    public (long Tokens, long Computed) Counts => (Interlocked.Read(ref _tokens), Interlocked.Read(ref _computed));

    /// <summary>The numbers of a row. What goes wrong with it alone ends its task alone.</summary>
    public Task<float[]> Submit(int[] ids, int from, CancellationToken cancel, IReadOnlyList<int>? choices = null)
    {
        var row = new Row(ids, from, Interlocked.Increment(ref _number), cancel) { Choices = choices };
        try
        {
            _arrivals.Add(row, _stop.Token);
            Start();
        }
        catch (Exception exception) when (exception is OperationCanceledException or InvalidOperationException or ObjectDisposedException)
        {
            row.Result.TrySetCanceled(cancel);
        }

        return row.Result.Task;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_starting)
        {
            if (_stop.IsCancellationRequested)
            {
                return;
            }

            _stop.Cancel();
            _arrivals.CompleteAdding();
        }

        _thread?.Join();
        End(_arrivals.Concat(_waiting));
        _arrivals.Dispose();
        _stop.Dispose();
        graph.Dispose();
    }

    /// <summary>The next rows to compute, out of those that wait in the order of their length.</summary>
    internal static List<Row> Take(List<Row> waiting, int batchTokens)
    {
        var oldest = 0;
        for (var i = 1; i < waiting.Count; i++)
        {
            oldest = waiting[i].Number < waiting[oldest].Number ? i : oldest;
        }

        var (low, high, length) = (oldest, oldest, waiting[oldest].Ids.Length);
        while (true)
        {
            var down = low > 0 && Fits(low - 1, high) ? length - waiting[low - 1].Ids.Length : int.MaxValue;
            var up = high + 1 < waiting.Count && Fits(low, high + 1) ? waiting[high + 1].Ids.Length - length : int.MaxValue;
            if (down == int.MaxValue && up == int.MaxValue)
            {
                break;
            }

            (low, high) = up <= down ? (low, high + 1) : (low - 1, high);
        }

        var batch = waiting.GetRange(low, high - low + 1);
        waiting.RemoveRange(low, batch.Count);
        return batch;

        bool Fits(int first, int last)
        {
            var longest = waiting[last].Ids.Length;
            return (long)longest * (last - first + 1) <= batchTokens && (longest <= ShortRow || longest - waiting[first].Ids.Length <= longest / PaddingShare);
        }
    }

    private void Start()
    {
        lock (_starting)
        {
            if (_thread is null && !_stop.IsCancellationRequested)
            {
                _thread = new Thread(Work) { IsBackground = true, Name = "scoring" };
                _thread.Start();
            }
        }
    }

    private void Work()
    {
        while (Arrive())
        {
            var batch = Take(_waiting, batchTokens);
            batch.RemoveAll(row => row.Cancel.IsCancellationRequested && row.Result.TrySetCanceled(row.Cancel));
            if (batch.Count > 0)
            {
                Compute(batch);
            }
        }
    }

    /// <summary>Takes what has arrived, and waits where there is nothing else to do. False when it is time to end.</summary>
    private bool Arrive()
    {
        try
        {
            if (_waiting.Count == 0)
            {
                Insert(_arrivals.Take(_stop.Token));
            }

            while (_arrivals.TryTake(out var row))
            {
                Insert(row);
            }

            return !_stop.IsCancellationRequested;
        }
        catch (Exception exception) when (exception is OperationCanceledException or InvalidOperationException)
        {
            return false;
        }
    }

    private void Insert(Row row)
    {
        var at = _waiting.BinarySearch(row, ByLength.Instance);
        _waiting.Insert(~at, row);
    }

    /// <summary>Computes a batch; where that fails, its halves, so that only the row that it is about fails.</summary>
    private void Compute(List<Row> batch)
    {
        try
        {
            var results = graph.Compute(batch);
            Interlocked.Add(ref _tokens, batch.Sum(row => (long)row.Ids.Length));
            Interlocked.Add(ref _computed, (long)batch.Count * batch.Max(row => row.Ids.Length));
            for (var i = 0; i < batch.Count; i++)
            {
                batch[i].Result.TrySetResult(results[i]);
            }
        }
        catch (Exception exception) when (batch.Count > 1)
        {
            if (IsOutOfMemory(exception))
            {
                batchTokens = Math.Max(1, Math.Min(batchTokens, batch.Count * batch.Max(row => row.Ids.Length) / 2));
            }

            var half = batch.Count / 2;
            Compute(batch[..half]);
            Compute(batch[half..]);
        }
        catch (Exception exception)
        {
            batch[0].Result.TrySetException(new InvalidDataException(
                IsOutOfMemory(exception)
                    ? $"there is no memory to compute {batch[0].Ids.Length} tokens at once. A smaller 'window' needs less."
                    : $"the model cannot compute it: {exception.Message}",
                exception));
        }
    }

    private static bool IsOutOfMemory(Exception exception) =>
        exception is OutOfMemoryException || exception.Message.Contains("alloc", StringComparison.OrdinalIgnoreCase);

    private static void End(IEnumerable<Row> rows)
    {
        foreach (var row in rows)
        {
            row.Result.TrySetCanceled();
        }
    }

    private sealed class ByLength : IComparer<Row>
    {
        public static ByLength Instance { get; } = new();

        public int Compare(Row? x, Row? y) => x!.Ids.Length != y!.Ids.Length ? x.Ids.Length.CompareTo(y.Ids.Length) : x.Number.CompareTo(y.Number);
    }
}
