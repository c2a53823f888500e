using Ziya.Models.Export;

namespace Ziya.Models.Tests.Export;

public sealed class BlockQuantizerTests
{
    [Theory]
    [InlineData(4, 16, 1)]
    [InlineData(4, 16, 37)]
    [InlineData(4, 32, 96)]
    [InlineData(8, 16, 37)]
    [InlineData(8, 128, 300)]
    public void Quantize_RandomRows_NearestMultipleOfTheScaleAndTheRestIsZero(int bits, int blockSize, int length)
    {
        var random = new Random(3);
        var zero = 1 << (bits - 1);
        for (var round = 0; round < 50; round++)
        {
            var row = Enumerable.Range(0, length).Select(i => round == 0 ? 0f : (random.NextSingle() - 0.5f) * MathF.Pow(10, random.Next(-9, 5))).ToArray();
            var blocks = (length + blockSize - 1) / blockSize;
            var (scales, packed) = (new float[blocks], new byte[blocks * blockSize * bits / 8]);
            BlockQuantizer.Quantize(row.ToArray(), bits, blockSize, scale => (float)(Half)scale, scales, packed);

            for (var i = 0; i < blocks * blockSize; i++)
            {
                var q = bits == 8 ? packed[i] : (packed[i / 2] >> (4 * (i % 2))) & 15;
                var (scale, value) = (scales[i / blockSize], i < length ? row[i] : 0);
                var nearest = scale == 0 ? zero : Enumerable.Range(0, 2 * zero).Min(candidate => Math.Abs(value - ((candidate - zero) * scale)));
                Assert.True(scale == 0 ? q == zero : Math.Abs(value - ((q - zero) * scale)) <= nearest + (1e-4f * MathF.Abs(scale)));
            }
        }
    }
}
