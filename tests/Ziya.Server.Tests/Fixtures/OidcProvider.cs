using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Ziya.Server.Tests;

/// <summary>A little sign-in server on loopback: everybody who comes is the person it was told, and what it says of them is up to the test.</summary>
internal sealed class OidcProvider : IAsyncDisposable
{
    public const string Client = "ziya";
    public const string Secret = "the client's secret";

    private static readonly RsaSecurityKey Key = new(RSA.Create(2048)) { KeyId = "one" };
    private static readonly RsaSecurityKey Other = new(RSA.Create(2048)) { KeyId = "one" };

    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, (string Nonce, string Challenge, string Redirect)> _codes = new();

    private OidcProvider(WebApplication app) => _app = app;

    public string Authority => _app.Urls.First();

    /// <summary>What it says of whoever comes.</summary>
    public Dictionary<string, object> Claims { get; } = new() { ["sub"] = "1234", ["preferred_username"] = "文若", ["roles"] = new[] { "operator" } };

    /// <summary>Who its tokens are for.</summary>
    public string Audience { get; set; } = Client;

    /// <summary>When they were over, or will be.</summary>
    public TimeSpan Lives { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Whether it signs with a key that is not its own.</summary>
    public bool IsForged { get; set; }

    public static async Task<OidcProvider> Start()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddRouting();
        var provider = new OidcProvider(builder.Build());
        provider.Map();
        await provider._app.StartAsync();
        return provider;
    }

    /// <summary>A signed token, as browsers' servers and programs are given.</summary>
    public string Token(string? nonce = null)
    {
        var claims = new Dictionary<string, object>(Claims);
        if (nonce is not null)
        {
            claims["nonce"] = nonce;
        }

        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Authority,
            Audience = Audience,
            Claims = claims,
            IssuedAt = now.AddHours(-1),
            NotBefore = now.AddHours(-1),
            Expires = now + Lives,
            SigningCredentials = new SigningCredentials(IsForged ? Other : Key, SecurityAlgorithms.RsaSha256),
        });
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private void Map()
    {
        _app.MapGet("/.well-known/openid-configuration", () => Results.Json(new Dictionary<string, object>
        {
            ["issuer"] = Authority,
            ["authorization_endpoint"] = Authority + "/authorize",
            ["token_endpoint"] = Authority + "/token",
            ["jwks_uri"] = Authority + "/keys",
            ["response_types_supported"] = new[] { "code" },
            ["id_token_signing_alg_values_supported"] = new[] { "RS256" },
        }));
        _app.MapGet("/keys", () =>
        {
            var key = JsonWebKeyConverter.ConvertFromRSASecurityKey(Key);
            return Results.Json(new { keys = new[] { new { kty = "RSA", use = "sig", alg = "RS256", kid = key.Kid, n = key.N, e = key.E } } });
        });
        _app.MapGet("/authorize", (HttpContext context, string client_id, string redirect_uri, string state, string nonce, string code_challenge) =>
        {
            Assert.Equal(Client, client_id);
            var code = Guid.NewGuid().ToString("N");
            _codes[code] = (nonce, code_challenge, redirect_uri);
            return Results.Redirect($"{redirect_uri}?code={code}&state={Uri.EscapeDataString(state)}");
        });
        _app.MapPost("/token", async (HttpContext context) =>
        {
            var form = await context.Request.ReadFormAsync();
            var (nonce, challenge, redirect) = _codes.TryRemove(form["code"].ToString(), out var kept) ? kept : default;
            var verifier = Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString())));
            return form["client_secret"] != Secret || verifier != challenge || form["redirect_uri"] != redirect
                ? Results.Json(new { error = "invalid_grant" }, statusCode: 400)
                : Results.Json(new { access_token = Token(), token_type = "Bearer", expires_in = 300, id_token = Token(nonce) });
        });
    }
}
