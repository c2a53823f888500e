using Ziya.Corpus.Deduplication;

namespace Ziya.Corpus.Tests.Deduplication;

public sealed class PermutationsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(112)]
    [InlineData(130)]
    [InlineData(1024)]
    public void Lower_EveryWidth_IsWhatOneByOneGives(int count)
    {
        var permutations = new Permutations(count);
        var random = new Random(count);
        for (var length = 0; length < 40; length++)
        {
            var numbers = Enumerable.Range(0, length).Select(_ => (uint)random.NextInt64(1L << 32)).ToArray();
            var start = Enumerable.Range(0, permutations.Padded).Select(_ => (uint)random.NextInt64(1L << 32)).ToArray();
            uint[] expected = [.. start], by256 = [.. start], by512 = [.. start], chosen = [.. start];

            permutations.LowerOneByOne(numbers, expected);
            permutations.LowerBy256(numbers, by256);
            permutations.LowerBy512(numbers, by512);
            permutations.Lower(numbers, chosen);

            Assert.Equal(expected, by256);
            Assert.Equal(expected, by512);
            Assert.Equal(expected, chosen);
        }
    }

    [Fact]
    public void Lower_OfASet_EveryMemberIsLeastEquallyOften()
    {
        // 64 numbers, 1024 permutations, 40 sets: each place is the least one 640 times, with a standard deviation of 25.
        var permutations = new Permutations(1024);
        var random = new Random(5);
        var least = new int[64];
        for (var set = 0; set < 40; set++)
        {
            var numbers = Enumerable.Range(0, 64).Select(_ => (uint)random.NextInt64(1L << 32)).ToArray();
            var all = new uint[permutations.Padded];
            Array.Fill(all, uint.MaxValue);
            permutations.Lower(numbers, all);
            for (var place = 0; place < numbers.Length; place++)
            {
                var own = new uint[permutations.Padded];
                Array.Fill(own, uint.MaxValue);
                permutations.Lower(numbers.AsSpan(place, 1), own);
                least[place] += own.Zip(all).Count(pair => pair.First == pair.Second);
            }
        }

        Assert.All(least, times => Assert.InRange(times, 640 - 125, 640 + 125));
    }

    [Fact]
    public void Lower_FirstPermutations_AreAlwaysTheSame()
    {
        // Golden: signatures of one version must be those of the next, or stored ones could not be compared.
        var minima = new uint[16];
        Array.Fill(minima, uint.MaxValue);

        new Permutations(16).Lower([0, 1, 20_261_123], minima);

        Assert.Equal(Golden, minima[..4]);
    }

    private static readonly uint[] Golden = [546_937_056, 612_890_343, 2_646_446_309, 166_393_783];
}
