using Ziya.Corpus.Cleaning;
using Ziya.Corpus.Filtering;
using Ziya.Corpus.Tests.Fixtures;
using Ziya.Pipeline.Records;

namespace Ziya.Corpus.Tests.Filtering;

/// <summary>The quality filters together, after <c>clean</c>, against what is planted in the sample corpus.</summary>
public sealed class PlantedTests
{
    private readonly Clean _clean = new(new CleanOptions());
    private readonly GopherQuality _quality = new(new GopherQualityOptions());
    private readonly GopherRepetition _repetition = new(new GopherRepetitionOptions());
    private readonly ChineseQuality _chinese = new(new ChineseQualityOptions());

    // Which ones are left: an English article with page furniture around it, and English advertising in whole sentences, which words alone do not give away.
    [Theory]
    [InlineData("repetitive", 10)]
    [InlineData("too_short", 12)]
    [InlineData("symbol_soup", 6)]
    [InlineData("boilerplate", 11)]
    [InlineData("spam", 9)]
    public void Filters_PlantedFaults_DropThem(string kind, int least)
    {
        var left = SampleCorpus.Ids(kind).Where(id => Reason(SampleCorpus.Documents[id]) is null).ToList();

        Assert.True(SampleCorpus.Ids(kind).Count() - left.Count >= least, string.Join(' ', left));
    }

    [Fact]
    public void Filters_GoodProse_KeepIt() =>
        Assert.Empty(SampleCorpus.GoodProse().Where(document => Reason(document) is not null).Select(document => $"{document.Id} {Reason(document)}"));

    private string? Reason(Document document)
    {
        var cleaned = _clean.Apply(document);
        return cleaned.Record is not { } record ? cleaned.Reason : _quality.Apply(record).Reason ?? _repetition.Apply(record).Reason ?? _chinese.Apply(record).Reason;
    }
}
