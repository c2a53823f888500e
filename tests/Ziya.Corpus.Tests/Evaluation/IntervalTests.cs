using Ziya.Corpus.Evaluation;

namespace Ziya.Corpus.Tests.Evaluation;

public sealed class IntervalTests
{
    // Values of Wilson's formula as statistics programs give them (R's prop.test without continuity correction).
    [Theory]
    [InlineData(0.5, 10, 0.2366, 0.7634)]
    [InlineData(0.0, 10, 0.0000, 0.2775)]
    [InlineData(1.0, 10, 0.7225, 1.0000)]
    [InlineData(0.81, 263, 0.7582, 0.8528)]
    [InlineData(0.0, 1000, 0.0000, 0.0038)]
    public void Wilson_KnownShares_GivesTheKnownInterval(double share, long items, double low, double high)
    {
        var interval = Interval.Wilson(share, items);
        Assert.Equal(low, interval.Low, 4e-4);
        Assert.Equal(high, interval.High, 4e-4);
    }

    [Fact]
    public void Wilson_NoItems_SaysNothing() => Assert.Equal(new Interval(0, 1), Interval.Wilson(0, 0));

    /// <summary>The interval says what it promises: it holds the true rate in about 95 of 100 samples, with ties rather more often.</summary>
    [Theory]
    [InlineData(0.5, 0.0)]
    [InlineData(0.3, 0.4)]
    [InlineData(0.9, 0.05)]
    public void Wilson_ManySamplesWithTies_HoldsTheTrueRate(double wins, double ties)
    {
        var random = new Random(7);
        var held = 0;
        for (var sample = 0; sample < 2000; sample++)
        {
            var points = Enumerable.Range(0, 80).Sum(_ => random.NextDouble() switch { var draw when draw < wins => 1, var draw when draw < wins + ties => 0.5, _ => 0 });
            var interval = Interval.Wilson(points / 80, 80);
            held += interval.Low <= wins + (ties / 2) && wins + (ties / 2) <= interval.High ? 1 : 0;
        }

        Assert.InRange(held, 1860, 2000);
    }
}
