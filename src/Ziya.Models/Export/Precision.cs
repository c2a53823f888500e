#pragma warning disable CA1720 // That the names are those of types is their meaning.
namespace Ziya.Models.Export;

/// <summary>How the weights of an exported model are stored.</summary>
public enum Precision
{
    /// <summary>Single precision: exact, for CPU.</summary>
    Float32,

    /// <summary>Half precision: for CUDA.</summary>
    Float16,

    /// <summary>BFloat16: for CUDA; ONNX Runtime has no attention of it for CPU.</summary>
    BFloat16,

    /// <summary>8 bits and a scale a block of inputs.</summary>
    Int8,

    /// <summary>4 bits and a scale a block of inputs; the head has 8 bits.</summary>
    Int4,
}
