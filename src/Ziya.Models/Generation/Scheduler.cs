using System.Collections.Concurrent;
using Ziya.Models.Tokenization;

namespace Ziya.Models.Generation;

/// <summary>
/// Keeps one model busy with requests from anywhere in the process: continuous batching over slots (Yu et al. 2022, "Orca"), prompts in an
/// order in which shared prefixes are computed once, pools of slots by length. What is written for a request depends on the request alone.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>Pools have as many positions as memory allows for a whole batch, so that all can be computed together; what may come to need more goes to a pool of twice, four times, ... as many, up to the context.</item>
/// <item>A pool begins waiting requests while it has slots (<see cref="SlotPool"/>), then computes a token for all at work, and so on.</item>
/// <item>A pool is made when first needed. Where memory for keys and values is short, one that has nothing to do makes room.</item>
/// </list>
/// </remarks>
public sealed class Scheduler : IDisposable
{
    private const int LeastPositions = 256;

    private readonly Func<int, int, IDecoder> _make;
    private readonly Func<int, long> _slotBytes;
    private readonly int _context;
    private readonly int _usual;
    private readonly Tokenizer _tokenizer;
    private readonly int[] _endIds;
    private readonly int[] _banned;
    private readonly SchedulerOptions _options;
    private readonly BlockingCollection<Sequence> _arrivals = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Sequence> _homeless = [];
    private readonly SortedDictionary<int, SlotPool> _pools = [];
    private readonly PoolCounts _gone = new();
    private readonly Thread _thread;
    private int _asked;
    private volatile SchedulerFigures _figures = new(0, 0, 0, 0, 0, 0, 0);

    /// <param name="make">Makes a decoder of so many slots and positions.</param>
    /// <param name="slotBytes">Bytes of a slot of so many positions.</param>
    /// <param name="context">Most positions of the model.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="endIds">Ids that end every text.</param>
    /// <param name="banned">Ids that are never written, such as the rows of an embedding beyond the vocabulary.</param>
    /// <param name="options">How the model is used.</param>
    internal Scheduler(
        Func<int, int, IDecoder> make, Func<int, long> slotBytes, int context, Tokenizer tokenizer, IEnumerable<int> endIds, IEnumerable<int> banned, SchedulerOptions options)
    {
        _make = make;
        _slotBytes = slotBytes;
        _context = context;
        _tokenizer = tokenizer;
        _endIds = [.. endIds];
        _banned = [.. banned];
        _options = options;
        _usual = Usual();
        _thread = new Thread(Work) { IsBackground = true, Name = "scheduler" };
        _thread.Start();
    }

    /// <summary>What was done so far.</summary>
    public SchedulerFigures Figures => _figures;

    /// <summary>Requests that wait for a slot.</summary>
    public int Waiting => Math.Max(0, Volatile.Read(ref _asked) - _figures.Busy);

