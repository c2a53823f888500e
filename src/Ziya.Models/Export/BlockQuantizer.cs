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
    /// <summary>Quantizes a row. <paramref name="round"/> is what storing a scale makes of it.</summary>
    public static void Quantize(ReadOnlySpan<float> row, int bits, int blockSize, Func<float, float> round, Span<float> scales, Span<byte> packed)
    {
        var zero = 1 << (bits - 1);
        packed.Fill(bits == 4 ? (byte)0x88 : (byte)0x80);
        for (var block = 0; block * blockSize < row.Length; block++)
        {
            var values = row.Slice(block * blockSize, Math.Min(blockSize, row.Length - (block * blockSize)));
            // 1.
            var scale = round(Extreme(values) / -zero);
            scales[block] = scale;
            var inverse = scale == 0 ? 0 : 1 / scale;
            var target = packed.Slice(block * blockSize * bits / 8, blockSize * bits / 8);
            for (var i = 0; i < values.Length; i++)
            {
                // 2.
                var q = (byte)Math.Clamp((int)MathF.Round(values[i] * inverse) + zero, 0, (2 * zero) - 1);
                // 3.
                if (bits == 8)
                {
                    target[i] = q;
                }
                else
                {
                    target[i / 2] = (byte)(i % 2 == 0 ? (target[i / 2] & 0xF0) | q : (target[i / 2] & 0x0F) | (q << 4));
                }
            }
        }
    }

    private static float Extreme(ReadOnlySpan<float> values)
    {
        var extreme = 0f;
        foreach (var value in values)
        {
            if (MathF.Abs(value) > MathF.Abs(extreme))
            {
                extreme = value;
            }
        }

        return extreme;
    }
}
