using Microsoft.Playwright;

namespace Ziya.Cli.Tests;

/// <summary>A browser without a window, as people open pages with. Tests that need one are skipped where the machine has no Chromium.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string? Program = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .SelectMany(folder => ((string[])["chromium", "chromium-browser", "google-chrome"]).Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        if (Program is not null)
        {
            _playwright = await Playwright.CreateAsync();
            _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Program, Args = ["--no-sandbox"] });
        }
    }

    /// <summary>A page of somebody else each: what one keeps, another does not see.</summary>
    public Task<IBrowserContext> Open(string locale = "en-US", ColorScheme scheme = ColorScheme.Light)
    {
        Assert.SkipWhen(_browser is null, "no chromium on the PATH: apt-get install chromium");
        return _browser.NewContextAsync(new() { Locale = locale, ColorScheme = scheme, AcceptDownloads = true, ViewportSize = new() { Width = 1280, Height = 800 } });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }
}
