using Microsoft.ML.OnnxRuntime;

namespace Ziya.Models.Generation;

/// <summary>The memory of keys and values: for each layer one stretch for keys and one for values, <c>[slots, heads, positions, head size]</c>.</summary>
internal abstract class KvCaches(DecoderShape shape, int slots, int positions, OrtMemoryInfo memory) : IDisposable
{
    /// <summary>How many there are.</summary>
    public int Count => 2 * Shape.Layers;

    /// <summary>Bytes of a slot of one of them.</summary>
    protected long RowBytes => Shape.RowBytes(Positions);

    /// <summary>Bytes of one of them.</summary>
    protected long Bytes => Slots * RowBytes;

    protected DecoderShape Shape => shape;

    protected int Slots => slots;

    protected int Positions => positions;

    /// <summary>Some slots in a row as a tensor; whoever takes it disposes of it.</summary>
    public OrtValue View(int cache, int first, int count) =>
        OrtValue.CreateTensorValueWithData(memory, Shape.KvType, [count, Shape.KvHeads, Positions, Shape.HeadSize], Start(cache) + (nint)(first * RowBytes), count * RowBytes);

    /// <summary>Copies at least the first positions of a slot to another, in all of them.</summary>
    public abstract void Copy(int from, int to, int length);

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>The address of one of them.</summary>
    protected abstract nint Start(int cache);
}
