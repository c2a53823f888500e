using Ziya.Corpus.Evaluation;

namespace Ziya.Corpus.Tests.Evaluation;

public sealed class AgreementTests
{
    // The worked examples of textbooks: both yes, first alone, second alone, both no.
    [Theory]
    [InlineData(20, 5, 10, 15, 0.4)]
    [InlineData(45, 15, 25, 15, 0.1304)]
    [InlineData(25, 35, 5, 35, 0.2593)]
    [InlineData(10, 0, 0, 10, 1.0)]
    [InlineData(0, 10, 10, 0, -1.0)]
    public void Cohen_WorkedExamples_GivesTheirKappa(int yes, int first, int second, int no, double expected)
    {
        List<(string, string)> choices =
        [
            .. Enumerable.Repeat(("yes", "yes"), yes), .. Enumerable.Repeat(("yes", "no"), first), .. Enumerable.Repeat(("no", "yes"), second), .. Enumerable.Repeat(("no", "no"), no),
        ];
        Assert.Equal(expected, Agreement.Cohen(choices)!.Value, 5e-5);
    }

    [Fact]
    public void Fleiss_HisExample_GivesHisKappa()
    {
        // Fourteen judges put ten items into five classes; kappa is 0.210.
        int[][] counts =
        [
            [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1], [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
        ];
        IReadOnlyList<string>[] items = [.. counts.Select(item => (IReadOnlyList<string>)[.. item.SelectMany((count, at) => Enumerable.Repeat($"{at}", count))])];
        Assert.Equal(0.210, Agreement.Fleiss(items)!.Value, 5e-4);
    }

    [Fact]
    public void Kappa_NothingToAgreeOn_IsNotDefined()
    {
        Assert.Null(Agreement.Cohen([]));
        Assert.Null(Agreement.Cohen([("a", "a"), ("a", "a")]));
        Assert.Null(Agreement.Fleiss([]));
        Assert.Null(Agreement.Fleiss([["a", "a", "a"], ["a", "a", "a"]]));
    }

    [Fact]
    public void Of_ThreeJudgesOfWhomOneStoppedEarly_ComparesWhatEachTwoShare()
    {
        (string, string, string)[] choices =
        [
            ("李", "1", "left"), ("李", "2", "tie"), ("李", "3", "right"),
            ("Ann", "1", "left"), ("Ann", "2", "left"), ("Ann", "3", "right"),
            ("Bo", "1", "right"), ("Bo", "2", "tie"),
        ];
        var table = AgreementTable.Of(choices);
        Assert.Equal([("李", "Ann", 3, 2 / 3.0), ("李", "Bo", 2, 0.5), ("Ann", "Bo", 2, 0)], table.Pairs.Select(pair => (pair.First, pair.Second, pair.Items, pair.Same)));
        Assert.Equal(2, table.Items);

        // By hand: observed 1/3, expected (2/6)² + (2/6)² + (2/6)² with left 3, right 1, tie 2 of six: 14/36.
        Assert.Equal((1 / 3.0 - 14 / 36.0) / (1 - 14 / 36.0), table.Fleiss!.Value, 1e-12);
        Assert.Null(AgreementTable.Of(choices.Take(6)).Fleiss);
        Assert.Empty(AgreementTable.Of([]).Pairs);
    }

    [Fact]
    public void Of_ItemThatIsThereTwice_CountsOnce() =>
        Assert.Equal((1, 1.0), AgreementTable.Of([("李", "1", "left"), ("李", "1", "right"), ("Ann", "1", "left"), ("Ann", "1", "left")]).Pairs.Select(pair => (pair.Items, pair.Same)).Single());
}
