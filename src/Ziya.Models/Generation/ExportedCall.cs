using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Ziya.Models.Generation;

/// <summary>A call of a graph that <c>ziya models export</c> made: it takes the rows' lengths, and gives logits of their last tokens alone.</summary>
internal sealed unsafe class ExportedCall : GraphCall
{
    private readonly int* _ends;
    private readonly int* _total;
    private readonly long* _last;

    /// <param name="session">The session.</param>
    /// <param name="shape">The graph's shape.</param>
    /// <param name="caches">Keys and values.</param>
    /// <param name="past">The first slot that is read.</param>
    /// <param name="present">The first slot that is written.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="logits">Where logits go, the same memory in each call.</param>
    public ExportedCall(InferenceSession session, DecoderShape shape, KvCaches caches, int past, int present, int rows, int columns, float* logits)
        : base(session, "input_ids", rows, columns, caches is DeviceCaches)
    {
        _ends = Allocate<int>(rows);
        _total = Allocate<int>(1);
        _last = Allocate<long>(rows);
        Input("seqlens_k", TensorElementType.Int32, [rows], _ends, sizeof(int));
        Input("total_seq_len", TensorElementType.Int32, [], _total, sizeof(int));
        Input("last_index", TensorElementType.Int64, [rows], _last, sizeof(long));
        for (var cache = 0; cache < caches.Count; cache++)
        {
            var name = $"{cache / 2}.{(cache % 2 == 0 ? "key" : "value")}";
            Cache(caches, cache, "past_key_values." + name, past, "present." + name, present);
        }

        Output("logits", TensorElementType.Float, [rows, shape.Vocabulary], (nint)logits, sizeof(float));
    }

    public override void SetRow(int row, ReadOnlySpan<int> tokens, int before)
    {
        base.SetRow(row, tokens, before);
        _ends[row] = before + tokens.Length - 1;
        _last[row] = tokens.Length - 1;
    }

    public override void Run(RunOptions run, int total, Span<float> logits)
    {
        *_total = total;
        Execute(run);
    }
}
