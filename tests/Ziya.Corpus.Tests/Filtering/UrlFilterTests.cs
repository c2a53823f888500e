using System.IO.Compression;
using System.Text;
using Ziya.Corpus.Filtering;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Tests.Filtering;

public sealed class UrlFilterTests : IDisposable
{
    private static readonly UrlFilterOptions Rules = new()
    {
        Domains = ["bad.example", "例子.中国", "xxx", "forum.example/ads", "192.0.2.7", "[2001:db8::1]"],
        Allow = ["good.bad.example", "bad.example/about"],
        Words = ["casino", "赌场"],
        SoftWords = ["free", "win", "中奖"],
        Subwords = ["c-a-s-h"],
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("ziya-url").FullName;

    [Theory]
    [InlineData("https://bad.example/", "domain")]
    [InlineData("http://www.bad.example:8080/a?b#c", "domain")]
    [InlineData("https://user:pw@deep.down.BAD.Example./x", "domain")]
    [InlineData("//bad.example/x", "domain")]
    [InlineData("https://notbad.example/", null)]
    [InlineData("https://bad.example.org/", null)]
    [InlineData("https://good.bad.example/x", null)]
    [InlineData("https://bad.example/about/us", null)]
    [InlineData("https://bad.example/aboutus", "domain")]
    [InlineData("https://例子.中国/页", "domain")]
    [InlineData("https://xn--fsqu00a.xn--fiqs8s/", "domain")]
    [InlineData("https://子.例子。中国/", "domain")]
    [InlineData("https://anything.xxx", "domain")]
    [InlineData("https://forum.example/ads/1.html", "domain")]
    [InlineData("https://forum.example/ads?page=2", "domain")]
    [InlineData("https://forum.example/adsense", null)]
    [InlineData("https://forum.example/", null)]
    [InlineData("http://192.0.2.7/", "domain")]
    [InlineData("http://192.0.2.70/", null)]
    [InlineData("http://[2001:DB8::1]:80/", "domain")]
    [InlineData("https://a.example/casino-royale.html", "word")]
    [InlineData("https://a.example/occasinonal", null)]
    [InlineData("https://a.example/%E8%B5%8C%E5%9C%BA", "word")]
    [InlineData("https://a.example/澳门赌场大全", "word")]
    [InlineData("https://a.example/win", null)]
    [InlineData("https://a.example/win/win/win", null)]
    [InlineData("https://free.example/win", "soft_words")]
    [InlineData("https://a.example/free?q=中奖啦", "soft_words")]
    [InlineData("https://a.example/get_ca.sh-now", "subword")]
    [InlineData("https://a.example/", null)]
    [InlineData("no url at all, bad.example", null)]
    [InlineData("https://", null)]
    [InlineData("https:// /casino", null)]
    [InlineData("https://[bad/casino", "word")]
    public void Apply_Url_IsDroppedForTheFirstRule(string url, string? reason)
    {
        Assert.Equal(reason, Apply(Rules, url, null).Reason);
        Assert.Equal(reason, Apply(Rules, null, url).Reason);
    }

    [Fact]
    public void Apply_Field_IsTheOneAsked()
    {
        var record = Record("https://bad.example/", "https://fine.example/");

        Assert.Equal("domain", new UrlFilter(Rules with { Field = "source" }).Apply(record).Reason);
        Assert.Null(new UrlFilter(Rules).Apply(record).Reason);
        Assert.Equal("domain", new UrlFilter(Rules with { Field = "meta.url" }).Apply(Record(null, "bad.example/x")).Reason);
        Assert.Null(new UrlFilter(Rules).Apply(Record("samples/xxx", null)).Reason);
    }

    [Fact]
    public void Apply_WithoutUrl_StaysUnlessOneIsRequired()
    {
        Assert.Null(Apply(Rules, null, null).Reason);
        Assert.Equal("no_url", Apply(Rules with { RequireUrl = true }, "file.jsonl", null).Reason);
    }

    [Fact]
    public void Lists_OfEveryForm_AreRead()
    {
        var hosts = Write("hosts.txt", "# a hosts file\n127.0.0.1 localhost\n0.0.0.0 one.example two.example # both\n::1 ip6-localhost\n");
        var plain = Write("plain.txt", "\uFEFFthree.example\n*.four.example\n.five.example\nhttps://six.example/path/\n\n! comment\n例子.测试\n");
        var rules = Write("rules.txt.gz", "[Adblock Plus 2.0]\n! Title\n||seven.example^\n||eight.example^$third-party\n||nine.example^$script\n||ten.example/ads/*\n||eleven.example/shop^\n@@||good.seven.example^\n/banner/\n-ad-300x250.\nsite.example##.ad\n||twelve.example^$domain=a.example\n");
        var options = new UrlFilterOptions { Lists = [hosts, plain, rules] };

        Assert.Empty(new UrlFilter(options).Check());
        string[] dropped = ["one.example", "a.two.example", "three.example", "b.four.example", "five.example", "six.example/path/x", "www.例子.测试", "seven.example", "eight.example", "eleven.example/shop?x=1"];
        string[] kept = ["localhost", "six.example/", "good.seven.example", "nine.example", "ten.example/ads/1", "site.example", "twelve.example", "eleven.example/shopping"];
        Assert.All(dropped, host => Assert.Equal("domain", Apply(options, $"https://{host}", null).Reason));
        Assert.All(kept, host => Assert.Null(Apply(options, $"https://{host}", null).Reason));
        Assert.Contains(new UrlFilter(options).Notes(), note => note.Contains("rules.txt.gz: 4 domains and addresses; 6 lines", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("-ad-300x600-")]
    [InlineData("-ad.jpg.pagespeed.")]
    [InlineData("_ads.example.js")]
    [InlineData("page-ad.")]
    [InlineData("footerads.")]
    [InlineData("ads%2Fbanner.example")]
    [InlineData("a..example")]
    [InlineData("banner=1.example")]
    [InlineData("&ad_box_")]
    public void Lists_PartsOfAddresses_AreNoDomains(string line)
    {
        var list = AddressList.Of([line], []);

        Assert.Equal((0, 1), (list.Count, list.PassedOver));
    }

    [Fact]
    public void Check_BadLists_AreFaultsBeforeAnythingRuns()
    {
        var empty = Write("empty.txt", "# nothing\n");
        var binary = Path.Combine(_folder, "binary.txt");
        File.WriteAllBytes(binary, [0xff, 0xfe, 0xfd, 0x0a, 0x80]);
        var marked = Path.Combine(_folder, "marked.txt");
        File.WriteAllBytes(marked, [0xef, 0xbb, 0xbf, 0xff, 0xfe, 0x0a]);
        var cut = Path.Combine(_folder, "cut.gz");
        File.WriteAllBytes(cut, File.ReadAllBytes(Write("whole.txt.gz", string.Concat(Enumerable.Range(0, 5000).Select(i => $"d{i * 7919}.example\n"))))[..2000]);
        var faults = new UrlFilter(new() { Lists = [empty, binary, marked, cut, Path.Combine(_folder, "missing.txt")], Domains = ["not a domain"], Words = ["--"], Field = "text" }).Check().ToList();

        Assert.Equal(8, faults.Count);
        Assert.Contains(faults, fault => fault.Contains("empty.txt has no entry", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.Contains("binary.txt is no UTF-8", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.Contains("marked.txt is no UTF-8", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.Contains("cut.gz", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.Contains("there is no file", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.Contains("'not a domain' is no domain", StringComparison.Ordinal));
        Assert.Single(new UrlFilter(new()).Check());
    }

    [Fact]
    public void Apply_Tag_WritesWhatEveryRuleFound()
    {
        var step = new UrlFilter(Rules with { Mode = RuleMode.Tag });
        var scores = step.Apply(Record("https://bad.example/casino", null)).Record!.Scores.ToDictionary();

        Assert.Equal((1, 1, 1, 0, 0), (scores["url_filter"], scores["url_filter_domain"], scores["url_filter_word"], scores["url_filter_soft_words"], scores["url_filter_subword"]));
        Assert.Equal(0, step.Apply(Record("https://good.bad.example/casino", null)).Record!.Scores.ToDictionary()["url_filter"]);
    }

    /// <summary>Against the obvious way: every name of a set and all below it.</summary>
    [Fact]
    public void Find_RandomHosts_IsAsTheObviousWay()
    {
        string[] labels = ["a", "bb", "c-1", "例", "www"];
        var random = new Random(7);
        string Host() => string.Join('.', Enumerable.Range(0, random.Next(2, 5)).Select(_ => labels[random.Next(labels.Length)])) + ".example";
        for (var round = 0; round < 300; round++)
        {
            var blocked = Enumerable.Range(0, 3).Select(_ => WebAddress.Normal(Host())!).ToHashSet();
            var list = AddressList.Of(blocked, []);
            var host = WebAddress.Normal(Host())!;
            Assert.Equal(blocked.Any(one => host == one || host.EndsWith("." + one, StringComparison.Ordinal)), list.Find(new WebAddress(host, "/")) is not null);
        }
    }

    public void Dispose() => Directory.Delete(_folder, true);

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        using var file = File.Create(path);
        using Stream target = name.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionLevel.Optimal) : file;
        target.Write(Encoding.UTF8.GetBytes(text));
        return path;
    }

    private static Verdict<Record> Apply(UrlFilterOptions options, string? source, string? url) => new UrlFilter(options).Apply(Record(source, url));

    private static Document Record(string? source, string? url) => new() { Id = "d", Text = "雨停了。", Source = source, Meta = url is null ? Fields.Empty : Fields.Empty.With("url", url) };
}
