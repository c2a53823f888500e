using Ziya.Corpus.Filtering;
using Ziya.Corpus.Tests.Fixtures;
using Ziya.Pipeline.Records;

namespace Ziya.Corpus.Tests.Filtering;

public sealed class ChineseQualityTests
{
    private const string Simplified = "河边的柳树又发芽了，孩子们在草地上放风筝，老人坐在长椅上晒太阳。";
    private const string Traditional = "電車在港島走了超過一百年，車速一直不快，車費也一直不貴，上層車頭的座位是遊客最愛。";

    private static readonly ChineseQualityOptions Off = new()
    {
        MinHan = 0,
        MinHanShare = 0,
        MaxDigits = 1,
        MaxSymbols = 1,
        MaxClause = 1_000_000,
        MaxExclamations = 10,
        MaxRuns = 1,
        MaxMenu = 1,
        MaxBoilerplate = 1,
        MaxAdvertising = 100,
    };

    [Fact]
    public void Apply_GoodDocuments_AreKept() =>
        Assert.Empty(SampleCorpus.GoodProse().Where(document => Reason(document.Text) is not null).Select(document => $"{document.Id} {Reason(document.Text)}"));

    [Fact]
    public void Apply_ChineseAdvertising_IsDropped() =>
        Assert.All(SampleCorpus.Ids("spam").Where(id => id.StartsWith("zh-", StringComparison.Ordinal)), id => Assert.NotNull(Reason(SampleCorpus.Documents[id].Text)));

    [Theory]
    [InlineData(Simplified, 2, null)]
    [InlineData(Traditional, 2, null)]
    [InlineData(Simplified, 1, "too_short")]
    [InlineData(Traditional, 1, "too_short")]
    [InlineData("An English text passes, however short.", 1, null)]
    [InlineData("駅前の小さな喫茶店が、来月で四十年の歴史に幕を下ろす。", 1, null)]
    [InlineData("동네 시장에서 삼십 년 동안 국수를 팔아 온 할머니가.", 1, null)]
    public void Apply_Prose_IsKeptWhereItIsLongEnough(string text, int times, string? reason) => Assert.Equal(reason, Reason(string.Concat(Enumerable.Repeat(text, times))));

    [Theory]
    [InlineData("too_short", "河边的柳树又发芽了。")]
    [InlineData("few_han", "看 `git log --graph` 的说明，再看图。")]
    [InlineData("digits", "成交 72148 吨，收盘 58.50 元，上涨 0.72。")]
    [InlineData("symbols", "★☆★☆★☆ 好物 ▓▓▓ 推荐 ◆◇◆◇")]
    [InlineData("no_sentences", "苏城搬家公司哪家好 苏城搬家公司电话 苏城搬家公司价格 苏城搬家公司排名 苏城长途搬家")]
    [InlineData("exclamations", "好吃！！！下次还来！！！")]
    [InlineData("runs", "哈哈哈哈哈哈哈哈笑死我了。")]
    [InlineData("menu", "首页\n新闻\n体育\n财经新闻\n最新影评\n今天下雨，我没有出门。")]
    [InlineData("boilerplate", "设为首页\n加入收藏\n今天下雨，我没有出门。")]
    [InlineData("boilerplate", "版權所有\n返回頂部\n今天下雨，我沒有出門。")]
    [InlineData("advertising", "姐妹们，想瘦的加微信，全国包邮，无效退款。")]
    [InlineData("advertising", "專營代購，全部包郵，可以貨到付款。")]
    public void Limit_OfARule_DecidesAloneAndGivesItsReason(string reason, string text)
    {
        var defaults = new ChineseQualityOptions();
        var options = reason switch
        {
            "too_short" => Off with { MinHan = defaults.MinHan },
            "few_han" => Off with { MinHanShare = 0.5 },
            "digits" => Off with { MaxDigits = defaults.MaxDigits },
            "symbols" => Off with { MaxSymbols = defaults.MaxSymbols },
            "no_sentences" => Off with { MaxClause = 30 },
            "exclamations" => Off with { MaxExclamations = defaults.MaxExclamations },
            "runs" => Off with { MaxRuns = defaults.MaxRuns },
            "menu" => Off with { MaxMenu = defaults.MaxMenu },
            "boilerplate" => Off with { MaxBoilerplate = defaults.MaxBoilerplate },
            _ => Off with { MaxAdvertising = defaults.MaxAdvertising },
        };

        Assert.Equal(reason, Reason(text, options));
        Assert.Null(Reason(text, Off));
    }

