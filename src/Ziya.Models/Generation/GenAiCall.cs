using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Ziya.Models.Checkpoints;
using Ziya.Models.GenAi;

namespace Ziya.Models.Generation;

/// <summary>A call of a graph of ONNX Runtime GenAI's model builder: it takes a mask, and gives logits of all columns, or of the last.</summary>
internal sealed unsafe class GenAiCall : GraphCall
{
    private readonly GenAiGraph _form;
    private readonly int _vocabulary;
    private readonly int[] _ends;
    private readonly int[] _last;
    private readonly long* _mask;
    private readonly long* _positions;
    private readonly byte* _logits;

    /// <inheritdoc cref="ExportedCall(InferenceSession, DecoderShape, KvCaches, int, int, int, int, float*)"/>
    public GenAiCall(InferenceSession session, DecoderShape shape, KvCaches caches, int past, int present, int rows, int columns, int positions)
        : base(session, shape.GenAi!.Ids, rows, columns, caches is DeviceCaches)
    {
        (_form, _vocabulary, _ends, _last) = (shape.GenAi, shape.Vocabulary, new int[rows], new int[rows]);
        _mask = Allocate<long>((long)rows * Math.Max(positions, columns));
        if (_form.Positions is { } name)
        {
            _positions = Allocate<long>((long)rows * columns);
            Input(name, TensorElementType.Int64, [rows, columns], _positions, sizeof(long));
        }

        for (var cache = 0; cache < caches.Count; cache++)
        {
            var (from, to) = cache % 2 == 0 ? (_form.Past.Key, _form.Present.Key) : (_form.Past.Value, _form.Present.Value);
            Cache(caches, cache, GenAiGraph.OfLayer(from, cache / 2), past, GenAiGraph.OfLayer(to, cache / 2), present);
        }

        _logits = Allocate<byte>((long)rows * LogitColumns * RowBytes);
        Output(_form.Logits, _form.LogitsType, [rows, LogitColumns, _vocabulary], (nint)_logits, ElementBytes);
    }

    private int LogitColumns => _form.LastOnly ? 1 : Columns;

    private int ElementBytes => _form.LogitsType == TensorElementType.Float ? sizeof(float) : sizeof(ushort);

    private int RowBytes => _vocabulary * ElementBytes;

    public override void SetRow(int row, ReadOnlySpan<int> tokens, int before)
    {
        base.SetRow(row, tokens, before);
        _ends[row] = before + tokens.Length;
        _last[row] = _form.LastOnly ? 0 : tokens.Length - 1;
        for (var i = 0; _positions is not null && i < Columns; i++)
        {
            _positions[(row * Columns) + i] = before + i;
        }
    }

    public override void Run(RunOptions run, int total, Span<float> logits)
    {
        for (var row = 0; row < Rows; row++)
        {
            var mask = new Span<long>(_mask + ((long)row * total), total);
            mask[.._ends[row]].Fill(1);
            mask[_ends[row]..].Clear();
        }

        Input(_form.Mask, TensorElementType.Int64, [Rows, total], _mask, sizeof(long));
        Execute(run);
        var type = _form.LogitsType switch
        {
            TensorElementType.Float => TensorType.Float32,
            TensorElementType.Float16 => TensorType.Float16,
            _ => TensorType.BFloat16,
        };
        for (var row = 0; row < Rows; row++)
        {
            var source = new ReadOnlySpan<byte>(_logits + (((long)row * LogitColumns) + _last[row]) * RowBytes, RowBytes);
            TensorElements.ToFloats(type, source, logits.Slice(row * _vocabulary, _vocabulary));
        }
    }
}
