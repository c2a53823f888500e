using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace Ziya.Server;

/// <summary>A key becomes a session here, for browsers.</summary>
internal static class SignIn
{
    /// <summary>The form.</summary>
    public static IResult Page(HttpContext context, string? next, bool wrong = false) => Layout.Page(context, "Sign in", $"""
        <h1>Sign in</h1>{(wrong ? (Markup)$"""<p class="note bad">Not a key of this server.</p>""" : Markup.None)}
        <form method="post" action="/sign-in" class="row">{Layout.Token(context)}<input type="hidden" name="next" value="{next}"><label>Key <input type="password" name="key" required autofocus autocomplete="current-password"></label><button>Sign in</button></form>
        """, wrong ? StatusCodes.Status401Unauthorized : StatusCodes.Status200OK);

    /// <summary>The key.</summary>
    public static async Task<IResult> Post(HttpContext context, ServeOptions options)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var next = form["next"].ToString();
        if (ApiKey.Find(options.Keys, form["key"].ToString().Trim()) is not { } key)
        {
            return Page(context, next, true);
        }

        context.Items[Gate.Detail] = key.Name;
        await context.SignInAsync(Gate.Scheme, Gate.Principal(key));

        // Only a path of this server: nobody is sent elsewhere by a link to the sign-in.
        return Results.LocalRedirect(next.StartsWith('/') && !next.StartsWith("//", StringComparison.Ordinal) && !next.StartsWith("/\\", StringComparison.Ordinal) ? next : "/");
    }
}
