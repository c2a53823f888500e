using Ziya.Corpus.Evaluation;
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
        var found = DataRates.Of(records, 1, 42, [_list]);
        Assert.Equal((10, 10), (found.DrawnFrom, found.Sampled));
        (string, string, long)[] expected =
        [
            ("privacy", "all", 2), ("privacy", "en", 1), ("privacy", "zh", 1), ("advertising", "all", 1), ("advertising", "en", 0), ("advertising", "zh", 1),
            ("html", "all", 2), ("html", "en", 1), ("html", "zh", 1), ("toxic", "all", 2), ("toxic", "en", 1), ("toxic", "zh", 1),
        ];
        Assert.Equal(expected, found.Rates.Select(rate => (rate.Name, rate.Language, rate.Found)));
        Assert.Equal(["length", "perplexity"], found.Numbers.Keys);
        Assert.DoesNotContain(DataRates.Of(records, 1, 42, []).Rates, rate => rate.Name == "toxic");
    }

    [Fact]
    public void Of_Rate_SamplesThatShareWhateverTheOrder()
    {
        Record[] records = [.. Enumerable.Range(0, 20_000).Select(at => (Record)new Document { Id = $"d{at}", Text = $"{at}" })];
        var found = DataRates.Of(records, 0.01, 42, []);
        Assert.InRange(found.Sampled, 150, 250);
        Assert.Equal(found.Numbers["length"], DataRates.Of(records.Reverse(), 0.01, 42, []).Numbers["length"]);
        Assert.Equal(0, DataRates.Of([], 0.01, 42, []).Sampled);
    }

    private static Document Text(string language, string text) => new() { Id = text, Text = text, Language = language, Scores = Scores.Empty.With("perplexity", text.Length) };
}
