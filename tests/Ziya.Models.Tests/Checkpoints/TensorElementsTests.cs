using Ziya.Models.Checkpoints;

namespace Ziya.Models.Tests.Checkpoints;

public sealed class TensorElementsTests
{
    [Theory]
    [InlineData(TensorType.Float16)]
    [InlineData(TensorType.BFloat16)]
    public void ToFloats_EveryPattern_ComesBack(TensorType type)
    {
        var bytes = Enumerable.Range(0, 65536).SelectMany(bits => BitConverter.GetBytes((ushort)bits)).ToArray();
        var floats = new float[65536];
        TensorElements.ToFloats(type, bytes, floats);
        var back = new byte[bytes.Length];
        TensorElements.FromFloats(type, floats, back);

        for (var i = 0; i < floats.Length; i++)
        {
            Assert.True(float.IsNaN(floats[i]) || BitConverter.ToUInt16(bytes, 2 * i) == BitConverter.ToUInt16(back, 2 * i));
            Assert.Equal(type == TensorType.Float16 ? (float)BitConverter.UInt16BitsToHalf((ushort)i) : BitConverter.UInt32BitsToSingle((uint)i << 16), floats[i]);
        }
    }

    [Theory]
    [InlineData(0x3F808000u, 0x3F80)] // halfway: to even
    [InlineData(0x3F818000u, 0x3F82)]
    [InlineData(0x3F808001u, 0x3F81)]
    [InlineData(0x7F7FFFFFu, 0x7F80)] // beyond the largest: infinity
    [InlineData(0x7FFFFFFFu, 0x7FFF)]
    [InlineData(0xFF800001u, 0xFFC0)]
    public void FromFloats_BFloat16_NearestTiesToEven(uint bits, int expected)
    {
        var bytes = new byte[2];
        TensorElements.FromFloats(TensorType.BFloat16, [BitConverter.UInt32BitsToSingle(bits)], bytes);
        Assert.Equal(expected, BitConverter.ToUInt16(bytes));
    }
}
