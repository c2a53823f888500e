using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace Ziya.Models.Generation;

/// <summary>
/// A decoder over a graph with GroupQueryAttention. Keys and values lie on the device (<see cref="KvCaches"/>); a call gets a view of the slots it works on as past and as
/// present, so that the graph writes in place. Ids, lengths and logits are in the machine's memory.
/// </summary>
/// <remarks>
/// The operator has three forms of call: whole prompts, padded on the right, into any slots in a row; one token for each of any slots in a row, each of
/// its own length; several tokens after a past, of one slot only. The past may be another slot's than the present, which forks a prefix without a copy.
/// Dirty slots need no clearing.
/// </remarks>
internal sealed unsafe class GqaDecoder : IDecoder
{
    private readonly InferenceSession _session;
    private readonly DecoderShape _shape;
    private readonly RunOptions _run = new();
    private readonly KvCaches _caches;
    private readonly Dictionary<int, GraphCall> _decodes = [];
    private readonly float* _logits;

    /// <summary>Makes room for sequences in a session, which stays the caller's.</summary>
    /// <param name="session">The session.</param>
    /// <param name="shape">What its graph looks like.</param>
    /// <param name="slots">Slots.</param>
    /// <param name="positions">Positions of each.</param>
    /// <param name="caches">Keys and values; the decoder disposes of them. Default: in the machine's memory.</param>
    /// <exception cref="OutOfMemoryException">There is not that much memory.</exception>
    public GqaDecoder(InferenceSession session, DecoderShape shape, int slots, int positions, KvCaches? caches = null)
    {
        (_session, _shape, Slots, Positions) = (session, shape, slots, positions);
        _caches = caches ?? new HostCaches(shape, slots, positions);
        try
        {
            _logits = (float*)NativeMemory.AlignedAlloc((nuint)slots * (nuint)shape.Vocabulary * sizeof(float), 64);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public int Slots { get; }

    /// <inheritdoc/>
    public int Positions { get; }

    /// <inheritdoc/>
    public int Vocabulary => _shape.Vocabulary;

    private bool IsOnDevice => _caches is DeviceCaches;

    /// <inheritdoc/>
    public Span<float> Prefill(int first, IReadOnlyList<ReadOnlyMemory<int>> prompts)
    {
        if (_shape.GenAi is { LastOnly: true } && prompts.Any(prompt => prompt.Length != prompts[0].Length))
        {
            return PrefillEach(first, prompts);
        }

        // Never one column: that is computed in another order of sums than the same prompt among longer ones. Where there are logits of the last column alone, there is no other way.
        var longest = Math.Max(_shape.GenAi is { LastOnly: true } ? 1 : 2, prompts.Max(prompt => prompt.Length));
        using var call = NewCall(first, first, prompts.Count, longest);
        for (var row = 0; row < prompts.Count; row++)
        {
            call.SetRow(row, prompts[row].Span, 0);
        }

        return Run(call, prompts.Count, longest);
    }

    /// <inheritdoc/>
    public Span<float> Continue(int slot, int source, int from, ReadOnlySpan<int> rest)
    {
        if (source != slot && IsOnDevice)
        {
            // Past and present in one place is the way that everyone takes on CUDA; the copy costs the reading and writing of a row.
            Copy(source, slot, from);
            source = slot;
        }

        using var call = NewCall(source, slot, 1, rest.Length);
        call.SetRow(0, rest, from);
        return Run(call, 1, from + rest.Length);
    }

    /// <inheritdoc/>
    public Span<float> Decode(ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths)
    {
        // The bindings of a number of slots are made once; the memory behind them changes in place.
        if (!_decodes.TryGetValue(tokens.Length, out var call))
        {
            call = NewCall(0, 0, tokens.Length, 1);
            _decodes.Add(tokens.Length, call);
        }

        var total = 0;
        for (var row = 0; row < tokens.Length; row++)
        {
            call.SetRow(row, tokens.Slice(row, 1), lengths[row]);
            total = Math.Max(total, lengths[row] + 1);
        }

        return Run(call, tokens.Length, total);
    }

    /// <inheritdoc/>
    public void Copy(int from, int to, int length) => _caches.Copy(from, to, length);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var call in _decodes.Values)
        {
            call.Dispose();
        }

        _decodes.Clear();
        _caches.Dispose();
        NativeMemory.AlignedFree(_logits);
        _run.Dispose();
    }

    /// <summary>One prompt after the other.</summary>
    private Span<float> PrefillEach(int first, IReadOnlyList<ReadOnlyMemory<int>> prompts)
    {
        var logits = new Span<float>(_logits, prompts.Count * Vocabulary);
        for (var row = 0; row < prompts.Count; row++)
        {
            var length = prompts[row].Length;
            using var call = NewCall(first + row, first + row, 1, length);
            call.SetRow(0, prompts[row].Span, 0);
            call.Run(_run, length, logits.Slice(row * Vocabulary, Vocabulary));
        }

        return logits;
    }

    private GraphCall NewCall(int past, int present, int rows, int columns) => _shape.GenAi is null
        ? new ExportedCall(_session, _shape, _caches, past, present, rows, columns, _logits)
        : new GenAiCall(_session, _shape, _caches, past, present, rows, columns, Positions);

    private Span<float> Run(GraphCall call, int rows, int total)
    {
        var logits = new Span<float>(_logits, rows * Vocabulary);
        call.Run(_run, total, logits);
        return logits;
    }
}
