namespace Ziya.Models.Generation;

/// <summary>
/// Sequences of like length on one decoder. Those at work stand in the first slots without a gap, so that one call computes a token for all of
/// them; where one ends the next request begins, and only when none waits does the last one move to its slot: keys and values are too much to copy without need.
/// One more slot holds the prefix that waiting prompts share. Used by one thread.
/// </summary>
internal sealed class SlotPool : IDisposable
{
    // Choosing from so many takes a quarter of a millisecond, about where another core begins to help.
    private const int ParallelLogits = 1 << 17;

    private readonly Func<int, int, IDecoder> _make;
    private readonly SchedulerOptions _options;
    private readonly int[] _banned;
    // At work by slot; null where one has ended.
    private readonly List<Sequence?> _live = [];
    private readonly List<Sequence> _waiting = [];
    private readonly int[] _tokens;
    private readonly int[] _lengths;
    private readonly bool[] _ended;
    private readonly Sampler[] _samplers;
    private IDecoder _decoder;
    private int _slots;
    private int[] _prefix = [];
    private bool _sorted = true;

    /// <param name="make">Makes a decoder of so many slots and positions.</param>
    /// <param name="slots">Most sequences at work.</param>
    /// <param name="positions">Most positions of a sequence.</param>
    /// <param name="banned">Ids the model never writes.</param>
    /// <param name="options">Options of the scheduler.</param>
    public SlotPool(Func<int, int, IDecoder> make, int slots, int positions, int[] banned, SchedulerOptions options)
    {
        _make = make;
        _options = options;
        _banned = banned;
        _slots = slots;
        Positions = positions;
        _tokens = new int[slots];
        _lengths = new int[slots];
        _ended = new bool[slots];
        _samplers = [.. Enumerable.Range(0, slots).Select(_ => new Sampler())];
        _decoder = Make();
    }

    /// <summary>Most positions of a sequence.</summary>
    public int Positions { get; }

    /// <summary>Slots, the prefix's included.</summary>
    public int Slots => _slots + 1;

    /// <summary>Whether it has nothing to do.</summary>
    public bool IsIdle => _waiting.Count == 0 && AtWork.Count == 0;

    /// <summary>Sequences at work.</summary>
    public int Busy => _live.Count(sequence => sequence is not null);

    /// <summary>Counts of what was done.</summary>
    public PoolCounts Counts { get; } = new();

    private List<Sequence> AtWork => [.. _live.OfType<Sequence>()];

    /// <summary>Adds a sequence that needs no more than <see cref="Positions"/>.</summary>
    public void Add(Sequence sequence)
    {
        _waiting.Add(sequence);
        _sorted = false;
    }

    /// <summary>Begins what can begin and computes one token for each sequence at work.</summary>
    public void Step()
    {
        try
        {
            Cancel();
            Begin();
            Close();
            Decode();
        }
        catch (Exception exception) when (IsOutOfMemory(exception) && _slots > 1)
        {
            Shrink();
        }
        catch (Exception exception)
        {
            // What the model itself fails on concerns those at work; the next ones may fare better.
            AtWork.ForEach(sequence => End(sequence, Ending.Fault, exception.Message));
            _live.Clear();
            _prefix = [];
        }
    }

    /// <summary>Ends all there is.</summary>
    public void EndAll(Ending ending, string? fault)
    {
        foreach (var sequence in AtWork.Concat(_waiting))
        {
            End(sequence, ending, fault);
        }

        _live.Clear();
        _waiting.Clear();
    }

    /// <inheritdoc/>
    public void Dispose() => _decoder.Dispose();

