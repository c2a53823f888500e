using System.Text.Json;
using Ziya.Corpus.Evaluation;

namespace Ziya.Corpus.Tests.Evaluation;

public sealed class JudgingPageTests
{
    private const string Hostile = "</script><script>alert(1)</script><!-- $TITLE $DATA <img src=x onerror=alert(2)> & ' \" \u2028 中文 😀";

    [Fact]
    public void Write_HostileRecord_StandsAsDataThatReadsBack()
    {
        PageItem[] items = [new(1, "zh", Hostile, [new("question", Hostile)], [Hostile, "左"])];
        var page = JudgingPage.Write(Hostile, JudgingPage.Pairs, items);

        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<img", page, StringComparison.Ordinal);
        Assert.Equal(2, page.Split("</script>").Length - 1);
        Assert.Contains("中文", page, StringComparison.Ordinal);

        var data = page[(page.IndexOf("id=\"data\">", StringComparison.Ordinal) + 10)..page.IndexOf("</script>", StringComparison.Ordinal)];
        using var json = JsonDocument.Parse(data);
        Assert.Equal(Hostile, json.RootElement.GetProperty("items")[0].GetProperty("sides")[0].GetString());
        Assert.Equal(JudgingPage.IdOf(JudgingPage.Pairs, items), json.RootElement.GetProperty("page").GetString());
    }

    [Fact]
    public void IdOf_AnotherTextOrKind_IsAnother()
    {
        PageItem[] items = [new(1, null, null, [new("text", "a")])];
        Assert.NotEqual(JudgingPage.IdOf("review", items), JudgingPage.IdOf("pairs", items));
        Assert.NotEqual(JudgingPage.IdOf("review", items), JudgingPage.IdOf("review", [new(1, null, null, [new("text", "b")])]));
        Assert.Equal(JudgingPage.IdOf("review", items), JudgingPage.IdOf("review", [.. items]));
    }
}
