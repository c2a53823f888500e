using Ziya.Models.Generation;

namespace Ziya.Models.Tests.Generation;

/// <summary>
/// A decoder whose logits are a hash of all tokens before: the smallest mistake in where a sequence lies, in its length or its order shows.
/// What was never written to a slot is an error.
/// </summary>
internal sealed class HistoryDecoder(int slots, int positions, int vocabulary) : IDecoder
{
    private readonly int?[][] _held = [.. Enumerable.Range(0, slots).Select(_ => new int?[positions])];
    private readonly float[] _logits = new float[slots * vocabulary];

    public int Slots => slots;

    public int Positions => positions;

    public int Vocabulary => vocabulary;

    /// <summary>Tokens computed.</summary>
    public int Computed { get; private set; }

    /// <summary>Thrown by the next call.</summary>
    public Exception? Fails { get; set; }

    public bool IsDisposed { get; private set; }

    /// <summary>The logits after some tokens.</summary>
    public static void Fill(IEnumerable<int> history, Span<float> logits)
    {
        var hash = history.Aggregate(17UL, (sum, token) => (sum ^ (uint)token) * 0x9E37_79B9_7F4A_7C15 + 1);
        for (var id = 0; id < logits.Length; id++)
        {
            logits[id] = (float)((((hash + (ulong)id) * 0xBF58_476D_1CE4_E5B9) >> 40) % 1000) / 100;
        }
    }

    public Span<float> Prefill(int first, IReadOnlyList<ReadOnlyMemory<int>> prompts)
    {
        for (var row = 0; row < prompts.Count; row++)
        {
            Write(first + row, 0, prompts[row].Span);
            Fill(History(first + row, prompts[row].Length), Row(row));
        }

        return Take(prompts.Count);
    }

    public Span<float> Continue(int slot, int source, int from, ReadOnlySpan<int> rest)
    {
        var before = History(source, from).ToArray();
        Write(slot, 0, before);
        Computed -= before.Length;
        Write(slot, from, rest);
        Fill(History(slot, from + rest.Length), Row(0));
        return Take(1);
    }

    public Span<float> Decode(ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths)
    {
        for (var row = 0; row < tokens.Length; row++)
        {
            Write(row, lengths[row], tokens.Slice(row, 1));
            Fill(History(row, lengths[row] + 1), Row(row));
        }

        return Take(tokens.Length);
    }

    public void Copy(int from, int to, int length)
    {
        var held = History(from, length).ToArray();
        Array.Clear(_held[to]);
        Write(to, 0, held);
        Computed -= length;
    }

    public void Dispose() => IsDisposed = true;

    private Span<float> Row(int row) => _logits.AsSpan(row * vocabulary, vocabulary);

    private Span<float> Take(int rows)
    {
        if (Fails is { } failure)
        {
            Fails = null;
            throw failure;
        }

        return _logits.AsSpan(0, rows * vocabulary);
    }

    private void Write(int slot, int from, ReadOnlySpan<int> tokens)
    {
        foreach (var token in tokens)
        {
            _held[slot][from++] = token;
        }

        Computed += tokens.Length;
    }

    private IEnumerable<int> History(int slot, int length) =>
        _held[slot].Take(length).Select(token => token ?? throw new InvalidOperationException("A position was read that was never written."));
}