    /// <summary>Hands in a request. The task ends with its completion, whatever happens; it does not throw for what concerns the request.</summary>
    public Task<TokenCompletion> Submit(TokenRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        var sequence = new Sequence(request, _tokenizer, _endIds, cancel);
        if (Fault(request) is { } fault)
        {
            sequence.End(Ending.Fault, fault);
            return sequence.Result;
        }

        Interlocked.Increment(ref _asked);
        sequence.Result.ContinueWith(_ => Interlocked.Decrement(ref _asked), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        try
        {
            _arrivals.Add(sequence, _stop.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or InvalidOperationException or ObjectDisposedException)
        {
            sequence.End(Ending.Cancelled);
        }

        return sequence.Result;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_stop.IsCancellationRequested)
        {
            return;
        }

        _stop.Cancel();
        _arrivals.CompleteAdding();
        _thread.Join();
        _arrivals.Dispose();
        _stop.Dispose();
    }

    private string? Fault(TokenRequest request) =>
        request.Prompt.Length == 0 ? "the prompt has no tokens."
        : request.MaxTokens < 1 ? "no tokens are asked for."
        : request.Prompt.Length >= _context ? $"the prompt has {request.Prompt.Length} tokens, the model's context {_context}. Shorten it, or use a model with a longer context."
        : null;

    private void Work()
    {
        try
        {
            while (TakeArrivals())
            {
                House();
                foreach (var pool in _pools.Values.Where(pool => !pool.IsIdle))
                {
                    pool.Step();
                }

                _figures = Sum();
            }

            EndAll(Ending.Cancelled, null);
        }
        catch (Exception exception)
        {
            // Nobody may wait forever for a thread that is gone.
            _arrivals.CompleteAdding();
            EndAll(Ending.Fault, exception.Message);
        }
        finally
        {
            foreach (var pool in _pools.Values)
            {
                pool.Dispose();
            }
        }
    }

    /// <summary>Takes what has arrived, and waits where there is nothing else to do. False when it is time to end.</summary>
    private bool TakeArrivals()
    {
        try
        {
            if (_homeless.Count == 0 && _pools.Values.All(pool => pool.IsIdle))
            {
                _homeless.Add(_arrivals.Take(_stop.Token));
            }

            while (_arrivals.TryTake(out var next))
            {
                _homeless.Add(next);
            }

            return !_stop.IsCancellationRequested;
        }
        catch (Exception exception) when (exception is OperationCanceledException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Brings requests to pools; those whose pool has no room yet stay.</summary>
    private void House()
    {
        for (var at = 0; at < _homeless.Count; at++)
        {
            var sequence = _homeless[at];
            var positions = Math.Min(_context, (int)Math.Max(_usual, System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Min(sequence.Needs, _context))));
            if (!_pools.TryGetValue(positions, out var pool))
            {
                pool = Open(positions, out var fault);
                if (fault is not null)
                {
                    sequence.End(Ending.Fault, fault);
                }
                else if (pool is null)
                {
                    continue;
                }
            }

            pool?.Add(sequence);
            _homeless[at] = null!;
        }

        _homeless.RemoveAll(sequence => sequence is null);
    }

    /// <summary>A new pool; null where others have to end first.</summary>
    private SlotPool? Open(int positions, out string? fault)
    {
        fault = null;
        var slot = _slotBytes(positions);
        var budget = (long)_options.CacheMb << 20;
        if (2 * slot > budget)
        {
            fault = $"a sequence of {positions} positions needs {(2 * slot) >> 20} MB for keys and values with its prefix; cache_mb is {_options.CacheMb}.";
            return null;
        }

        // Half of what is left, so that other lengths find room; all of it where there is no other length or half is too little.
        var slots = Slots(slot, (budget - Used()) / (_usual >= _context ? 1 : 2));
        slots = slots >= 1 ? slots : Slots(slot, budget - Used());
        while (slots < 1 && _pools.Values.FirstOrDefault(pool => pool.IsIdle) is { } idle)
        {
            Close(idle);
            slots = Slots(slot, budget - Used());
        }

        if (slots < 1)
        {
            return null;
        }

        try
        {
            var pool = new SlotPool(_make, slots, positions, _banned, _options);
            _pools.Add(positions, pool);
            return pool;
        }
        catch (OutOfMemoryException)
        {
            fault = $"there is no memory for a sequence of {positions} positions.";
            return null;
        }
    }

    /// <summary>Positions of the first pool: the whole context if a batch of it fits, otherwise the most of which a batch fits into half of the memory.</summary>
    private int Usual()
    {
        var budget = (long)_options.CacheMb << 20;
        long Batch(int positions) => (_options.Batch + 1) * _slotBytes(positions);
        var positions = LeastPositions;
        while (2 * positions < _context && Batch(2 * positions) <= budget / 2)
        {
            positions *= 2;
        }

        return positions >= _context || Batch(_context) <= budget ? _context : positions;
    }

    /// <summary>Slots that fit, one more for the prefix set aside.</summary>
    private int Slots(long slot, long bytes) => (int)Math.Min(_options.Batch, (bytes / slot) - 1);

    private long Used() => _pools.Values.Sum(pool => pool.Slots * _slotBytes(pool.Positions));

    private void Close(SlotPool pool)
    {
        _pools.Remove(pool.Positions);
        _gone.Add(pool.Counts);
        pool.Dispose();
    }

    private void EndAll(Ending ending, string? fault)
    {
        while (_arrivals.TryTake(out var next))
        {
            _homeless.Add(next);
        }

        _homeless.ForEach(sequence => sequence.End(ending, fault));
        foreach (var pool in _pools.Values)
        {
            pool.EndAll(ending, fault);
        }
    }

    private SchedulerFigures Sum()
    {
        var sum = new PoolCounts();
        sum.Add(_gone);
        foreach (var pool in _pools.Values)
        {
            sum.Add(pool.Counts);
        }

        return new SchedulerFigures(sum.Completed, sum.Written, sum.Computed, sum.Shared, sum.Steps, sum.Room == 0 ? 0 : (double)sum.AtWork / sum.Room, Used())
        {
            Slots = _pools.Values.Sum(pool => pool.Slots - 1),
            Busy = _pools.Values.Sum(pool => pool.Busy),
        };
    }
}
