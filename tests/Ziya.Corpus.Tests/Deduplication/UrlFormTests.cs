using Ziya.Corpus.Deduplication;
using Ziya.Pipeline.Records;

namespace Ziya.Corpus.Tests.Deduplication;

public sealed class UrlFormTests
{
    [Theory]
    [InlineData("http://www.Example.com:80/a/../b/#top", "example.com/b")]
    [InlineData("https://example.com/b", "example.com/b")]
    [InlineData("HTTPS://EXAMPLE.COM", "example.com")]
    [InlineData("//example.com/", "example.com")]
    [InlineData("www.example.com/x", "example.com/x")]
    [InlineData("https://example.com:8443/x", "example.com:8443/x")]
    [InlineData("https://example.com/News?b=2&utm_source=x&a=1&fbclid=9", "example.com/News?a=1&b=2")]
    [InlineData("https://example.com/x;jsessionid=12ab?spm=1.2", "example.com/x")]
    [InlineData("https://例子.example.com/新闻", "xn--fsqu00a.example.com/%E6%96%B0%E9%97%BB")]
    [InlineData("http://example.com/%7euser/%e4%bd", "example.com/~user/%E4%BD")]
    [InlineData("ftp://example.com/x", "ftp://example.com/x")]
    [InlineData("books/a.txt", "books/a.txt")]
    [InlineData("http://", "http://")]
    [InlineData("  ", null)]
    [InlineData(null, null)]
    public void Of_Addresses_AreOneForOnePage(string? url, string? form) => Assert.Equal(form, UrlForm.Of(url));

    [Fact]
    public void Of_AnyCharacters_NeverThrows()
    {
        const string Signs = "a中\u200d\u00ad\ud83d\ude00-.xn--/?&=%:@[]。ß\u0130\0 1";
        var random = new Random(5);
        for (var round = 0; round < 30_000; round++)
        {
            Assert.NotNull(UrlForm.Of("http://" + string.Concat(Enumerable.Range(0, 1 + random.Next(90)).Select(_ => Signs[random.Next(Signs.Length)]))));
        }
    }

    [Fact]
    public void Run_EqualAddresses_GoWhateverTheirTexts()
    {
        List<Record> records =
        [
            Page("a", "https://www.example.com/新闻/?utm_source=x", "旧文"), Page("b", "http://example.com/新闻", "新文，长一些"), Page("c", "http://example.com/other", "旧文"),
            new Document { Id = "d", Text = "旧文", Source = "https://example.com/other#1" }, new Document { Id = "e", Text = "旧文", Source = "crawl-2024" }, new Document { Id = "f", Text = "新文", Source = "crawl-2024" },
        ];

        var results = GlobalStepRunner.Run(() => new DedupExact(new DedupExactOptions { Compare = "url", Keep = Keep.Longest }), records, 2, 2);

        Assert.Equal(["b", null, null, "c", null, null], results.Select(result => (string?)result.Drop?.Detail!["keeper_id"]));
    }

    [Theory]
    [InlineData("url", true)]
    [InlineData("meta.key", true)]
    [InlineData("adress", false)]
    public void Check_Compare_IsAFieldOfARecord(string compare, bool good) => Assert.Equal(good, !new DedupExact(new DedupExactOptions { Compare = compare }).Check().Any());

    private static Document Page(string id, string url, string text) => new() { Id = id, Text = text, Meta = Fields.Empty.With("url", url) };
}
