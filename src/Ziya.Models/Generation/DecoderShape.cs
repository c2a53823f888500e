using Microsoft.ML.OnnxRuntime.Tensors;

namespace Ziya.Models.Generation;

/// <summary>What a decoder graph looks like from outside.</summary>
/// <param name="Layers">Layers, each with a key and a value cache <c>[slots, KvHeads, positions, HeadSize]</c>.</param>
/// <param name="KvHeads">Heads of keys and values.</param>
/// <param name="HeadSize">Elements of a head.</param>
/// <param name="Vocabulary">Logits of a row.</param>
/// <param name="Context">Most positions.</param>
/// <param name="KvType">Element type of the caches: float, float16 or bfloat16.</param>
/// <param name="TakesPositions">Whether it has the input <c>position_ids</c>, as models with learned positions do.</param>
internal sealed record DecoderShape(int Layers, int KvHeads, int HeadSize, int Vocabulary, int Context, TensorElementType KvType, bool TakesPositions)
{
    /// <summary>Bytes of one slot of one cache.</summary>
    public long RowBytes(int positions) => (long)KvHeads * positions * HeadSize * (KvType == TensorElementType.Float ? sizeof(float) : sizeof(ushort));

    /// <summary>Bytes of one slot of all caches.</summary>
    public long SlotBytes(int positions) => 2L * Layers * RowBytes(positions);
}
