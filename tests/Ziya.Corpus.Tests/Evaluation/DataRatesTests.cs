using Ziya.Corpus.Evaluation;
using Ziya.Corpus.Tests.Fixtures;
using Ziya.Pipeline.Records;

namespace Ziya.Corpus.Tests.Evaluation;

public sealed class DataRatesTests : IDisposable
{
    private readonly string _list = Path.GetTempFileName();

    public void Dispose() => File.Delete(_list);

    [Fact]
    public void Of_PlantedTexts_FindsEachInBothLanguages()
    {
        File.WriteAllText(_list, "# planted\n坏话词\nnastyword\n");
        Record[] records =
        [
            Text("zh", "今天天气很好，我们去公园散步。"), Text("en", "It rained all day, so we stayed in."),
            Text("zh", "联系电话：13800138000，请找王先生。"), Text("en", "Write to jane.doe@example.com for the key."),
            Text("zh", "段落<br/>里面有标签&nbsp;。"), Text("en", "<p class=\"x\">left over</p>"),
            Text("zh", "他说了坏话词。"), Text("en", "A nastyword there."), Text("en", "if a<b and b>c, so be it & more"),
            Text("zh", "加微信领取优惠，货到付款，娱乐城注册送彩金，欢迎咨询。"),
        ];
        var found = DataRates.Of(records, 1, 42, [_list], None);
        Assert.Equal((10, 10), (found.DrawnFrom, found.Sampled));
        (string, string, long)[] expected =
        [
            ("privacy", "all", 2), ("privacy", "en", 1), ("privacy", "zh", 1), ("advertising", "all", 1), ("advertising", "en", 0), ("advertising", "zh", 1),
            ("html", "all", 2), ("html", "en", 1), ("html", "zh", 1), ("toxic", "all", 2), ("toxic", "en", 1), ("toxic", "zh", 1),
        ];
        Assert.Equal(expected, found.Rates.Select(rate => (rate.Name, rate.Language, rate.Found)));
        Assert.Equal(["length", "perplexity"], found.Numbers.Keys);
        Assert.DoesNotContain(DataRates.Of(records, 1, 42, [], None).Rates, rate => rate.Name == "toxic");
    }

    [Fact]
    public void Of_Rate_SamplesThatShareWhateverTheOrder()
    {
        Record[] records = [.. Enumerable.Range(0, 20_000).Select(at => (Record)new Document { Id = $"d{at}", Text = $"{at}" })];
        var found = DataRates.Of(records, 0.01, 42, [], None);
        Assert.InRange(found.Sampled, 150, 250);
        Assert.Equal(found.Numbers["length"], DataRates.Of(records.Reverse(), 0.01, 42, [], None).Numbers["length"]);
        Assert.Equal(0, DataRates.Of([], 0.01, 42, [], None).Sampled);
    }

    [Fact]
    public void Of_TopicsInScoresAndOfAClassifier_AreCounted()
    {
        Record[] records =
        [
            Scored("免费领取优惠券，今天下单立减三十元！", ("sensitive", 1), ("sensitive_loans", 2), ("sensitive_gambling", 0), ("kind_advert", 0.9), ("kind_prose", 0.1)),
            Scored("小镇的邮差每天骑车经过我家门口。", ("sensitive", 0), ("sensitive_loans", 0), ("sensitive_gambling", 0), ("kind_advert", 0.2), ("kind_prose", 0.8)),
            Scored("The museum closes at five, but the garden stays open.", ("kind_advert", 0.3), ("kind_prose", 0.7), ("kinder", 1)),
        ];
        var classifier = Path.Combine(SampleCorpus.Root, "classify", "advert.clf");

        var topics = DataRates.Of(records, 1, 42, [], new TopicTally(["kind", "classify"], classifier)).Topics;

        (string, string, long, long)[] expected = [("advert", "prose", 2, 3), ("advert", "advert", 1, 3), ("kind", "prose", 2, 3), ("kind", "advert", 1, 3), ("sensitive", "loans", 1, 2)];
        Assert.Equal(expected, topics.Select(topic => (topic.By, topic.Topic, topic.Found, topic.Sampled)));
        Assert.Throws<InvalidDataException>(() => new TopicTally([], "nothere.clf"));
    }

    private static TopicTally None => new([], null);

    private static Document Scored(string text, params (string Name, double Value)[] scores) =>
        new() { Id = text, Text = text, Scores = Scores.Empty.With(scores.Select(score => KeyValuePair.Create(score.Name, score.Value))) };

    private static Document Text(string language, string text) => new() { Id = text, Text = text, Language = language, Scores = Scores.Empty.With("perplexity", text.Length) };
}
