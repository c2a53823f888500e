using Ziya.Pipeline.Runs;

namespace Ziya.Pipeline.Tests.Runs;

public sealed class DistributionsTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 3)]
    [InlineData(5, 5)]
    [InlineData(0.61, 0.6)]
    [InlineData(146, 140)]
    [InlineData(-3, -3)]
    [InlineData(-1.63, -1.62)]
    public void Shown_BinOfAScore_IsTheRoundestValueInIt(double score, double shown) => Assert.Equal(shown, Distributions.Shown(Distributions.Bin(score)), 9);

    [Fact]
    public void Shown_EveryBin_LiesInItAndRises()
    {
        Assert.All(Enumerable.Range(0, 600), bin => Assert.InRange(Distributions.Shown(bin), Distributions.LowerBound(bin) - 1e-9, Distributions.LowerBound(bin + 1)));
        Assert.All(Enumerable.Range(-600, 1200).Where(bin => bin != 0), bin => Assert.True(Distributions.Shown(bin) > Distributions.Shown(bin - 1), $"bin {bin}"));
    }
}
