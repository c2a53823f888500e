using Ziya.Synthesis.Evaluation;

namespace Ziya.Synthesis.Tests.Evaluation;

public sealed class WinRateTests
{
    // The figures of the model cards, in percent.
    [Theory]
    [InlineData(53.2, 26.5, 66.45)]
    [InlineData(37.5, 41.7, 58.35)]
    public void Of_FiguresOfTheCards_GivesTheirWinRate(double wins, double ties, double expected) => Assert.Equal(expected, WinRate.Of(wins, ties, 100) * 100, 1e-9);

    [Theory]
    [InlineData(55, 0, 45, "comparable")]
    [InlineData(56, 0, 44, "better")]
    [InlineData(45, 0, 55, "comparable")]
    [InlineData(44, 0, 56, "worse")]
    [InlineData(10, 80, 10, "comparable")]
    [InlineData(0, 0, 0, "not judged")]
    public void Verdict_AroundTheThresholds_IsThatOfTheCard(long wins, long ties, long losses, string expected) =>
        Assert.Equal(expected, new WinRate(wins, ties, losses, wins + ties + losses).Verdict);

    [Fact]
    public void Of_SeveralJudgesOfOneItem_MakeNoMoreItems()
    {
        JudgedPair[] judged = [.. Enumerable.Range(0, 30).Select(at => new JudgedPair($"j{at % 3}", $"i{at / 3}", at < 15 ? "qa" : "写作", "zh", at % 2, 0, 1))];
        var comparison = Comparison.Of("a", "b", judged);
        Assert.Equal(["all", "language zh", "task qa", "task 写作"], comparison.Rows.Select(row => row.Name));
        var all = comparison.Rows[0].Rate;
        Assert.Equal((15, 0, 15, 10), (all.Wins, all.Ties, all.Losses, all.Items));
        Assert.Equal(0.2366, all.Interval.Low, 1e-3);
        Assert.Equal(["j0", "j1", "j2"], comparison.Judges);
        Assert.Equal(0, comparison.FirstPlace);
        Assert.Null(Comparison.Of("a", "b", []).FirstPlace);
    }
}
