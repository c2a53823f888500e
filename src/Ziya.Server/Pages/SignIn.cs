using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace Ziya.Server;

/// <summary>A key becomes a session here, for browsers.</summary>
internal static class SignIn
{
    /// <summary>The form.</summary>
    public static IResult Page(HttpContext context, ServeOptions options, string? next, bool wrong = false) => Layout.Page(context, "Sign in", $"""
        <h1>Sign in</h1>{(wrong ? (Markup)$"""<p class="note bad">Not a key of this server.</p>""" : Markup.None)}
        {(options.Oidc is { } oidc ? (Markup)$"""<p><a class="button" href="/sign-in/oidc?next={Uri.EscapeDataString(next ?? "/")}">Sign in at {new Uri(oidc.Authority).Host}</a></p>""" : Markup.None)}
        {(options.Keys.Count > 0 || options.Oidc is null ? Form(context, next) : Markup.None)}
        """, wrong ? StatusCodes.Status401Unauthorized : StatusCodes.Status200OK);

    /// <summary>Only a path of this server: nobody is sent elsewhere by a link to the sign-in.</summary>
    public static string Local(string? next) =>
        next is not null && next.StartsWith('/') && !next.StartsWith("//", StringComparison.Ordinal) && !next.StartsWith("/\\", StringComparison.Ordinal) ? next : "/";

    private static Markup Form(HttpContext context, string? next) => $"""
        <form method="post" action="/sign-in" class="row">{Layout.Token()}<input type="hidden" name="next" value="{next}"><label>Key <input type="password" name="key" required autofocus autocomplete="current-password"></label><button>Sign in</button></form>
        """;

    /// <summary>The key.</summary>
    public static async Task<IResult> Post(HttpContext context, ServeOptions options)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var next = form["next"].ToString();
        if (ApiKey.Find(options.Keys, form["key"].ToString().Trim()) is not { } key)
        {
            return Page(context, options, next, true);
        }

        context.Items[Gate.Detail] = key.Name;
        await context.SignInAsync(Gate.Scheme, Gate.Principal(key));

        return Results.LocalRedirect(Local(next));
    }
}
