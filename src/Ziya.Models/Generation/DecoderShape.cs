using Microsoft.ML.OnnxRuntime.Tensors;
using Ziya.Models.Export;
using Ziya.Models.GenAi;

namespace Ziya.Models.Generation;

/// <summary>What a decoder graph looks like from outside.</summary>
/// <param name="Layers">Layers, each with a key and a value cache <c>[slots, KvHeads, positions, HeadSize]</c>.</param>
/// <param name="KvHeads">Heads of keys and values.</param>
/// <param name="HeadSize">Elements of a head.</param>
/// <param name="Vocabulary">Logits of a row.</param>
/// <param name="KvType">Element type of the caches: float, float16 or bfloat16.</param>
internal sealed record DecoderShape(int Layers, int KvHeads, int HeadSize, int Vocabulary, TensorElementType KvType)
{
    /// <summary>How the graph is called, if ONNX Runtime GenAI's builder made it.</summary>
    public GenAiGraph? GenAi { get; init; }

    /// <summary>The shape of an exported model.</summary>
    public static DecoderShape Of(ModelManifest manifest)
    {
        var config = manifest.Config;
        var type = manifest.Compute switch
        {
            Precision.Float16 => TensorElementType.Float16,
            Precision.BFloat16 => TensorElementType.BFloat16,
            _ => TensorElementType.Float,
        };
        return new DecoderShape(config.Layers, config.KvHeads, config.HeadSize, config.Vocabulary, type) { GenAi = manifest.GenAi };
    }

    /// <summary>Bytes of one slot of one cache.</summary>
    public long RowBytes(int positions) => (long)KvHeads * positions * HeadSize * (KvType == TensorElementType.Float ? sizeof(float) : sizeof(ushort));
}
