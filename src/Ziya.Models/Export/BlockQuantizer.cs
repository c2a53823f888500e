using System.Numerics.Tensors;

namespace Ziya.Models.Export;

/// <summary>
/// Symmetric block-wise quantization as MatMulNBits reads it (ONNX Runtime, docs/ContribOperators.md): each block of a row has one scale, and a
/// value is (q - 2^(bits-1)) * scale.
/// 1. The scale is the block's value of largest magnitude / -2^(bits-1): that one becomes q = 0, exactly.
/// 2. q is the nearest of 0 .. 2^bits - 1.
/// 3. Two values of 4 bits share a byte, the first in the lower half; a last block that is too short is filled with zeros.
/// </summary>
internal static class BlockQuantizer
{
    /// <summary>Quantizes a row, which is lost by it. <paramref name="round"/> is what storing a scale makes of it.</summary>
    public static void Quantize(Span<float> row, int bits, int blockSize, Func<float, float> round, Span<float> scales, Span<byte> packed)
    {
        var zero = 1 << (bits - 1);
        for (var block = 0; block * blockSize < row.Length; block++)
        {
            // 1.
            var values = row.Slice(block * blockSize, Math.Min(blockSize, row.Length - (block * blockSize)));
            var scale = scales[block] = round(TensorPrimitives.MaxMagnitude(values) / -zero);
            TensorPrimitives.Multiply(values, scale == 0 ? 0 : 1 / scale, values);
        }

        // 2. A scale below what float16 can hold well may put values on both sides beyond the range.
        TensorPrimitives.Round(row, row);
        TensorPrimitives.Add(row, zero, row);
        TensorPrimitives.Max(row, 0, row);
        TensorPrimitives.Min(row, (2 * zero) - 1, row);
        // 3.
        if (bits == 8)
        {
            packed[row.Length..].Fill((byte)zero);
            TensorPrimitives.ConvertTruncating<float, byte>(row, packed);
            return;
        }

        packed[(row.Length / 2)..].Fill(0x88);
        for (var i = 0; i < row.Length / 2; i++)
        {
            packed[i] = (byte)((int)row[2 * i] | ((int)row[(2 * i) + 1] << 4));
        }

        if (row.Length % 2 == 1)
        {
            packed[row.Length / 2] = (byte)((int)row[^1] | 0x80);
        }
    }
}