    private static bool IsOutOfMemory(Exception exception) =>
        exception is OutOfMemoryException || exception.Message.Contains("alloc", StringComparison.OrdinalIgnoreCase) || exception.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase);

    private IDecoder Make()
    {
        while (true)
        {
            try
            {
                return _make(_slots + 1, Positions);
            }
            catch (OutOfMemoryException) when (_slots > 1)
            {
                _slots /= 2;
            }
        }
    }

    /// <summary>Goes on with half of the slots; what was at work begins again, and writes the same.</summary>
    private void Shrink()
    {
        _decoder.Dispose();
        _slots /= 2;
        AtWork.ForEach(sequence => sequence.Restart());
        _waiting.AddRange(AtWork);
        _live.Clear();
        _sorted = false;
        _prefix = [];
        _decoder = Make();
    }

    private void Cancel()
    {
        for (var at = 0; at < _live.Count; at++)
        {
            if (_live[at] is { IsCancelled: true } sequence)
            {
                End(sequence, Ending.Cancelled);
                _live[at] = null;
            }
        }
    }

    private void Begin()
    {
        Sort();
        while (Free() < _slots && _waiting.Count > 0)
        {
            var next = _waiting[^1];
            if (next.IsCancelled)
            {
                _waiting.RemoveAt(_waiting.Count - 1);
                End(next, Ending.Cancelled);
                continue;
            }

            var shared = Share(next.Request.Prompt.Span);
            if (shared > 0)
            {
                Fork(next, shared);
            }
            else
            {
                Prefill();
            }
        }
    }

    /// <summary>The first slot without a sequence.</summary>
    private int Free()
    {
        var gap = _live.IndexOf(null);
        return gap >= 0 ? gap : _live.Count;
    }

    private void Put(int slot, Sequence sequence)
    {
        if (slot == _live.Count)
        {
            _live.Add(sequence);
        }
        else
        {
            _live[slot] = sequence;
        }
    }

    /// <summary>Closes the gaps that no request filled.</summary>
    private void Close()
    {
        for (var last = _live.Count - 1; last >= 0; last--)
        {
            if (_live[last] is { } sequence)
            {
                var gap = Free();
                if (gap >= last)
                {
                    return;
                }

                _decoder.Copy(last, gap, sequence.Length);
                _live[gap] = sequence;
            }

            _live.RemoveAt(last);
        }
    }

    /// <summary>By prompt, so that those that share a prefix meet; of equal ones the longest first. The next to begin is the last.</summary>
    private void Sort()
    {
        if (!_sorted)
        {
            _waiting.Sort((left, right) =>
            {
                var order = right.Request.Prompt.Span.SequenceCompareTo(left.Request.Prompt.Span);
                return order != 0 ? order : left.Request.MaxTokens.CompareTo(right.Request.MaxTokens);
            });
            _sorted = true;
        }
    }

    /// <summary>How many tokens of a prompt the prefix's slot holds, after taking in what the prompt shares with the one behind it; 0 if it is not worth it.</summary>
    private int Share(ReadOnlySpan<int> prompt)
    {
        // The last token is always computed, for its logits, and the one before it too: a single token is computed in another order of sums, and its logits would
        // depend on what the prompt shared.
        const int Rest = 2;
        var held = Math.Min(prompt.CommonPrefixLength(_prefix), prompt.Length - Rest);
        var wanted = Math.Min(Following(prompt), prompt.Length - Rest);
        if (wanted >= held + Math.Max(Rest, _options.SharedTokens))
        {
            _decoder.Continue(_slots, _slots, held, prompt[held..wanted]);
            Counts.Computed += wanted - held;
            _prefix = prompt[..wanted].ToArray();
            held = wanted;
        }

        return held >= Math.Max(1, _options.SharedTokens) ? held : 0;
    }

    private int Following(ReadOnlySpan<int> prompt) => _waiting.Count > 1 ? prompt.CommonPrefixLength(_waiting[^2].Request.Prompt.Span) : 0;

    private void Fork(Sequence next, int shared)
    {
        _waiting.RemoveAt(_waiting.Count - 1);
        var rest = next.Request.Prompt.Span[shared..];
        var slot = Free();
        Put(slot, next);
        var logits = _decoder.Continue(slot, _slots, shared, rest);
        Counts.Computed += rest.Length;
        Counts.Shared += shared;
        Take(logits, slot, 1);
    }

    /// <summary>Computes prompts that share nothing, together as long as padding stays within the option.</summary>
    private void Prefill()
    {
        var first = Free();
        var longest = 0;
        var prompts = new List<ReadOnlyMemory<int>>();
        do
        {
            var next = _waiting[^1];
            longest = Math.Max(longest, next.Request.Prompt.Length);
            if (prompts.Count > 0 && ((prompts.Count + 1) * longest > _options.PrefillTokens || Following(next.Request.Prompt.Span) > _options.SharedTokens || next.IsCancelled))
            {
                break;
            }

            _waiting.RemoveAt(_waiting.Count - 1);
            Put(first + prompts.Count, next);
            prompts.Add(next.Request.Prompt);
            Counts.Computed += next.Request.Prompt.Length;
        }
        while (Free() == first + prompts.Count && Free() < _slots && _waiting.Count > 0);
        Take(_decoder.Prefill(first, prompts), first, prompts.Count);
    }

    private void Decode()
    {
        if (_live.Count == 0)
        {
            return;
        }

        for (var at = 0; at < _live.Count; at++)
        {
            _tokens[at] = _live[at]!.Last;
            _lengths[at] = _live[at]!.Length;
        }

        var logits = _decoder.Decode(_tokens.AsSpan(0, _live.Count), _lengths.AsSpan(0, _live.Count));
        Counts.Steps++;
        Counts.AtWork += _live.Count;
        Counts.Room += _slots;
        Take(logits, 0, _live.Count);
    }

    /// <summary>Chooses a token for so many sequences from <paramref name="first"/> on, and lets go of those that ended.</summary>
    private unsafe void Take(Span<float> logits, int first, int count)
    {
        fixed (float* start = logits)
        {
            var rows = (nint)start;
            if (logits.Length >= ParallelLogits)
            {
                Parallel.For(0, count, row => Take((float*)rows + ((long)row * _decoder.Vocabulary), first + row));
            }
            else
            {
                for (var row = 0; row < count; row++)
                {
                    Take((float*)rows + ((long)row * _decoder.Vocabulary), first + row);
                }
            }
        }

        for (var at = first; at < first + count; at++)
        {
            if (_ended[at])
            {
                Counts.Completed++;
                Counts.Written += _live[at]!.Written;
                _live[at] = null;
            }
        }
    }

    private unsafe void Take(float* row, int at)
    {
        try
        {
            _ended[at] = _live[at]!.Take(new Span<float>(row, _decoder.Vocabulary), _samplers[at], _banned, Positions);
        }
        catch (InvalidDataException exception)
        {
            _live[at]!.End(Ending.Fault, exception.Message);
            _ended[at] = true;
        }
    }

    private void End(Sequence sequence, Ending ending, string? fault = null)
    {
        Counts.Completed++;
        Counts.Written += sequence.Written;
        sequence.End(ending, fault);
    }
}
