using System.Text.RegularExpressions;
using Ziya.Corpus.Filtering;
using Ziya.Corpus.Tests.Fixtures;
using Ziya.Pipeline.Records;

namespace Ziya.Corpus.Tests.Filtering;

public sealed class GopherQualityTests
{
    private const string Chinese = "河边的柳树又发芽了，孩子们在草地上放风筝，老人坐在长椅上晒太阳。";
    private const string Traditional = "電車在港島走了超過一百年，車速一直不快，車費也一直不貴，上層車頭的座位是遊客最愛。";
    private const string English = "The train that we wanted to take was late, and the people with tickets had to wait for an hour. ";

    private static readonly GopherQualityOptions Off = new()
    {
        MinWords = 0,
        MaxWords = int.MaxValue,
        MinCharacters = 0,
        MaxCharacters = int.MaxValue,
        MinMeanLength = 0,
        MaxMeanLength = 1000,
        MaxHashes = 10,
        MaxEllipses = 10,
        MaxBulletLines = 1,
        MaxEllipsisLines = 1,
        MinAlphabeticWords = 0,
        MinStopWords = 0,
    };

    [Fact]
    public void Apply_PlantedFaults_AreDropped()
    {
        Assert.All(SampleCorpus.Ids("too_short"), id => Assert.NotNull(Reason(SampleCorpus.Documents[id].Text)));
        Assert.All(SampleCorpus.Ids("symbol_soup"), id => Assert.NotNull(Reason(SampleCorpus.Documents[id].Text)));
    }

    [Fact]
    public void Apply_GoodDocuments_AreKept() =>
        Assert.Empty(SampleCorpus.GoodProse().Where(document => Reason(document.Text) is not null).Select(document => $"{document.Id} {Reason(document.Text)}"));

    [Theory]
    [InlineData(Chinese, 3, null)]
    [InlineData(Chinese, 1, "too_few_words")]
    [InlineData(Traditional, 3, null)]
    [InlineData(English, 4, null)]
    [InlineData(English, 2, "too_few_words")]
    public void Apply_Prose_IsKeptWhereItIsLongEnough(string text, int times, string? reason) => Assert.Equal(reason, Reason(string.Concat(Enumerable.Repeat(text, times))));

    [Theory]
    [InlineData("too_few_words", "only five words are here")]
    [InlineData("too_many_words", "more than five words are in here")]
    [InlineData("too_few_characters", "河边的柳树")]
    [InlineData("too_many_characters", "河边的柳树又发芽了")]
    [InlineData("short_words", "a b c d e f g of")]
    [InlineData("long_words", "internationalisation incomprehensibilities")]
    [InlineData("hashes", "#sunset #beach 我")]
    [InlineData("ellipses", "就这样……然后……没有了")]
    [InlineData("ellipses", "well... so... it goes...")]
    [InlineData("bullet_lines", "- 一\n- 二\n\n• three")]
    [InlineData("ellipsis_lines", "first of all…\nsecond...\nthird of all")]
    [InlineData("not_alphabetic", "0.1 0.2 0.3 -- == word")]
    [InlineData("no_stop_words", "cheap pills online pharmacy, the best")]
    [InlineData("no_stop_words", "苏城搬家公司电话 苏城搬家公司价格")]
    public void Limit_OfARule_DecidesAloneAndGivesItsReason(string rule, string text)
    {
        var options = rule switch
        {
            "too_few_words" => Off with { MinWords = 6 },
            "too_many_words" => Off with { MaxWords = 5 },
            "too_few_characters" => Off with { MinCharacters = 6 },
            "too_many_characters" => Off with { MaxCharacters = 8 },
            "short_words" => Off with { MinMeanLength = 3 },
            "long_words" => Off with { MaxMeanLength = 10 },
            "hashes" => Off with { MaxHashes = 0.1 },
            "ellipses" => Off with { MaxEllipses = 0.1 },
            "bullet_lines" => Off with { MaxBulletLines = 0.9 },
            "ellipsis_lines" => Off with { MaxEllipsisLines = 0.3 },
            "not_alphabetic" => Off with { MinAlphabeticWords = 0.8 },
            _ => Off with { MinStopWords = 2 },
        };

        Assert.Equal(rule.Replace("characters", "words", StringComparison.Ordinal), Reason(text, options));
        Assert.Null(Reason(text, Off));
    }

    [Theory]
    [InlineData("★ 一行长长的介绍，它以星号开头，以省略号结尾……")]
    [InlineData("- one line that begins with a dash and ends with...")]
    public void LineRules_OneLine_AreNotAsked(string text) => Assert.Null(Reason(text, Off with { MaxBulletLines = 0.9, MaxEllipsisLines = 0.3 }));

    [Theory]
    [InlineData("de", null)]
    [InlineData("en", "no_stop_words")]
    [InlineData(null, "no_stop_words")]
    public void MinStopWords_OtherLanguage_IsNotAsked(string? language, string? reason)
    {
        var record = new Document { Id = "d", Text = "Der Zug kam eine Stunde zu spät.", Language = language };

        Assert.Equal(reason, new GopherQuality(Off with { MinStopWords = 2 }).Apply(record).Reason);
    }

    [Fact]
    public void Take_RandomTexts_CountsAsTheObviousWayDoes()
    {
        string[] parts = ["的", "是", "词", "word", "the", "To", "of,", " ", "\n", " \n", "...", "…", "……", "#", "- ", "3.14", "é", "，", "。", "“", "かな", "don't", "\uD83D\uDE00", "....", "•"];
        for (var seed = 0; seed < 2000; seed++)
        {
            var random = new Random(seed);
            var text = string.Concat(Enumerable.Range(0, random.Next(0, 40)).Select(_ => parts[random.Next(parts.Length)]));
            var census = WordCensus.Take(text);

            // Between white space, Chinese punctuation and characters that are words themselves.
            var tokens = Regex.Matches(text, @"[^\s\u3000-\u30FF\u4E00-\u9FFF\uFF0C]+").Select(match => match.Value).ToList();
            var words = tokens.Where(token => token.Any(char.IsLetterOrDigit)).ToList();
            var lines = text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0).ToList();
            Assert.Equal(words.Count, census.SpacedWords);
            Assert.Equal(words.Sum(word => word.Count(char.IsLetterOrDigit)), census.SpacedLetters);
            Assert.Equal(tokens.Count(token => token.Any(char.IsLetter)), census.AlphabeticWords);
            Assert.Equal(text.Count(c => c is '的' or '是' or '词'), census.Han);
            Assert.Equal(text.Count(c => c is 'か' or 'な'), census.Unspaced);
            Assert.Equal(Regex.Count(text, "#+"), census.Hashes);
            Assert.Equal(Regex.Count(text, @"…+|(?<!\.)\.{3,}"), census.Ellipses);
            Assert.Equal(lines.Count, census.Lines);
            Assert.Equal(lines.Count(line => line[0] is '-' or '•'), census.BulletLines);
            Assert.Equal(lines.Count(line => line.EndsWith('…') || line.EndsWith("...", StringComparison.Ordinal)), census.EllipsisLines);
        }
    }

    [Fact]
    public void Check_MinAboveMax_IsAFault()
    {
        Assert.Empty(new GopherQuality(new()).Check());
        Assert.Single(new GopherQuality(new() { MinWords = 10, MaxWords = 5 }).Check());
    }

    private static string? Reason(string text, GopherQualityOptions? options = null) =>
        new GopherQuality(options ?? new()).Apply(new Document { Id = "d", Text = text }).Reason;
}
