using Ziya.Corpus.Reading;
using Ziya.Corpus.Tests.Fixtures;
using Ziya.Pipeline.Reading;
using Ziya.Pipeline.Records;

namespace Ziya.Corpus.Tests.Reading;

public sealed class ExtractTests
{
    private const string ZhArticle = "昨天下午，老城区的菜市场重新开张了。摊位比从前少了一半，过道却宽了，推着车也能错身。\n\n卖豆腐的王婶说，搬走的那两年，她每天多走三站路；如今回来了，老主顾也都回来了。";
    private const string EnArticle = "The ferry left at dawn, an hour before the fog came in, and nobody on the quay thought to ask why. By noon, the harbour was as quiet as a church.\n\nWhen it returned, two days late, the captain said only that the lights had been wrong, and that he would not sail again until somebody had looked at them.";

    public static TheoryData<string, string> Pages => new()
    {
        { "zh", Page("菜市场开张", "首页|新闻|体育|财经", ZhArticle, "<h3>相关新闻</h3><ul><li><a href='/1'>地铁三号线延长</a></li><li><a href='/2'>公园夜间开放</a></li></ul>", "版权所有 © 某某网 备案号") },
        { "en", Page("The ferry", "Home|News|Sport|Business", EnArticle, "<h3>Related</h3><ul><li><a href='/1'>Bridge closed again</a></li><li><a href='/2'>Park open at night</a></li></ul>", "Copyright Example Ltd. All rights reserved.") },
    };

    [Theory]
    [MemberData(nameof(Pages))]
    public void Apply_ArticlePage_LeavesTheArticle(string language, string html)
    {
        var record = Run(html);

        Assert.Equal(language == "zh" ? ZhArticle : EnArticle, record!.Text);
        Assert.Equal(language == "zh" ? "菜市场开张" : "The ferry", record.Meta.GetText("title"));
        Assert.Equal("2024-05-06", record.Meta.GetText("published"));
    }

    [Theory]
    [InlineData("<div id=content>第一段话说了很多，有逗号，也有句号。<br><br>第二段话也说了很多，同样有逗号，有句号。</div>", "第一段话说了很多，有逗号，也有句号。\n\n第二段话也说了很多，同样有逗号，有句号。")]
    [InlineData("<article><p>A list, with a sentence before it, comes here:<ul><li>one<li>two</ul><p>And one sentence, with a comma, after it.</article>", "A list, with a sentence before it, comes here:\n\none\ntwo\n\nAnd one sentence, with a comma, after it.")]
    [InlineData("<article><p>Code, as it is written, keeps its lines:</p><pre>a = 1\n  b = 2</pre></article>", "Code, as it is written, keeps its lines:\n\na = 1\n  b = 2")]
    [InlineData("<article><p>Some <b>bold</b>,\n some <i>not</i>&nbsp;bold &amp; so on, all in one line.</p><p style='display: none'>Hidden, and never shown to anyone, ever.</p></article>", "Some bold, some not bold & so on, all in one line.")]
    [InlineData("<form><div class='v_news_content'><p>整个页面都在一个表单里，许多学校的网站是这样，正文也在其中。</p></div></form>", "整个页面都在一个表单里，许多学校的网站是这样，正文也在其中。")]
    public void Apply_Markup_BecomesText(string html, string text) => Assert.Equal(text, Run("<html><body>" + html + "</body></html>")!.Text);

    [Theory]
    [InlineData("没有任何标记的一段话。")]
    [InlineData("Plain text with a < b and b > c.")]
    [InlineData("List<string> names = new();")]
    [InlineData("<string> is no tag of HTML.")]
    [InlineData("网页的开头是 <html>，结尾是 </html>。\n\n<p>段落写在这里面。</p>")]
    [InlineData("# Pages\n\nA page begins with `<!doctype html>`:\n\n```\n<html><body><p>Hello</p></body></html>\n```\n\nand ends where it ends.")]
    [InlineData("<!-- a comment alone")]
    public void Apply_NoHtml_PassesAsItIs(string text) => Assert.Equal(text, Run(text)!.Text);

