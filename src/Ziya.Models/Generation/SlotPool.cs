namespace Ziya.Models.Generation;

/// <summary>
/// Sequences of like length on one decoder. Those at work stand in the first slots without a gap, so that one call computes a token for all of
/// them; when one ends, the last takes its slot and the next request begins behind. One more slot holds the prefix that waiting prompts share.
/// Used by one thread.
/// </summary>
internal sealed class SlotPool : IDisposable
{
    private readonly Func<int, int, IDecoder> _make;
    private readonly SchedulerOptions _options;
    private readonly int[] _banned;
    private readonly List<Sequence> _live = [];
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
    public bool IsIdle => _live.Count == 0 && _waiting.Count == 0;

    /// <summary>Counts of what was done.</summary>
    public PoolCounts Counts { get; } = new();

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
            Begin();
            Decode();
        }
        catch (Exception exception) when (IsOutOfMemory(exception) && _slots > 1)
        {
            Shrink();
        }
        catch (Exception exception)
        {
            // What the model itself fails on concerns those at work; the next ones may fare better.
            _live.ForEach(sequence => End(sequence, Ending.Fault, exception.Message));
            _live.Clear();
            _prefix = [];
        }
    }

    /// <summary>Ends all there is.</summary>
    public void EndAll(Ending ending, string? fault)
    {
        foreach (var sequence in _live.Concat(_waiting))
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
        _live.ForEach(sequence => sequence.Restart());
        _waiting.AddRange(_live);
        _live.Clear();
        _sorted = false;
        _prefix = [];
        _decoder = Make();
    }

    private void Begin()
    {
        Sort();
        while (_live.Count < _slots && _waiting.Count > 0)
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
        _live.Add(next);
        var logits = _decoder.Continue(_live.Count - 1, _slots, shared, rest);
        Counts.Computed += rest.Length;
        Counts.Shared += shared;
        Take(logits, _live.Count - 1);
    }

    /// <summary>Computes prompts that share nothing, together as long as padding stays within the option.</summary>
    private void Prefill()
    {
        var first = _live.Count;
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
            _live.Add(next);
            prompts.Add(next.Request.Prompt);
            Counts.Computed += next.Request.Prompt.Length;
        }
        while (_live.Count < _slots && _waiting.Count > 0);
        Take(_decoder.Prefill(first, prompts), first);
    }

    private void Decode()
    {
        for (var at = _live.Count - 1; at >= 0; at--)
        {
            if (_live[at].IsCancelled)
            {
                End(_live[at], Ending.Cancelled);
                Remove(at);
            }
        }

        if (_live.Count == 0)
        {
            return;
        }

        for (var at = 0; at < _live.Count; at++)
        {
            _tokens[at] = _live[at].Last;
            _lengths[at] = _live[at].Length;
        }

        var logits = _decoder.Decode(_tokens.AsSpan(0, _live.Count), _lengths.AsSpan(0, _live.Count));
        Counts.Steps++;
        Counts.AtWork += _live.Count;
        Counts.Room += _slots;
        Take(logits, 0);
    }

    /// <summary>Chooses a token for each sequence from <paramref name="first"/> on, and lets go of those that ended.</summary>
    private unsafe void Take(Span<float> logits, int first)
    {
        // A row of logits of a large vocabulary takes some ten microseconds: rows are worth a core each.
        fixed (float* start = logits)
        {
            var rows = (nint)start;
            Parallel.For(first, _live.Count, at => Take((float*)rows + ((long)(at - first) * _decoder.Vocabulary), at));
        }

        for (var at = _live.Count - 1; at >= first; at--)
        {
            if (_ended[at])
            {
                Counts.Completed++;
                Counts.Written += _live[at].Written;
                Remove(at);
            }
        }
    }

    private unsafe void Take(float* row, int at)
    {
        try
        {
            _ended[at] = _live[at].Take(new Span<float>(row, _decoder.Vocabulary), _samplers[at], _banned, Positions);
        }
        catch (InvalidDataException exception)
        {
            _live[at].End(Ending.Fault, exception.Message);
            _ended[at] = true;
        }
    }

    private void Remove(int at)
    {
        var last = _live.Count - 1;
        if (at < last)
        {
            _decoder.Copy(last, at, _live[last].Length);
            _live[at] = _live[last];
        }

        _live.RemoveAt(last);
    }

    private void End(Sequence sequence, Ending ending, string? fault = null)
    {
        Counts.Completed++;
        Counts.Written += sequence.Written;
        sequence.End(ending, fault);
    }
}
