using Ziya.Corpus.Deduplication;
using Ziya.Pipeline.Records;

namespace Ziya.Corpus.Tests.Deduplication;

public sealed class KeepRuleTests
{
    [Theory]
    [InlineData(Keep.First, null, "a")]
    [InlineData(Keep.Longest, null, "c")]
    [InlineData(Keep.Earliest, "meta.date", "b")]
    [InlineData(Keep.Latest, "meta.date", "d")]
    [InlineData(Keep.Highest, "quality", "b")]
    [InlineData(Keep.Lowest, "quality", "c")]
    [InlineData(Keep.Preferred, null, "c")]
    public void Rank_OfRecords_IsLowestForTheBest(Keep keep, string? by, string best)
    {
        List<Document> records =
        [
            Made("a", "x", "2024-03-01", 0.25, "forum"), Made("b", "x", "2020", 0.5, null), Made("c", "xx", null, -1, "zh.wikipedia.org"), Made("d", "x", "2024-03-01T00:30:00+00:00", 0.1, "news-1"),
        ];
        var rule = new KeepRule(keep, by, keep == Keep.Preferred ? ["*.wikipedia.org", "news-*"] : null);

        Assert.Empty(rule.Check());
        Assert.Equal(best, records.MinBy(rule.Rank)!.Id);
        Assert.All(records, record => Assert.True(rule.Rank(record) >= 1UL << 63));
    }

    [Theory]
    [InlineData("2024-03-01", "2024-03-01T00:00:00")]
    [InlineData("2024-03-01T08:00:00+08:00", "2024-03-01T00:00:00")]
    [InlineData("Fri, 01 Mar 2024 00:00:00 GMT", "2024-03-01T00:00:00")]
    [InlineData("2024", "2024-01-01T00:00:00")]
    [InlineData("1709251200", "2024-03-01T00:00:00")]
    [InlineData("2024/3/1 08:00 +08:00", "2024-03-01T00:00:00")]
    [InlineData("昨天", null)]
    [InlineData("12:30", null)]
    [InlineData("Mar 5", null)]
    [InlineData("3月5日", null)]
    [InlineData("5 March 12:00 +0800", null)]
    [InlineData("9223372036854775807", null)]
    [InlineData(null, null)]
    public void Date_Forms_AreRead(string? text, string? date) =>
        Assert.Equal(date, KeepRule.Date(text) is { } ticks ? new DateTime(ticks).ToString("s", System.Globalization.CultureInfo.InvariantCulture) : null);

    [Theory]
    [InlineData(Keep.Earliest, null, false)]
    [InlineData(Keep.Earliest, "quality", false)]
    [InlineData(Keep.Preferred, null, false)]
    [InlineData(Keep.Longest, "meta.date", false)]
    [InlineData(Keep.Latest, "meta.date", true)]
    public void Check_Rule_HasWhatItNeeds(Keep keep, string? by, bool good) => Assert.Equal(good, !new KeepRule(keep, by).Check().Any());

    private static Document Made(string id, string text, string? date, double quality, string? source) =>
        new() { Id = id, Text = text, Source = source, Meta = Fields.Empty.With("date", date), Scores = Scores.Empty.With("quality", quality) };
}
