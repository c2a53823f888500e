using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Ziya.Server;

/// <summary>What all pages share.</summary>
internal static class Layout
{
    private static readonly (string Path, string Name)[] Places = [("/", "Runs"), ("/jobs", "Jobs"), ("/datasets", "Datasets"), ("/models", "Models")];

    /// <summary>A page.</summary>
    public static IResult Page(HttpContext context, string title, Markup body, int status = StatusCodes.Status200OK)
    {
        var path = context.Request.Path.Value ?? "/";
        var here = path == "/" || path.StartsWith("/runs", StringComparison.Ordinal) ? "/" : Places.FirstOrDefault(place => place.Path != "/" && path.StartsWith(place.Path, StringComparison.Ordinal)).Path;
        Markup page = $"""
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{title} · ziya</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/assets/ziya.css"><script src="/assets/ziya.js" defer></script></head>
            <body><a class="skip" href="#main">Skip to the content</a>
            <nav aria-label="Pages"><b>ziya</b>{Markup.Each(Places, place => Link(place.Path, place.Name, place.Path == here))}{(HasDashboard ? Link("/hangfire", "Dashboard", false) : Markup.None)}<span class="right">{(IsSignedIn(context) ? (Markup)$"""{PageText.NamePlace} {Button("/sign-out", "Sign out")}""" : Markup.None)}</span></nav>
            <main id="main">{body}</main>
            </body></html>

            """;
        return new PageText(page.ToString(), status);
    }

    /// <summary>Whether the build has Hangfire's dashboard.</summary>
    public static bool HasDashboard =>
#if HAS_HANGFIRE
        true;
#else
        false;
#endif

    /// <summary>A form of one button.</summary>
    public static Markup Button(string action, string name) =>
        $"""<form method="post" action="{action}">{Token()}<button id="{action}">{name}</button></form>""";

    /// <summary>What a form carries so that no other site can send it.</summary>
    public static Markup Token() => $"""<input type="hidden" name="__RequestVerificationToken" value="{PageText.TokenPlace}">""";

    /// <summary>Whether the visitor is somebody, rather than whoever is at this machine.</summary>
    public static bool IsSignedIn(HttpContext context) => context.User.Identity is { IsAuthenticated: true, Name: not "local" };

    /// <summary>Whether the visitor may start and stop.</summary>
    public static bool IsOperator(HttpContext context) => context.User.IsInRole(Gate.Operator);

    /// <summary>A page that says why there is nothing.</summary>
    public static IResult Missing(HttpContext context, string what) => Page(context, "Not found", $"<h1>Not found</h1><p class=\"note bad\">{what}</p>", StatusCodes.Status404NotFound);

    /// <summary>A page that says what was refused.</summary>
    public static IResult Refused(HttpContext context, string what) => Page(context, "Refused", $"<h1>Refused</h1><pre class=\"note bad\">{what}</pre>", StatusCodes.Status400BadRequest);

    /// <summary>A state as people see it.</summary>
    public static Markup State(string state) => $"""<span class="state {state}">{state}</span>""";

    /// <summary>How far something is.</summary>
    public static Markup Progress(string name, int done, int tasks) =>
        $"""<span class="name"><progress aria-label="{name}" max="{Plain(Math.Max(1, tasks))}" value="{Plain(done)}"></progress> <span class="soft">{done} / {tasks}</span></span>""";

    /// <summary>A time of the day, UTC as everywhere.</summary>
    public static Markup When(DateTimeOffset? time) => time is not { } at ? Markup.None
        : $"""<time datetime="{at.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)}">{at.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture)}</time>""";

    /// <summary>Bytes for people.</summary>
    public static string Bytes(long bytes) => bytes switch
    {
        < 1000 => string.Create(CultureInfo.InvariantCulture, $"{bytes} B"),
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0.#} kB"),
        < 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.#} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.##} GB"),
    };

    /// <summary>A number without separators.</summary>
    public static string Plain(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static Markup Link(string path, string name, bool here) =>
        here ? (Markup)$"""<a href="{path}" aria-current="page">{name}</a>""" : $"""<a href="{path}">{name}</a>""";
}
