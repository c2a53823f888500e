using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Ziya.Models.Generation;

/// <summary>
/// A decoder over a graph with GroupQueryAttention, on the processor. A cache is one stretch of memory <c>[slots, heads, positions, head size]</c> a layer for
/// keys and one for values; a call gets a view of the slots it works on as past and as present, so that the graph writes in place.
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
    private readonly OrtMemoryInfo _memory = OrtMemoryInfo.DefaultInstance;
    private readonly RunOptions _run = new();
    private readonly nint[] _caches;
    private readonly Dictionary<int, Call> _decodes = [];
    private readonly float* _logits;

    /// <summary>Makes room for sequences in a session, which stays the caller's.</summary>
    /// <exception cref="OutOfMemoryException">There is not that much memory.</exception>
    public GqaDecoder(InferenceSession session, DecoderShape shape, int slots, int positions)
    {
        _session = session;
        _shape = shape;
        Slots = slots;
        Positions = positions;
        _caches = new nint[2 * shape.Layers];
        try
        {
            for (var i = 0; i < _caches.Length; i++)
            {
                _caches[i] = (nint)NativeMemory.AlignedAlloc((nuint)(slots * shape.RowBytes(positions)), 64);
            }

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
    public void Copy(int from, int to, int length)
    {
        var row = _shape.RowBytes(Positions);
        var head = row / _shape.KvHeads;
        var used = head / Positions * length;
        foreach (var cache in _caches)
        {
            for (var i = 0; i < _shape.KvHeads; i++)
            {
                Buffer.MemoryCopy((byte*)cache + (from * row) + (i * head), (byte*)cache + (to * row) + (i * head), used, used);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var call in _decodes.Values)
        {
            call.Dispose();
        }

        _decodes.Clear();
        for (var i = 0; i < _caches.Length; i++)
        {
            NativeMemory.AlignedFree((void*)_caches[i]);
            _caches[i] = 0;
        }

        NativeMemory.AlignedFree(_logits);
        _run.Dispose();
    }

    private OrtValue View(int cache, int first, int slots)
    {
        var row = _shape.RowBytes(Positions);
        return OrtValue.CreateTensorValueWithData(
            _memory, _shape.KvType, [slots, _shape.KvHeads, Positions, _shape.HeadSize], _caches[cache] + (nint)(first * row), slots * row);
    }

    /// <summary>The inputs and outputs of one form of call.</summary>
    private sealed class Call : IDisposable
    {
        private readonly GqaDecoder _decoder;
        private readonly OrtIoBinding _binding;
        private readonly List<OrtValue> _values = [];
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
                decoder._memory, TensorElementType.Float, [rows, decoder.Vocabulary], (nint)decoder._logits, (long)rows * decoder.Vocabulary * sizeof(float)));
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
            _decoder._session.RunWithBinding(_decoder._run, _binding);
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
            _binding.BindInput($"past_key_values.{layer}.{name}", Keep(_decoder.View(cache, past, _rows)));
            _binding.BindOutput($"present.{layer}.{name}", Keep(_decoder.View(cache, present, _rows)));
        }

        private void Input(string name, TensorElementType type, long[] shape, void* data, long bytes) =>
            _binding.BindInput(name, Keep(OrtValue.CreateTensorValueWithData(_decoder._memory, type, shape, (nint)data, bytes)));

        private OrtValue Keep(OrtValue value)
        {
            _values.Add(value);
            return value;
        }
    }
}
