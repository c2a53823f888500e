using Microsoft.ML.OnnxRuntime.Tensors;
using Ziya.Models.Export;
using Ziya.Models.Protos.Onnx;
using DataType = Ziya.Models.Protos.Onnx.TensorProto.Types.DataType;

namespace Ziya.Models.GenAi;

/// <summary>Whether a graph is called as its configuration says and computes as we need it, and what its inputs and outputs are.</summary>
internal sealed class GenAiGraphCheck(string path, GraphProto graph, GenAiGraph form)
{
    /// <summary>Type, heads and head size of the keys and values.</summary>
    public (Precision Compute, int KvHeads, int HeadSize) Caches(int layers)
    {
        if (graph.Node.FirstOrDefault(node => node.OpType is "MultiHeadAttention" or "PagedAttention" or "SparseAttention" or "DecoderMaskedMultiHeadAttention" or "LinearAttention") is { } other)
        {
            throw new InvalidDataException($"{path}: its attention is {other.OpType}; GroupQueryAttention is supported, which the builder uses for float16 and int4, and for float32 on the CPU.");
        }

        if (!graph.Node.Any(node => node.OpType == "GroupQueryAttention"))
        {
            throw new InvalidDataException($"{path}: has no GroupQueryAttention.");
        }

        var caches = Enumerable.Range(0, layers).SelectMany(layer => new[] { GenAiGraph.OfLayer(form.Past.Key, layer), GenAiGraph.OfLayer(form.Past.Value, layer) }).ToList();
        var known = new HashSet<string>(caches, StringComparer.Ordinal) { form.Ids, form.Mask, form.Positions ?? form.Ids };
        var weights = graph.Initializer.Select(tensor => tensor.Name).ToHashSet(StringComparer.Ordinal);
        if (graph.Input.FirstOrDefault(input => !known.Contains(input.Name) && !weights.Contains(input.Name)) is { } unknown)
        {
            throw new InvalidDataException($"{path}: has an input '{unknown.Name}' that is not known.");
        }

        foreach (var name in new[] { form.Ids, form.Mask, form.Positions }.OfType<string>().Where(name => (DataType)Input(name).ElemType != DataType.Int64))
        {
            throw new InvalidDataException($"{path}: '{name}' is not of int64.");
        }

        caches.ForEach(name => Input(name));
        foreach (var name in Enumerable.Range(0, layers).SelectMany(layer => new[] { GenAiGraph.OfLayer(form.Present.Key, layer), GenAiGraph.OfLayer(form.Present.Value, layer) }))
        {
            Output(name);
        }

        var cache = Input(caches[0]);
        var compute = (DataType)cache.ElemType switch
        {
            DataType.Float => Precision.Float32,
            DataType.Float16 => Precision.Float16,
            DataType.Bfloat16 => Precision.BFloat16,
            var type => throw new InvalidDataException($"{path}: keys and values are of {type}; float32, float16 and bfloat16 are supported."),
        };
        return (compute, Fixed(cache, 1, caches[0]), Fixed(cache, 3, caches[0]));
    }

    /// <summary>Type and width of the logits, and whether there are those of the last column alone.</summary>
    public (TensorElementType Type, int Vocabulary, bool LastOnly) Logits(int vocabulary)
    {
        var logits = Output(form.Logits);
        var dims = logits.Shape?.Dim ?? [];
        return (DataType)logits.ElemType is DataType.Float or DataType.Float16 or DataType.Bfloat16
            ? ((TensorElementType)logits.ElemType, dims.Count == 3 && dims[2].DimValue > 0 ? (int)dims[2].DimValue : vocabulary, dims.Count == 3 && dims[1].DimValue == 1)
            : throw new InvalidDataException($"{path}: '{form.Logits}' is of {(DataType)logits.ElemType}.");
    }

    /// <summary>How most weights are stored.</summary>
    public Precision Weights(Precision compute)
    {
        var bits = graph.Node.Where(node => node.OpType == "MatMulNBits").Select(node => node.Attribute.FirstOrDefault(attribute => attribute.Name == "bits")?.I ?? 4).ToList();
        return bits.Count == 0 ? compute : bits.Contains(4) ? Precision.Int4 : Precision.Int8;
    }

    private TypeProto.Types.Tensor Input(string name) => graph.Input.FirstOrDefault(value => value.Name == name)?.Type?.TensorType ?? throw Missing("input", name);

    private TypeProto.Types.Tensor Output(string name) => graph.Output.FirstOrDefault(value => value.Name == name)?.Type?.TensorType ?? throw Missing("output", name);

    private int Fixed(TypeProto.Types.Tensor tensor, int dimension, string name) => tensor.Shape?.Dim is { Count: 4 } dims && dims[dimension].DimValue is > 0 and < int.MaxValue and var size
        ? (int)size
        : throw new InvalidDataException($"{path}: '{name}' does not say how large its dimension {dimension} is.");

    private InvalidDataException Missing(string what, string name) => new($"{path}: has no {what} '{name}', which {GenAiFolder.FileName} names.");
}
