using System.Security.Claims;
using System.Text.Json;

namespace Ziya.Server;

/// <summary>The server of OpenID Connect that says who somebody is, and what makes them viewers and operators here.</summary>
public sealed record OidcOptions
{
    private static readonly string[] NameClaims = ["preferred_username", "name", "email", "sub"];

    /// <summary>The environment variable of <see cref="Authority"/>: set, people can sign in there.</summary>
    public const string Variable = "ZIYA_OIDC_AUTHORITY";

    /// <summary>What is a viewer where everybody is who can sign in.</summary>
    public const string Everybody = "*";

    /// <summary>Its address: what <c>/.well-known/openid-configuration</c> is below. <c>ZIYA_OIDC_AUTHORITY</c>.</summary>
    public required string Authority { get; init; }

    /// <summary>What this server is called there. <c>ZIYA_OIDC_CLIENT_ID</c>.</summary>
    public required string ClientId { get; init; }

    /// <summary>How this server proves that it is; null for a public client. <c>ZIYA_OIDC_CLIENT_SECRET</c>.</summary>
    public string? ClientSecret { get; init; }

    /// <summary>The claim that lists roles or groups; dots lead into objects, as in <c>realm_access.roles</c>. Default <c>roles</c>. <c>ZIYA_OIDC_ROLES</c>.</summary>
    public string RoleClaim { get; init; } = "roles";

    /// <summary>What makes a viewer; <c>*</c> for everybody who can sign in. Default <c>viewer</c>. <c>ZIYA_OIDC_VIEWER</c>.</summary>
    public string Viewer { get; init; } = "viewer";

    /// <summary>What makes an operator. Default <c>operator</c>. <c>ZIYA_OIDC_OPERATOR</c>.</summary>
    public string Operator { get; init; } = "operator";

    /// <summary>Who the tokens of programs are for. Default: the client. <c>ZIYA_OIDC_AUDIENCE</c>.</summary>
    public string? Audience { get; init; }

    /// <summary>Scopes asked for beside <c>openid</c>, between spaces. Default <c>profile</c>. <c>ZIYA_OIDC_SCOPES</c>.</summary>
    public string Scopes { get; init; } = "profile";

    /// <summary>What browsers call this server, where a proxy stands before it: <c>https://ziya.example.com</c>. Default: as the request says. <c>ZIYA_PUBLIC_URL</c>.</summary>
    public string? PublicUrl { get; init; }

    /// <summary>The options of an environment; null where it names no authority.</summary>
    /// <param name="variable">Reads a variable.</param>
    public static OidcOptions? Of(Func<string, string?> variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        string? Set(string name) => variable(name) is { Length: > 0 } value ? value.Trim() : null;
        return Set(Variable) is not { } authority ? null : new OidcOptions
        {
            Authority = authority,
            ClientId = Set("ZIYA_OIDC_CLIENT_ID") ?? "",
            ClientSecret = Set("ZIYA_OIDC_CLIENT_SECRET"),
            RoleClaim = Set("ZIYA_OIDC_ROLES") ?? "roles",
            Viewer = Set("ZIYA_OIDC_VIEWER") ?? "viewer",
            Operator = Set("ZIYA_OIDC_OPERATOR") ?? "operator",
            Audience = Set("ZIYA_OIDC_AUDIENCE"),
            Scopes = Set("ZIYA_OIDC_SCOPES") ?? "profile",
            PublicUrl = Set("ZIYA_PUBLIC_URL"),
        };
    }

    /// <summary>Whether the authority is on this machine, where it need not encrypt.</summary>
    internal bool IsLocal => Uri.TryCreate(Authority, UriKind.Absolute, out var at) && at.IsLoopback;

    /// <summary>Whether browsers reach this server encrypted.</summary>
    internal bool IsPublicSecure => PublicUrl?.StartsWith("https://", StringComparison.Ordinal) == true;

    /// <summary>Why these options cannot be; null where they can.</summary>
    public string? Fault() =>
        !Uri.TryCreate(Authority, UriKind.Absolute, out var at) || (at.Scheme != Uri.UriSchemeHttps && !(at.Scheme == Uri.UriSchemeHttp && IsLocal))
            ? $"{Variable} is '{Authority}', expected an address that begins with https://, such as https://login.example.com/realms/main."
        : ClientId.Length == 0 ? $"{Variable} is set, but ZIYA_OIDC_CLIENT_ID is not: what is this server called there?"
        : PublicUrl is not null && (!Uri.TryCreate(PublicUrl, UriKind.Absolute, out var own) || own.Scheme is not ("http" or "https") || own.AbsolutePath != "/")
            ? $"ZIYA_PUBLIC_URL is '{PublicUrl}', expected an address without a path, such as https://ziya.example.com."
        : null;

    /// <summary>Who somebody is here; null where they have no role.</summary>
    internal ClaimsPrincipal? Map(ClaimsPrincipal signedIn)
    {
        var roles = RolesOf(signedIn);
        var isOperator = roles.Contains(Operator);
        if (!isOperator && Viewer != Everybody && !roles.Contains(Viewer))
        {
            return null;
        }

        var name = NameOf(signedIn);
        return new ClaimsPrincipal(new ClaimsIdentity(
            [new(ClaimTypes.NameIdentifier, signedIn.FindFirst("sub")?.Value ?? name), new(ClaimTypes.Name, name), new(ClaimTypes.Role, isOperator ? Gate.Operator : "viewer")], Gate.Scheme));
    }

    /// <summary>What somebody is called.</summary>
    internal static string NameOf(ClaimsPrincipal signedIn) =>
        NameClaims.Select(claim => signedIn.FindFirst(claim)?.Value).FirstOrDefault(value => !string.IsNullOrEmpty(value)) ?? "somebody";

    private HashSet<string> RolesOf(ClaimsPrincipal signedIn)
    {
        var path = RoleClaim.Split('.');
        var roles = signedIn.FindAll(RoleClaim).Select(claim => claim.Value).ToHashSet(StringComparer.Ordinal);
        if (path.Length > 1)
        {
            foreach (var claim in signedIn.FindAll(path[0]))
            {
                roles.UnionWith(Below(claim.Value, path));
            }
        }

        return roles;
    }

    private static IEnumerable<string> Below(string json, string[] path)
    {
        try
        {
            using var parsed = JsonDocument.Parse(json);
            var at = parsed.RootElement;
            foreach (var name in path.Skip(1))
            {
                if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(name, out at))
                {
                    return [];
                }
            }

            return at.ValueKind switch
            {
                JsonValueKind.String => [at.GetString()!],
                JsonValueKind.Array => [.. at.EnumerateArray().Where(one => one.ValueKind == JsonValueKind.String).Select(one => one.GetString()!)],
                _ => [],
            };
        }
        catch (JsonException)
        {
            return [];
        }
    }
}
