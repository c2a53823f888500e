using Ziya.Corpus.Evaluation;
using Ziya.Pipeline.Records;

namespace Ziya.Corpus.Tests.Evaluation;

public sealed class ReviewTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ziya-review-").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    [Fact]
    public void Make_AnyOrderOfRecords_DrawsTheSameSample()
    {
        Document[] records = [.. Enumerable.Range(0, 500).Select(at => new Document { Id = $"d{at}", Text = $"文档 text {at}", Language = at % 2 == 0 ? "zh" : "en" })];
        var (page, key) = ReviewPage.Make(records, 50, 42, "t");
        var (other, again) = ReviewPage.Make(records.Reverse(), 50, 42, "t");
        Assert.Equal(page, other);
        Assert.Equal(key.Items, again.Items);
        Assert.Equal((50, 500), (key.Items.Count, key.Of));
        Assert.NotEqual(key.Page, ReviewPage.Make(records, 50, 43, "t").Key.Page);
        Assert.Equal(3, ReviewPage.Make(records.Take(3), 50, 42, "t").Key.Items.Count);
    }

    [Fact]
    public void Make_EveryKindOfRecord_ShowsItsParts()
    {
        Record[] records =
        [
            new Instruction { Id = "i", Text = "译成英文", Input = "你好", Output = "Hello", System = "sys" },
            new Dialogue { Id = "d", Messages = [new("user", "hi"), new("assistant", "hello there")] },
            new Preference { Id = "p", Prompt = "ask", Chosen = "better one", Rejected = "worse one" },
            new Document { Id = "t", Text = new string('长', 9000) },
        ];
        var page = ReviewPage.Make(records, 10, 1, "t").Page;
        Assert.All((string[])["译成英文\\n你好", "\"as\":\"system\"", "hello there", "\"as\":\"chosen\"", "worse one", "长 …"], text => Assert.Contains(text, page, StringComparison.Ordinal));
        Assert.DoesNotContain(new string('长', 8001), page, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_TwoJudges_CountsWhatHalfOfThemFindBad()
    {
        var key = Key(4);
        var review = ReviewOutcome.Of(key, Judged(key,
            """{"1":{"choice":"good"},"2":{"choice":"bad","reasons":["coherence","toxicity"],"note":"断句"},"3":{"choice":"good"}}""",
            """{"1":{"choice":"good"},"2":{"choice":"bad","reasons":["coherence"]},"3":{"choice":"bad"}}"""));
        Assert.Equal(3, review.Judged);
        Assert.Equal([2, 3], review.Bad.Select(bad => bad.Number));
        Assert.Equal(["coherence", "toxicity", "断句"], review.Bad[0].Reasons.Concat(review.Bad[0].Notes));
        Assert.Equal(new() { ["coherence"] = 1, ["none given"] = 1, ["toxicity"] = 1 }, review.Reasons);
        Assert.Equal(2 / 3.0, review.BadShare);
        Assert.Equal(2 / 3.0, Assert.Single(review.Agreement.Pairs).Same, 1e-12);
    }

    [Fact]
    public void BadShare_OneInAThousand_Complies()
    {
        var key = Key(1000);
        var verdicts = string.Join(',', Enumerable.Range(1, 1000).Select(at => $$"""
            "{{at}}":{"choice":"{{(at == 7 ? "bad" : "good")}}"}
            """));
        var review = ReviewOutcome.Of(key, Judged(key, $"{{{verdicts}}}"));
        Assert.Equal(ReviewOutcome.MostBad, review.BadShare);
        Assert.True(review.Interval.High > 0.005);
    }

    [Theory]
    [InlineData("{", "nothing that a page saved")]
    [InlineData("null", "nothing that a page saved")]
    [InlineData("""{"page":"$PAGE","judged":{}}""", "'page', 'judge' and 'judged' are needed")]
    [InlineData("""{"page":"other","judge":"a","judged":{}}""", "was saved from page other, the key belongs to page")]
    [InlineData("""{"page":"$PAGE","judge":"a","judged":{"9":{"choice":"good"}}}""", "item '9' is judged 'good'. The page has items 1 to 2")]
    [InlineData("""{"page":"$PAGE","judge":"a","judged":{"1":{"choice":"left"}}}""", "item '1' is judged 'left'")]
    [InlineData("""{"page":"$PAGE","judge":"a","judged":{"1":null}}""", "item '1' is judged ''")]
    public void Read_NotSavedByThisPage_SaysWhat(string saved, string expected)
    {
        var key = Key(2);
        var path = Path.Combine(_folder, "judged.json");
        File.WriteAllText(path, saved.Replace("$PAGE", key.Page, StringComparison.Ordinal));
        var fault = Assert.Throws<InvalidDataException>(() => JudgedPage.Read([path], key));
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
        Assert.Contains(path, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_TwoFilesOfOneJudge_AreNotCountedTwice()
    {
        var key = Key(2);
        string[] paths = [Path.Combine(_folder, "a.json"), Path.Combine(_folder, "b.json")];
        Assert.All(paths, path => File.WriteAllText(path, $$"""{"page":"{{key.Page}}","judge":"李雷","judged":{} }"""));
        Assert.Contains("both by '李雷'", Assert.Throws<InvalidDataException>(() => JudgedPage.Read(paths, key)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_KeyOfAnotherPageInPlace_IsRefused()
    {
        var path = Path.Combine(_folder, "deep", "page.html");
        Key(2).Write(path, "one");
        Key(2).Write(path, "again");
        Assert.Contains("is the key of another page", Assert.Throws<IOException>(() => Key(3).Write(path, "two")).Message, StringComparison.Ordinal);
        Assert.Equal("again", File.ReadAllText(path));
        File.WriteAllText(PageKey.PathOf(path), "{}");
        Assert.Contains("is no key of a page", Assert.Throws<InvalidDataException>(() => PageKey.Read(PageKey.PathOf(path))).Message, StringComparison.Ordinal);
    }

    private static PageKey Key(int count) => ReviewPage.Make(Enumerable.Range(0, count).Select(at => new Document { Id = $"{at}", Text = $"{at}" }), count, 1, "t").Key;

    private IReadOnlyList<JudgedPage> Judged(PageKey key, params string[] verdicts) => JudgedPage.Read([.. verdicts.Select((verdict, at) =>
    {
        var path = Path.Combine(_folder, $"{at}.json");
        File.WriteAllText(path, $$"""{"page":"{{key.Page}}","kind":"review","judge":"j{{at}}","items":{{key.Items.Count}},"judged":{{verdict}} }""");
        return path;
    })], key);
}
