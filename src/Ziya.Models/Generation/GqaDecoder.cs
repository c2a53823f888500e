using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

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
    private readonly Dictionary<int, Call> _decodes = [];
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
        // Never one column: that is computed in another order of sums than the same prompt among longer ones.
        var longest = Math.Max(2, prompts.Max(prompt => prompt.Length));
        using var call = new Call(this, first, first, prompts.Count, longest);
        for (var row = 0; row < prompts.Count; row++)
        {
            call.SetRow(row, prompts[row].Span, 0);
        }

        return call.Run(longest);
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

        using var call = new Call(this, source, slot, 1, rest.Length);
        call.SetRow(0, rest, from);
        return call.Run(from + rest.Length);
    }

    /// <inheritdoc/>
    public Span<float> Decode(ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths)
    {
        // The bindings of a number of slots are made once; the memory behind them changes in place.
        if (!_decodes.TryGetValue(tokens.Length, out var call))
        {
            call = new Call(this, 0, 0, tokens.Length, 1);
            _decodes.Add(tokens.Length, call);
        }

        var total = 0;
        for (var row = 0; row < tokens.Length; row++)
        {
            call.SetRow(row, tokens.Slice(row, 1), lengths[row]);
            total = Math.Max(total, lengths[row] + 1);
        }

        return call.Run(total);
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

    /// <summary>The inputs and outputs of one form of call.</summary>
    private sealed class Call : IDisposable
    {
        private readonly GqaDecoder _decoder;
        private readonly OrtIoBinding _binding;
        private readonly List<OrtValue> _values = [];
        private readonly List<(string Name, OrtValue Value)> _inputs = [];
        private readonly int _rows;
        private readonly int _columns;
        private readonly long* _ids;
        private readonly int* _ends;
        private readonly int* _total;
        private readonly long* _last;

        public Call(GqaDecoder decoder, int past, int present, int rows, int columns)
        {
            _decoder = decoder;
            _rows = rows;
            _columns = columns;
            _ids = (long*)NativeMemory.AllocZeroed((nuint)(rows * columns), sizeof(long));
            _ends = (int*)NativeMemory.AllocZeroed((nuint)rows, sizeof(int));
            _total = (int*)NativeMemory.AllocZeroed(1, sizeof(int));
            _last = (long*)NativeMemory.AllocZeroed((nuint)rows, sizeof(long));
            _binding = decoder._session.CreateIoBinding();
            Input("input_ids", TensorElementType.Int64, [rows, columns], _ids, (long)rows * columns * sizeof(long));
            Input("seqlens_k", TensorElementType.Int32, [rows], _ends, rows * sizeof(int));
            Input("total_seq_len", TensorElementType.Int32, [], _total, sizeof(int));
            Input("last_index", TensorElementType.Int64, [rows], _last, rows * sizeof(long));
            for (var layer = 0; layer < decoder._shape.Layers; layer++)
            {
                BindCache(layer, 0, "key", past, present);
                BindCache(layer, 1, "value", past, present);
            }

            var logits = Keep(OrtValue.CreateTensorValueWithData(
                OrtMemoryInfo.DefaultInstance, TensorElementType.Float, [rows, decoder.Vocabulary], (nint)decoder._logits, (long)rows * decoder.Vocabulary * sizeof(float)));
            _binding.BindOutput("logits", logits);
        }

        /// <summary>The tokens of a row, after <paramref name="before"/> positions; the rest of the row is padding.</summary>
        public void SetRow(int row, ReadOnlySpan<int> tokens, int before)
        {
            for (var i = 0; i < _columns; i++)
            {
                _ids[(row * _columns) + i] = i < tokens.Length ? tokens[i] : 0;
            }

            _ends[row] = before + tokens.Length - 1;
            _last[row] = tokens.Length - 1;
        }

        public Span<float> Run(int total)
        {
            *_total = total;
            if (_decoder.IsOnDevice)
            {
                // Binding copies to a device what lies elsewhere, so what has changed must be bound anew.
                _inputs.ForEach(input => _binding.BindInput(input.Name, input.Value));
                _binding.SynchronizeBoundInputs();
                _decoder._session.RunWithBinding(_decoder._run, _binding);
                _binding.SynchronizeBoundOutputs();
            }
            else
            {
                _decoder._session.RunWithBinding(_decoder._run, _binding);
            }

            return new Span<float>(_decoder._logits, _rows * _decoder.Vocabulary);
        }

        public void Dispose()
        {
            _binding.Dispose();
            _values.ForEach(value => value.Dispose());
            NativeMemory.Free(_ids);
            NativeMemory.Free(_ends);
            NativeMemory.Free(_total);
            NativeMemory.Free(_last);
        }

        private void BindCache(int layer, int which, string name, int past, int present)
        {
            var cache = (2 * layer) + which;
            _binding.BindInput($"past_key_values.{layer}.{name}", Keep(_decoder._caches.View(cache, past, _rows)));
            _binding.BindOutput($"present.{layer}.{name}", Keep(_decoder._caches.View(cache, present, _rows)));
        }

        private void Input(string name, TensorElementType type, long[] shape, void* data, long bytes)
        {
            var value = Keep(OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, type, shape, (nint)data, bytes));
            _inputs.Add((name, value));
            _binding.BindInput(name, value);
        }

        private OrtValue Keep(OrtValue value)
        {
            _values.Add(value);
            return value;
        }
    }
}