    [Theory]
    [InlineData("en", null)]
    [InlineData("ja", null)]
    [InlineData("zh", "too_short")]
    [InlineData(null, "too_short")]
    public void Apply_LanguageOfTheRecord_DecidesWhatIsAsked(string? language, string? reason)
    {
        var record = new Document { Id = "d", Text = "河边的柳树又发芽了。", Language = language };

        Assert.Equal(reason, new ChineseQuality(new()).Apply(record).Reason);
    }

    [Fact]
    public void AdvertisingCount_OfTheList_FitsTheBitsThatCountThem() => Assert.InRange(ChinesePhrases.AdvertisingCount, 1, 128);

    [Fact]
    public void Apply_OnePhraseInProse_IsKept() => Assert.Null(Reason(
        "她把店里的电话写在黑板上，底下添了一行小字：团购请加微信。隔壁的老王看了直摇头，说现在的人连打个电话都嫌麻烦，非要隔着屏幕说话，买一斤面也要先问三句在不在。"));

    [Fact]
    public void Take_RandomTexts_CountsAsTheObviousWayDoes()
    {
        string[] parts = ["词", "語", "的", "a", "B2", "7", " ", "\n", "，", "。", "！", "！！", "★", "哈哈哈哈哈", "か", "、", "版权所有", "加微信", "\uD83D\uDE00", "...", ". "];
        for (var seed = 0; seed < 1000; seed++)
        {
            var random = new Random(seed);
            var text = string.Concat(Enumerable.Range(0, random.Next(0, 50)).Select(_ => parts[random.Next(parts.Length)]));
            var census = ChineseCensus.Take(text);

            var lines = text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0).ToList();
            var solid = lines.Select(line => line.Replace(" ", "", StringComparison.Ordinal)).ToList();
            Assert.Equal(solid.Sum(line => line.Length), census.Characters);
            Assert.Equal(text.Count(c => c is >= '\u4E00' and <= '\u9FFF'), census.Han);
            Assert.Equal(text.Count(char.IsAsciiLetter), census.Letters);
            Assert.Equal(text.Count(char.IsAsciiDigit), census.Digits);
            Assert.Equal(text.Count(c => c == 'か'), census.Unspaced);
            Assert.Equal(lines.Count(line => line.Contains("版权所有", StringComparison.Ordinal)), census.BoilerplateLines);
            Assert.Equal(text.Contains("加微信", StringComparison.Ordinal) ? 1 : 0, census.Advertising);
            Assert.Equal(solid.Sum(line => Runs(line)), census.RunCharacters);
            Assert.Equal(solid.Sum(line => line.Zip(line.Skip(1)).Count(pair => pair is ('！', '！'))), census.Exclamations);
        }

        static int Runs(string line)
        {
            var marked = 0;
            for (var i = 0; i < line.Length;)
            {
                var end = i;
                while (end < line.Length && line[end] == line[i])
                {
                    end++;
                }

                marked += end - i >= 4 && !char.IsAsciiDigit(line[i]) ? end - i : 0;
                i = end;
            }

            return marked;
        }
    }

    private static string? Reason(string text, ChineseQualityOptions? options = null) =>
        new ChineseQuality(options ?? new()).Apply(new Document { Id = "d", Text = text }).Reason;
}
