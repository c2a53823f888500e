using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Ziya.Server;

/// <summary>
/// What every request passes: security headers; whose it is; whether they may; a line in the audit log for all that is not just looking. Requests that another site made
/// a browser send are refused, whatever they carry.
/// </summary>
internal sealed partial class Gate(RequestDelegate next, ServeOptions options, ILoggerFactory logs)
{
    /// <summary>The name of the session cookie and its scheme.</summary>
    public const string Scheme = "ziya";

    /// <summary>The role that may start and stop.</summary>
    public const string Operator = "operator";

    /// <summary>Where a handler notes what the audit log should add.</summary>
    public const string Detail = "ziya.audit";

    // A page of ours needs no script or style but those files; the dashboard of Hangfire neither.
    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'";

    private readonly ILogger _audit = logs.CreateLogger("Ziya.Audit");

    public async Task InvokeAsync(HttpContext context)
    {
        Protect(context.Response);
        var looks = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method);
        if (await Refusal(context, looks) is { } refusal)
        {
            await Refuse(context, refusal);
        }
        else
        {
            await next(context);
        }

        if (!looks && !context.Request.Path.StartsWithSegments("/hangfire/stats"))
        {
            var (who, detail) = (context.User.Identity?.Name ?? "nobody", context.Items[Detail] as string ?? "");
            var path = context.Request.Path.ToString();
            Audit(who, context.Request.Method, path, detail, context.Response.StatusCode, context.Connection.RemoteIpAddress);
        }
    }

    /// <summary>What every answer says to browsers.</summary>
    public static void Protect(HttpResponse response)
    {
        var headers = response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers.CacheControl = "no-cache, no-store";
        headers.Pragma = "no-cache";
    }

    private async Task<int?> Refusal(HttpContext context, bool looks)
    {
        var request = context.Request;
        if (!options.Asks && !IsLoopbackName(request.Host.Host))
        {
            // Some site's name that leads here: its pages could read ours.
            return StatusCodes.Status421MisdirectedRequest;
        }

        if (!looks && IsFromElsewhere(request))
        {
            return StatusCodes.Status403Forbidden;
        }

        if (!looks && request.Path.StartsWithSegments("/api") && !request.HasJsonContentType())
        {
            // A form of another site cannot send JSON.
            return StatusCodes.Status415UnsupportedMediaType;
        }

        var user = await User(context);
        context.User = user ?? context.User;
        return user is null ? (IsOpen(request.Path) ? null : StatusCodes.Status401Unauthorized)
            : looks || user.IsInRole(Operator) || IsOpen(request.Path) || request.Path == "/sign-out" || request.Path.StartsWithSegments("/hangfire") ? null
            : StatusCodes.Status403Forbidden;
    }

    private async Task<ClaimsPrincipal?> User(HttpContext context)
    {
        if (!options.Asks)
        {
            return Principal(new ApiKey("local", true, []));
        }

        var bearer = context.Request.Headers.Authorization.ToString();
        var given = bearer.StartsWith("Bearer ", StringComparison.Ordinal) ? bearer["Bearer ".Length..] : context.Request.Headers["X-Api-Key"].ToString();
        return given.Length == 0 ? (await context.AuthenticateAsync(Scheme)).Principal
            : ApiKey.Find(options.Keys, given.Trim()) is { } key ? Principal(key)
            : options.Oidc is not null ? (await context.AuthenticateAsync(Oidc.TokenScheme)).Principal
            : null;
    }

    /// <summary>Who has a key.</summary>
    public static ClaimsPrincipal Principal(ApiKey key) =>
        new(new ClaimsIdentity([new(ClaimTypes.NameIdentifier, key.Name), new(ClaimTypes.Name, key.Name), new(ClaimTypes.Role, key.IsOperator ? Operator : "viewer")], Scheme));

    private static async Task Refuse(HttpContext context, int status)
    {
        if (status == StatusCodes.Status401Unauthorized && !context.Request.Path.StartsWithSegments("/api") && context.Request.Path != "/metrics" && HttpMethods.IsGet(context.Request.Method))
        {
            context.Response.Redirect("/sign-in?next=" + Uri.EscapeDataString(context.Request.Path + context.Request.QueryString));
            return;
        }

        await Results.Json(
            new Problem(status switch
            {
                StatusCodes.Status401Unauthorized => "No key or token, or none that opens this server. Send it as 'Authorization: Bearer KEY'.",
                StatusCodes.Status403Forbidden => "Not allowed: it needs the role operator, and no other site may ask for it.",
                StatusCodes.Status415UnsupportedMediaType => "Send JSON: 'Content-Type: application/json', {} where there is nothing to say.",
                _ => "This server answers to localhost alone.",
            }),
            statusCode: status).ExecuteAsync(context);
    }

    private static bool IsOpen(PathString path) => path == "/health" || path == "/sign-in" || path == "/sign-in/oidc" || path.StartsWithSegments("/assets");

    private static bool IsFromElsewhere(HttpRequest request) =>
        request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site"
        || (request.Headers.Origin.ToString() is { Length: > 0 } origin && (!Uri.TryCreate(origin, UriKind.Absolute, out var from) || from.Authority != request.Host.Value));

    private static bool IsLoopbackName(string host) =>
        host is "localhost" || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    [LoggerMessage(Level = LogLevel.Information, Message = "{Who} {Method} {Path} {Detail} -> {Status}, from {From}")]
    private partial void Audit(string who, string method, string path, string detail, int status, IPAddress? from);
}

/// <summary>What went wrong, for whoever asked.</summary>
/// <param name="Error">What, where, what to do.</param>
public sealed record Problem(string Error);
