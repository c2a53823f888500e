using Ziya.Pipeline.Records;

namespace Ziya.Corpus.Tests.Examples;

public sealed class EndsWellTests
{
    [Theory]
    [InlineData("首页\n关于我们\n联系方式", false)]
    [InlineData("雨停了。\n我们走吧！", true)]
    [InlineData("Home\nAbout us\nContact", false)]
    [InlineData("The rain has stopped.\nLet us go!", true)]
    public void Apply_Lines_KeepsSentences(string text, bool kept)
    {
        var verdict = new EndsWell(new EndsWellOptions()).Apply(new Document { Id = "1", Text = text });

        Assert.Equal(kept ? null : "few_sentence_ends", verdict.Reason);
    }
}
