#pragma warning disable CA1720 // That the names are those of types is their meaning.
namespace Ziya.Models.Checkpoints;

/// <summary>The element types that checkpoints have.</summary>
public enum TensorType
{
    /// <summary>IEEE single precision.</summary>
    Float32,

    /// <summary>IEEE half precision.</summary>
    Float16,

    /// <summary>The upper half of a single: its range, with 8 bits of precision.</summary>
    BFloat16,

    /// <summary>IEEE double precision.</summary>
    Float64,

    /// <summary>Signed, 64 bits.</summary>
    Int64,

    /// <summary>Signed, 32 bits.</summary>
    Int32,

    /// <summary>Signed, 16 bits.</summary>
    Int16,

    /// <summary>Signed, 8 bits.</summary>
    Int8,

    /// <summary>Unsigned, 8 bits.</summary>
    UInt8,

    /// <summary>A byte that is 0 or 1.</summary>
    Bool,
}
