using Ziya.Synthesis.Code;

namespace Ziya.Synthesis.Tests.Code;

public sealed class PassAtKTests
{
    [Fact]
    public void Of_AllSmallCases_IsTheShareOfSubsetsWithAPass()
    {
        for (var n = 1; n <= 9; n++)
        {
            for (var c = 0; c <= n; c++)
            {
                for (var k = 1; k <= n; k++)
                {
                    Assert.Equal(ByCounting(n, c, k), PassAtK.Of(n, c, k), 12);
                }
            }
        }
    }

    [Fact]
    public void Of_OneTry_IsTheShareThatPassed() => Assert.Equal(3.0 / 7, PassAtK.Of(7, 3, 1), 14);

    [Fact]
    public void Of_ManyAnswers_StaysExact()
    {
        // 1 - C(9999, 5000) / C(10000, 5000) = 1 - 5000 / 10000, where the binomials have three thousand digits.
        Assert.Equal(0.5, PassAtK.Of(10_000, 1, 5_000), 12);
        Assert.Equal(1, PassAtK.Of(10_000, 9_000, 1_001));
    }

    [Fact]
    public void Of_DrawnAnswers_IsUnbiased()
    {
        var random = new Random(11);
        const double Solves = 0.2;
        var mean = Enumerable.Range(0, 40_000).Average(_ => PassAtK.Of(8, Enumerable.Range(0, 8).Count(_ => random.NextDouble() < Solves), 4));
        Assert.Equal(1 - Math.Pow(1 - Solves, 4), mean, 0.005);
    }

    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(3, 4, 1)]
    [InlineData(3, -1, 1)]
    [InlineData(3, 1, 4)]
    [InlineData(3, 1, 0)]
    public void Of_ImpossibleCounts_Throws(int n, int c, int k) => Assert.Throws<ArgumentOutOfRangeException>(() => PassAtK.Of(n, c, k));

    // Of all subsets of k answers, how many hold one of the first c.
    private static double ByCounting(int n, int c, int k)
    {
        var subsets = Enumerable.Range(0, 1 << n).Where(subset => int.PopCount(subset) == k).ToList();
        return (double)subsets.Count(subset => (subset & ((1 << c) - 1)) != 0) / subsets.Count;
    }
}
