using Microsoft.Playwright;
using Ziya.Cli.Tests;

namespace Ziya.Server.Tests;

/// <summary>The pages as people use them.</summary>
public sealed class BrowserTests(Chromium chromium) : IClassFixture<Chromium>
{
    [Fact]
    public async Task RunNow_Pressed_IsFollowedToItsEndWithoutLoadingAgain()
    {
        await using var served = await Served.Start();
        await using var context = await chromium.Open();
        var page = await Open(context, served.Url + "/jobs/small.yaml");
        await page.GetByRole(AriaRole.Button, new() { Name = "Run now" }).ClickAsync();
        await page.EvaluateAsync("window.kept = true");
        await page.Locator("h1 .state.done").WaitForAsync(new() { Timeout = 60_000 });
        Assert.True(await page.EvaluateAsync<bool>("window.kept"));
        Assert.Equal("302", await page.Locator(".tile b").First.TextContentAsync());
        var frame = page.FrameLocator("iframe");
        await page.Locator("iframe").ScrollIntoViewIfNeededAsync();
        await frame.GetByText("Funnel").First.WaitForAsync();
        await Keep(page, "run");
        await page.Keyboard.PressAsync("g");
        await page.Keyboard.PressAsync("r");
        await page.Locator("#runs [data-run]").WaitForAsync();
        await Keep(page, "runs");
    }

    [Theory]
    [InlineData(ColorScheme.Light, 1280)]
    [InlineData(ColorScheme.Dark, 1280)]
    [InlineData(ColorScheme.Light, 420)]
    public async Task FailedRun_InEveryLook_TellsTheReasonAndFitsItsWindow(ColorScheme scheme, int width)
    {
        await using var served = await Served.Start();
        var run = await served.Run("bad.yaml", "failed");
        await using var context = await chromium.Open("zh-CN", scheme);
        foreach (var (path, name) in new[] { ($"/runs/{run}", "failed"), ($"/runs/{run}/log?level=debug", "log"), ($"/runs/{run}/tasks?phase=01-append", "tasks"), ("/models", "models"), ("/", "list") })
        {
            var page = await Open(context, served.Url + path);
            await page.SetViewportSizeAsync(width, 800);
            Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth"), $"{path} is wider than {width}");
            await Keep(page, $"{name}-{scheme}-{width}");
        }

        var log = await Open(context, served.Url + $"/runs/{run}/log");
        await log.SelectOptionAsync("select[name=level]", "error");
        await log.GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();
        await log.Locator(".log .error").First.WaitForAsync();
        Assert.Equal(0, await log.Locator(".log .information").CountAsync());
    }

    [Fact]
    public async Task HostileRecord_Everywhere_StaysText()
    {
        await using var served = await Served.Start();
        var run = await served.RunSmall();
        await using var context = await chromium.Open(scheme: ColorScheme.Dark);
        foreach (var path in new[] { $"/runs/{run}/records?set=dropped/drop_with", $"/runs/{run}/trace?id=hostile", $"/runs/{run}/records?set=dropped/drop_with&q={Uri.EscapeDataString("<script>")}" })
        {
            var page = await Open(context, served.Url + path);
            Assert.Contains("<img src=x", await page.TextContentAsync("main"), StringComparison.Ordinal);
            Assert.Equal(0, await page.Locator("main script, main img").CountAsync());
            Assert.NotEqual("taken", await page.TitleAsync());
            await Keep(page, "hostile");
        }
    }

    [Fact]
    public async Task Dashboard_IsServedUnderTheSamePolicy()
    {
        Assert.SkipUnless(Layout.HasDashboard, "the package registry has no Hangfire: no dashboard");
        await using var served = await Served.Start();
        await served.RunSmall();
        await using var context = await chromium.Open();
        var page = await Open(context, served.Url + "/hangfire/jobs/succeeded");
        Assert.Contains("task 0", await page.TextContentAsync("body"), StringComparison.Ordinal);
        await Keep(page, "dashboard");
    }

    [Fact]
    public async Task SignIn_WithAKey_OpensWhatWasAskedFor()
    {
        await using var served = await Served.Start(keys: true);
        await using var context = await chromium.Open("zh-CN");
        var page = await Open(context, served.Url + "/jobs");
        await page.FillAsync("input[name=key]", "not a key of this server");
        page.Console -= Fail;
        await page.Keyboard.PressAsync("Enter");
        await page.Locator(".note.bad").WaitForAsync();
        await page.FillAsync("input[name=key]", Served.OperatorKey);
        await page.Keyboard.PressAsync("Enter");
        await page.Locator("nav form").WaitForAsync();
        Assert.Equal(served.Url + "/jobs", page.Url);
        Assert.Contains("otto", await page.TextContentAsync("nav"), StringComparison.Ordinal);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await page.Locator("input[name=key]").WaitForAsync();
        await page.GotoAsync(served.Url + "/");
        Assert.Contains("/sign-in", page.Url, StringComparison.Ordinal);
    }

    /// <summary>A page on which an error, or something its policy keeps out, fails the test.</summary>
    private static async Task<IPage> Open(IBrowserContext context, string url)
    {
        var page = await context.NewPageAsync();
        page.PageError += (_, error) => Assert.Fail(error);
        page.Console += Fail;
        await page.GotoAsync(url);
        return page;
    }

    private static void Fail(object? sender, IConsoleMessage message)
    {
        if (message.Type == "error")
        {
            Assert.Fail(message.Text);
        }
    }

    /// <summary>For looking at: ZIYA_SCREENSHOTS names a folder.</summary>
    private static async Task Keep(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("ZIYA_SCREENSHOTS") is { Length: > 0 } folder)
        {
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, name + ".png"), FullPage = true });
        }
    }
}
