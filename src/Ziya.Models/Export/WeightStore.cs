using System.Runtime.InteropServices;
using Ziya.Models.Checkpoints;
using Ziya.Models.Protos.Onnx;
using DataType = Ziya.Models.Protos.Onnx.TensorProto.Types.DataType;

namespace Ziya.Models.Export;

/// <summary>Takes weights out of a checkpoint, one at a time and a few megabytes of it in memory, and puts them into the file of the exported model.</summary>
internal sealed class WeightStore(Checkpoint checkpoint, WeightFile file, ExportOptions options)
{
    /// <summary>Elements that are converted at once.</summary>
    private const int ChunkElements = 1 << 20;

    private readonly Dictionary<string, TensorProto> _tensors = new(StringComparer.Ordinal);

    /// <summary>In what the model computes.</summary>
    public TensorType Compute { get; } = (options.Weights is Precision.Int8 or Precision.Int4 ? options.Compute : options.Weights) switch
    {
        Precision.Float32 => TensorType.Float32,
        Precision.Float16 => TensorType.Float16,
        Precision.BFloat16 => TensorType.BFloat16,
        _ => throw new ArgumentException("Models compute in float32, float16 or bfloat16.", nameof(options)),
    };

    /// <summary>The same, as ONNX names it.</summary>
    public DataType ComputeType => Compute switch
    {
        TensorType.Float32 => DataType.Float,
        TensorType.Float16 => DataType.Float16,
        _ => DataType.Bfloat16,
    };

    /// <summary>The options.</summary>
    public ExportOptions Options => options;

    /// <summary>What was added under a name.</summary>
    public TensorProto this[string name] => _tensors[name];

    /// <summary>Whether something was added under a name.</summary>
    public bool Has(string name) => _tensors.ContainsKey(name);

    /// <summary>Adds a tensor as it is.</summary>
    public void Add(string name, params long[] shape) => AddRows(name, [Check(name, shape)], shape);

    /// <summary>Adds vectors, one behind the other.</summary>
    public void AddStacked(string name, IReadOnlyList<(string Name, long Length)> sources) =>
        AddRows(name, [.. sources.Select(source => Check(source.Name, [source.Length]))], [sources.Sum(source => source.Length)]);

    /// <summary>Adds computed values.</summary>
    public void Add(string name, ReadOnlySpan<float> values, params long[] shape)
    {
        _tensors.Add(name, file.Begin(name, ComputeType, shape, values.Length * (long)Compute.Size()));
        var bytes = new byte[values.Length * Compute.Size()];
        TensorElements.FromFloats(Compute, values, bytes);
        file.Write(bytes);
    }

    /// <summary>Adds the weights of a multiplication, [outputs, inputs] as the checkpoint has them; several are put below each other.</summary>
    /// <param name="name">What it is called in the graph.</param>
    /// <param name="sources">What they are called in the checkpoint, with their outputs.</param>
    /// <param name="inputs">Inputs of each.</param>
    /// <param name="isHead">A head never has fewer than 8 bits: a bad logit is seen at once.</param>
    public void AddLinear(string name, IReadOnlyList<(string Name, long Outputs)> sources, long inputs, bool isHead = false)
    {
        var tensors = sources.Select(source => Check(source.Name, [source.Outputs, inputs])).ToList();
        var outputs = sources.Sum(source => source.Outputs);
        if (options.Weights is Precision.Int8 or Precision.Int4)
        {
            AddQuantized(name, tensors, outputs, inputs, options.Weights == Precision.Int8 || isHead ? 8 : 4);
        }
        else
        {
            AddRows(name, tensors, [outputs, inputs]);
        }
    }

    private CheckpointTensor Check(string name, IReadOnlyList<long> shape)
    {
        var tensor = checkpoint[name];
        if (!tensor.Shape.SequenceEqual(shape))
        {
            throw new InvalidDataException($"{tensor.File}: {tensor}, and by config.json it should be [{CheckpointTensor.ShapeText(shape)}].");
        }

        return tensor.Type.IsWeight() ? tensor : throw new InvalidDataException($"{tensor.File}: {tensor} is not of float32, float16 or bfloat16.");
    }