    [Theory]
    [InlineData("\ufeff\n  <!-- <p>saved from example.com</p> -->\n<!DOCTYPE html><p>", "</p>")]
    [InlineData("<?xml version='1.0' encoding='utf-8'?>\r\n<html><body><p>", "</p></body></html>")]
    [InlineData("<P class='x'>", "")]
    [InlineData("　　<b>", "</b>")]
    public void Apply_BeginsWithATag_IsHtml(string before, string after) => Assert.Equal("雨下了一夜，到早上才停。", Run(before + "雨下了一夜，到早上才停。" + after)!.Text);

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("<html><body></body></html>")]
    [InlineData("<html><body><script>var a = 'text';</script></body></html>")]
    public void Apply_NothingToRead_IsDropped(string html) =>
        Assert.Equal("no_main_text", new Extract(new ExtractOptions()).Apply(new Document { Id = "1", Text = html }).Reason);

    [Fact]
    public void Apply_Field_IsReadInsteadOfTheText()
    {
        var record = new Document { Id = "1", Text = "", Meta = Fields.Empty.With("html", "<p>雨下了一夜，到早上才停。</p>").With("title", "旧题") };

        var done = new Extract(new ExtractOptions { Field = "meta.html" }).Apply(record).Record!;

        Assert.Equal("雨下了一夜，到早上才停。", done.Text);
        Assert.Equal("旧题", done.Meta.GetText("title"));
        Assert.Single(new Extract(new ExtractOptions { Field = "html" }).Check());
    }

    [Fact]
    public void Apply_PageDrawnByScripts_HasTheTextOfItsJsonLd()
    {
        var html = $"<html><head><script type='application/ld+json'>{{\"@graph\":[{{\"datePublished\":\"2024-01-02\",\"articleBody\":\"{EnArticle.ReplaceLineEndings(" ")}\"}}]}}</script></head><body><div id=app></div></body></html>";

        var record = Run(html)!;

        Assert.Equal(EnArticle.ReplaceLineEndings(" ").Replace("  ", " ", StringComparison.Ordinal), record.Text);
        Assert.Equal("2024-01-02", record.Meta.GetText("published"));
    }

    [Theory]
    [InlineData("zh", "gb18030", "latin1")]
    [InlineData("zh", "utf-8", "latin1")]
    [InlineData("en", "utf-8", "windows-1252")]
    public void Apply_PageStoredInAWrongEncoding_IsReadAsItWasMeant(string language, string meant, string read)
    {
        var article = language == "zh" ? ZhArticle : EnArticle.Replace("ferry", "“café” ferry", StringComparison.Ordinal);
        var title = language == "zh" ? "老城区的菜市场" : "The “café” ferry";
        var bytes = Encoding(meant).GetBytes(Page(title, "首页", article, "", "版权所有"));

        var record = Run(Encoding(read).GetString(bytes))!;

        Assert.Equal(article, record.Text);
        Assert.Equal(title, record.Meta.GetText("title"));
    }

    private static System.Text.Encoding Encoding(string name) => System.Text.CodePagesEncodingProvider.Instance.GetEncoding(name) ?? System.Text.Encoding.GetEncoding(name);

    [Fact]
    public void Apply_JsonLdWithHalfACharacter_IsLeftAlone()
    {
        var html = $"<html><head><script type='application/ld+json'>{{\"articleBody\":\"\\ud842\"}}</script></head><body><p>{EnArticle}</p></body></html>";

        Assert.NotEmpty(Run(html)!.Text);
    }

    [Theory]
    [InlineData("<div>", 300_000, "")]
    [InlineData("<div></span>", 300_000, "")]
    [InlineData("<font color=1><p>x", 20_000, "")]
    [InlineData("<a href=1><table>", 20_000, "")]
    [InlineData("<b><i><u><em>", 50_000, "")]
    [InlineData("<", 1_000_000, "")]
    [InlineData("<!--", 300_000, "")]
    [InlineData("<script>", 300_000, "")]
    [InlineData("<p>字", 300_000, "")]
    [InlineData("<div><p>一句话，说完了。</p></div>", 30_000, "")]
    [InlineData("&amp;&#x4e2d;", 200_000, "")]
    [InlineData("<ul><li>", 400, "</ul>")]
    public void Apply_HostilePages_AreTakenInTheirStride(string piece, int count, string end)
    {
        var html = "<html><body>" + string.Concat(Enumerable.Repeat(piece, count)) + "一句正文，在最后。" + end;

        var verdict = new Extract(new ExtractOptions()).Apply(new Document { Id = "1", Text = html });

        Assert.True(verdict.Record is not null || verdict.Reason == "no_main_text");
    }

    [Theory]
    [InlineData("<div>", 2000, false)]
    [InlineData("<div></div>", 100_000, true)]
    [InlineData("<div><span></div>", 100_000, true)]
    [InlineData("<div></span>", 2000, false)]
    [InlineData("<p>x<br>", 100_000, true)]
    [InlineData("<font size=1><p>", 10_000, false)]
    [InlineData("<script>'<div>'</script>", 10_000, true)]
    public void IsBounded_Pages_ByTheirTags(string piece, int count, bool bounded) => Assert.Equal(bounded, MarkupCost.IsBounded(string.Concat(Enumerable.Repeat(piece, count))));

    [Fact]
    public void Strip_AnyPage_LeavesTexts() =>
        Assert.Equal("甲\n乙 & 丙\n丁", MarkupStripper.Strip("<div>甲<!-- <p>无 --><script>if (a < b) {}</script ><p>乙 &amp; 丙<STYLE>p{}</STYLE><b>丁<"));

    [Fact]
    public void Apply_PagesOfAWebArchive_AreTheirArticlesWhateverTheEncoding()
    {
        using var file = File.OpenRead(Path.Combine(SampleCorpus.Root, "web", "pages.warc"));
        var texts = new List<string?>();
        foreach (var raw in new WebArchive().Read(new FormatInput(file, "pages.warc", 0, long.MaxValue, 1 << 20)))
        {
            Assert.Null(raw.Fault);
            texts.Add(Run((string)System.Text.Json.Nodes.JsonNode.Parse(raw.Json.Span)!["text"]!)?.Text);
        }

        string[] beginnings = ["昨天下午，老城区", "河堤上风大，", "巷子口的钟表铺", "茶園在半山，", "The ferry left at dawn", "Behind the old station", "", "这一页已经是文字"];
        string[] ends = ["下雨天照常。", "回到树上。", "放回原处。", "他說茶會等人。", "thirty years ago.", "where the trees begin.", "", "原样通过。\n"];
        Assert.Equal(beginnings.Length, texts.Count);
        Assert.Equal(6, texts.IndexOf(null));
        Assert.All(texts.Where(text => text is not null).Zip(beginnings.Where(text => text.Length > 0)), pair => Assert.StartsWith(pair.Second, pair.First, StringComparison.Ordinal));
        Assert.All(texts.Where(text => text is not null).Zip(ends.Where(text => text.Length > 0)), pair => Assert.EndsWith(pair.Second, pair.First, StringComparison.Ordinal));
        Assert.Equal(3, texts[5]!.Split("\n\n").Length);
        Assert.Contains("café", texts[5], StringComparison.Ordinal);
    }

    private static Document? Run(string html) => new Extract(new ExtractOptions()).Apply(new Document { Id = "1", Text = html }).Record;

    private static string Page(string title, string menu, string article, string beside, string notice) => $"""
        <!DOCTYPE html><html><head><title>{title} - Example</title><meta property="og:title" content="{title}"><meta name="pubdate" content="2024-05-06"><style>p {'{'} color: red {'}'}</style></head><body>
        <div class="top-menu"><ul>{string.Concat(menu.Split('|').Select(item => $"<li><a href='/{item}'>{item}</a></li>"))}</ul></div>
        <div class="wrap"><div class="main-content"><h1>{title}</h1>{string.Concat(article.Split("\n\n").Select(paragraph => $"<p>{paragraph}</p>"))}
        <div class="share"><a href="#">微博</a> <a href="#">Share</a></div></div><div class="sidebar">{beside}</div></div>
        <div class="comments"><p>Somebody: what a nice text, I read it twice, and so did my aunt.</p></div><footer>{notice}</footer></body></html>
        """;
}
