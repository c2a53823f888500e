using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Ziya.Models.Checkpoints;

/// <summary>Elements as bytes, little-endian, and as floats.</summary>
internal static class TensorElements
{
    /// <summary>Bytes of one element.</summary>
    public static int Size(this TensorType type) => type switch
    {
        TensorType.Float64 or TensorType.Int64 => 8,
        TensorType.Float32 or TensorType.Int32 => 4,
        TensorType.Float16 or TensorType.BFloat16 or TensorType.Int16 => 2,
        _ => 1,
    };

    /// <summary>Whether weights can have this type.</summary>
    public static bool IsWeight(this TensorType type) => type is TensorType.Float32 or TensorType.Float16 or TensorType.BFloat16;

    /// <summary>The elements as floats, exactly.</summary>
    public static void ToFloats(TensorType type, ReadOnlySpan<byte> bytes, Span<float> floats)
    {
        switch (type)
        {
            case TensorType.Float32:
                MemoryMarshal.Cast<byte, float>(bytes).CopyTo(floats);
                break;
            case TensorType.Float16:
                TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(bytes), floats);
                break;
            case TensorType.BFloat16:
                Widen(MemoryMarshal.Cast<byte, ushort>(bytes), MemoryMarshal.Cast<float, uint>(floats));
                break;
            default:
                throw new ArgumentException($"{type} is no type of weights.", nameof(type));
        }
    }

    /// <summary>Floats as elements of a type, rounded to nearest, ties to even.</summary>
    public static void FromFloats(TensorType type, ReadOnlySpan<float> floats, Span<byte> bytes)
    {
        switch (type)
        {
            case TensorType.Float32:
                floats.CopyTo(MemoryMarshal.Cast<byte, float>(bytes));
                break;
            case TensorType.Float16:
                TensorPrimitives.ConvertToHalf(floats, MemoryMarshal.Cast<byte, Half>(bytes));
                break;
            case TensorType.BFloat16:
                Narrow(MemoryMarshal.Cast<float, uint>(floats), MemoryMarshal.Cast<byte, ushort>(bytes));
                break;
            default:
                throw new ArgumentException($"{type} is no type of weights.", nameof(type));
        }
    }

    /// <summary>How many elements are NaN or infinite.</summary>
    public static long CountNotFinite(TensorType type, ReadOnlySpan<byte> bytes) => type switch
    {
        TensorType.Float32 => CountFull(MemoryMarshal.Cast<byte, uint>(bytes), 0x7F800000u),
        TensorType.Float16 => CountFull(MemoryMarshal.Cast<byte, ushort>(bytes), (ushort)0x7C00),
        TensorType.BFloat16 => CountFull(MemoryMarshal.Cast<byte, ushort>(bytes), (ushort)0x7F80),
        _ => 0,
    };

    /// <summary>Elements whose exponent, a mask of bits, is all ones.</summary>
    private static long CountFull<T>(ReadOnlySpan<T> bits, T exponent)
        where T : unmanaged, IBinaryInteger<T>
    {
        var mask = Vector.Create(exponent);
        var found = 0L;
        var at = 0;
        for (; at <= bits.Length - Vector<T>.Count; at += Vector<T>.Count)
        {
            var value = Vector.Create(bits.Slice(at, Vector<T>.Count)) & mask;
            if (Vector.EqualsAny(value, mask))
            {
                found += CountEach(bits.Slice(at, Vector<T>.Count), exponent);
            }
        }

        return found + CountEach(bits[at..], exponent);
    }

    private static long CountEach<T>(ReadOnlySpan<T> bits, T exponent)
        where T : unmanaged, IBinaryInteger<T>
    {
        var found = 0L;
        foreach (var value in bits)
        {
            found += (value & exponent) == exponent ? 1 : 0;
        }

        return found;
    }

    private static void Widen(ReadOnlySpan<ushort> from, Span<uint> to)
    {
        to = to[..from.Length];
        for (var i = 0; i < from.Length; i++)
        {
            to[i] = (uint)from[i] << 16;
        }
    }

    private static void Narrow(ReadOnlySpan<uint> from, Span<ushort> to)
    {
        to = to[..from.Length];
        for (var i = 0; i < from.Length; i++)
        {
            var bits = from[i];
            // Rounding up would turn the NaN 0x7FFFFFFF into minus zero: the upper half is kept, with a bit that says NaN.
            to[i] = (bits & 0x7FFFFFFF) > 0x7F800000 ? (ushort)((bits >> 16) | 0x40) : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
        }
    }
}