    private void AddRows(string name, IReadOnlyList<CheckpointTensor> sources, IReadOnlyList<long> shape)
    {
        _tensors.Add(name, file.Begin(name, ComputeType, shape, CheckpointTensor.CountOf(shape) * Compute.Size()));
        foreach (var source in sources)
        {
            using var view = new TensorView(source);
            if (source.Type == Compute)
            {
                Copy(view);
            }
            else
            {
                Convert(view);
            }
        }
    }

    private void Copy(TensorView view)
    {
        for (long at = 0, count; at < view.Tensor.Bytes; at += count)
        {
            count = Math.Min(4 * ChunkElements, view.Tensor.Bytes - at);
            file.Write(Finite(view.Tensor, view.Bytes(at, (int)count)));
        }
    }

    private void Convert(TensorView view)
    {
        var floats = new float[(int)Math.Min(ChunkElements, view.Tensor.Count)];
        var bytes = new byte[floats.Length * Compute.Size()];
        for (long at = 0, count; at < view.Tensor.Count; at += count)
        {
            count = Math.Min(floats.Length, view.Tensor.Count - at);
            var chunk = floats.AsSpan(0, (int)count);
            view.Read(at, chunk);
            Finite(view.Tensor, view.Bytes(at * view.Tensor.Type.Size(), chunk.Length * view.Tensor.Type.Size()));
            var converted = bytes.AsSpan(0, chunk.Length * Compute.Size());
            TensorElements.FromFloats(Compute, chunk, converted);
            file.Write(TensorElements.CountNotFinite(Compute, converted) == 0
                ? converted
                : throw new InvalidDataException($"{view.Tensor.File}: {view.Tensor.Name} has values beyond what float16 can hold. Export with --dtype bfloat16 or float32."));
        }
    }

    private void AddQuantized(string name, List<CheckpointTensor> sources, long outputs, long inputs, int bits)
    {
        var blocks = (int)((inputs + options.BlockSize - 1) / options.BlockSize);
        var packed = blocks * options.BlockSize * bits / 8;
        _tensors.Add(name + ".q", file.Begin(name + ".q", DataType.Uint8, [outputs, blocks, options.BlockSize * bits / 8], outputs * packed));
        var scales = new float[outputs * blocks];
        var first = 0L;
        foreach (var source in sources)
        {
            using var view = new TensorView(source);
            for (long row = 0, count; row < source.Shape[0]; row += count, first += count)
            {
                count = Math.Min(Math.Max(1, ChunkElements / inputs), source.Shape[0] - row);
                file.Write(Quantize(view, row, (int)count, (int)inputs, bits, scales.AsMemory((int)(first * blocks), (int)count * blocks), packed));
            }
        }

        Add(name + ".scale", scales, outputs, blocks);
    }

    private byte[] Quantize(TensorView view, long row, int count, int inputs, int bits, Memory<float> scales, int packed)
    {
        var floats = new float[count * inputs];
        view.Read(row * inputs, floats);
        Finite(view.Tensor, MemoryMarshal.AsBytes(floats.AsSpan()), TensorType.Float32);
        var target = new byte[count * packed];
        var blocks = scales.Length / count;
        Parallel.For(0, count, i => BlockQuantizer.Quantize(
            floats.AsSpan(i * inputs, inputs), bits, options.BlockSize, Round, scales.Span.Slice(i * blocks, blocks), target.AsSpan(i * packed, packed)));
        return target;
    }

    /// <summary>The bytes, of which every element is a number: one that is not would make every answer of the model noise.</summary>
    private static ReadOnlySpan<byte> Finite(CheckpointTensor tensor, ReadOnlySpan<byte> bytes, TensorType? type = null) => TensorElements.CountNotFinite(type ?? tensor.Type, bytes) is 0
        ? bytes
        : throw new InvalidDataException($"{tensor.File}: {tensor.Name} has values that are infinite or no numbers: the download is damaged, or the training was. ziya models doctor counts them.");

    private float Round(float scale)
    {
        Span<byte> bytes = stackalloc byte[4];
        Span<float> rounded = [scale];
        TensorElements.FromFloats(Compute, rounded, bytes[..Compute.Size()]);
        TensorElements.ToFloats(Compute, bytes[..Compute.Size()], rounded);
        return rounded[0];
    }
}
