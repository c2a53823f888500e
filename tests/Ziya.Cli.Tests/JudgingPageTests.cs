using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Cli.Tests;

/// <summary>The pages that people judge on, as they use them: keys, a closed window, a saved file, and its import.</summary>
public sealed class JudgingPageTests(Chromium chromium) : IClassFixture<Chromium>, IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Export_JudgedByTwoPeople_ImportsTheirWinRate()
    {
        _folder.Copy(Repository.PathOf("samples", "evaluation"));
        Assert.Equal(0, ZiyaProcess.Run(_folder.Path, "evaluate", "export", "evaluation/tuned.jsonl", "evaluation/base.jsonl", "--out", "blind.html").Exit);
        var left = JsonNode.Parse(File.ReadAllText(_folder["blind.key.json"]))!["items"]!.AsArray().Select(item => (string)item!["left"]! == "tuned").ToList();

        // The one finds tuned better always; the other only on the first eight, and then everything equal.
        await Judge("zh-CN", "李雷", at => left[at] ? "1" : "ArrowRight", left.Count);
        await Judge("en-US", "Ann Lee", at => at >= 8 ? "0" : left[at] ? "ArrowLeft" : "2", left.Count);

        var result = ZiyaProcess.Run(_folder.Path, "evaluate", "import", "blind.key.json", "李雷.json", "Ann Lee.json", "--json", "out.json");
        Assert.True(result.Exit == 0, result.Error);
        Assert.Contains("'tuned' against 'base', judged by people (Ann Lee, 李雷): 12 of 12 items", result.Output, StringComparison.Ordinal);
        Assert.Contains("said the same of 66.7", result.Output, StringComparison.Ordinal);
        var all = JsonNode.Parse(File.ReadAllText(_folder["out.json"]))!["comparison"]!["rows"]![0]!["rate"]!;
        Assert.Equal((20, 4, 0, "better"), ((int)all["wins"]!, (int)all["ties"]!, (int)all["losses"]!, (string)all["verdict"]!));
        Assert.Equal(22 / 24.0, (double)all["rate"]!, 1e-12);
    }

    [Fact]
    public async Task Page_ClosedHalfWay_GoesOnWhereItWas()
    {
        _folder.Copy(Repository.PathOf("samples", "evaluation"));
        ZiyaProcess.Run(_folder.Path, "evaluate", "export", "evaluation/pairs.jsonl", "--out", "blind.html");
        await using var context = await chromium.Open();
        var page = await Open(context, "blind.html");
        await Press(page, "1", "2", "n");
        await page.Keyboard.TypeAsync("not before a verdict");
        await Press(page, "Escape", "k", "n");
        await page.Keyboard.TypeAsync("see 2");
        await Press(page, "Escape");
        await page.CloseAsync();

        page = await Open(context, "blind.html");
        Assert.Equal("2 of 12 judged", await page.TextContentAsync("#count"));
        Assert.StartsWith("#2", await page.TextContentAsync("#facts"), StringComparison.Ordinal);
        Assert.Equal("see 2", await page.InputValueAsync("#note"));
        Assert.Equal("true", await page.GetAttributeAsync("button[data-name=right]", "aria-pressed"));

        // Without a name nothing is saved: the cursor stands where it goes.
        await Press(page, "s");
        Assert.Equal("judge", await page.EvaluateAsync<string>("document.activeElement.id"));
        var saved = await Save(page, "Bo");
        Assert.Equal("see 2", (string?)saved["judged"]!["2"]!["note"]);
        Assert.Equal(2, saved["judged"]!.AsObject().Count);
    }

    [Fact]
    public async Task Page_HostileRecord_IsShownAsTextAndRunsNothing()
    {
        const string Hostile = "</script><script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\"><style>*{display:none}</style>\u202e反 &amp; <b>bold</b>";
        _folder.Write("a.jsonl", new JsonObject { ["instruction"] = Hostile, ["output"] = Hostile + "1", ["task"] = Hostile }.ToJsonString() + "\n");
        _folder.Write("b.jsonl", new JsonObject { ["instruction"] = Hostile, ["output"] = "javascript:alert(1)" }.ToJsonString() + "\n");
        Assert.Equal(0, ZiyaProcess.Run(_folder.Path, "evaluate", "export", "a.jsonl", "b.jsonl", "--out", "blind.html", "--title", "<i>title</i>").Exit);
        await using var context = await chromium.Open(scheme: ColorScheme.Dark);
        var page = await Open(context, "blind.html");
        Assert.Equal("<i>title</i>", await page.TitleAsync());
        Assert.Equal(Hostile, await page.TextContentAsync("#parts pre"));
        Assert.Contains(Hostile + "1", await page.Locator("#sides pre").AllTextContentsAsync());
        Assert.Equal(0, await page.Locator("img, b, i, main script, main style").CountAsync());
        Assert.Equal("rgb(22, 24, 27)", await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor"));
    }

    [Fact]
    public async Task Review_JudgedWithReasons_FailsTheImportThatAllowsNone()
    {
        _folder.Write("data.jsonl", string.Concat(Enumerable.Range(0, 20).Select(at => $$"""{"id":"d{{at}}","text":"第{{at}}段 text","source":"s{{at}}"}""" + "\n")));
        Assert.Equal(0, ZiyaProcess.Run(_folder.Path, "evaluate", "review", "data.jsonl", "--out", "review.html", "--count", "10").Exit);
        await using var context = await chromium.Open("zh-CN");
        var page = await Open(context, "review.html");
        Assert.Equal("好，还是不好？", await page.TextContentAsync("h1"));
        await Press(page, "g", "b", "c", "t", "t", "a", "Enter", "g", "g", "g", "g", "g", "g", "g", "g");
        Assert.Equal("已评 10 / 10", await page.TextContentAsync("#count"));
        var saved = await Save(page, "韩梅梅");
        Assert.Equal("""{"reasons":["coherence","advertising"],"choice":"bad"}""", saved["judged"]!["2"]!.ToJsonString());

        var failed = ZiyaProcess.Run(_folder.Path, "evaluate", "import", "review.key.json", "韩梅梅.json");
        Assert.Equal(1, failed.Exit);
        Assert.Contains("10 of 10 records judged by 韩梅梅, drawn from 20: 1 bad, 10.00", failed.Output, StringComparison.Ordinal);
        Assert.Contains("Does not comply", failed.Error, StringComparison.Ordinal);
        Assert.Equal(0, ZiyaProcess.Run(_folder.Path, "evaluate", "import", "review.key.json", "韩梅梅.json", "--most-bad", "0.1").Exit);
    }

    private async Task Judge(string locale, string name, Func<int, string> key, int count)
    {
        await using var context = await chromium.Open(locale);
        var page = await Open(context, "blind.html");
        for (var at = 0; at < count; at++)
        {
            await page.Keyboard.PressAsync(key(at));
        }

        await Save(page, name);
    }

    private async Task<IPage> Open(IBrowserContext context, string file)
    {
        var page = await context.NewPageAsync();
        page.PageError += (_, error) => Assert.Fail(error);
        await page.GotoAsync("file://" + _folder[file]);
        return page;
    }

    private static async Task Press(IPage page, params string[] keys)
    {
        foreach (var key in keys)
        {
            await page.Keyboard.PressAsync(key);
        }
    }

    private async Task<JsonNode> Save(IPage page, string name)
    {
        await page.FillAsync("#judge", name);
        await page.Keyboard.PressAsync("Enter");
        var download = await page.RunAndWaitForDownloadAsync(() => page.Keyboard.PressAsync("s"));
        await download.SaveAsAsync(_folder[name + ".json"]);
        return JsonNode.Parse(File.ReadAllText(_folder[name + ".json"]))!;
    }
}
