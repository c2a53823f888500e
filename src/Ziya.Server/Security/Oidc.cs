using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Ziya.Server;

/// <summary>Sign-in at a server of OpenID Connect: the code flow with PKCE for browsers, which then have a session here; signed tokens for programs.</summary>
internal static class Oidc
{
    /// <summary>The scheme of browsers.</summary>
    public const string Scheme = "oidc";

    /// <summary>The scheme of programs.</summary>
    public const string TokenScheme = "oidc-token";

    /// <summary>Where the sign-in server sends browsers back to.</summary>
    public const string ReturnPath = "/sign-in/return";

    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(1);

    /// <summary>Adds both schemes.</summary>
    public static void Add(AuthenticationBuilder authentication, OidcOptions options) => authentication
        .AddOpenIdConnect(Scheme, oidc => Configure(oidc, options))
        .AddJwtBearer(TokenScheme, token =>
        {
            (token.Authority, token.Audience, token.RequireHttpsMetadata, token.MapInboundClaims) = (options.Authority, options.Audience ?? options.ClientId, !options.IsLocal, false);
            token.TokenValidationParameters.ClockSkew = ClockSkew;
            token.Events = new JwtBearerEvents
            {
                OnTokenValidated = context =>
                {
                    context.Principal = options.Map(context.Principal!);
                    if (context.Principal is null)
                    {
                        context.Fail("no role");
                    }

                    return Task.CompletedTask;
                },
            };
        });

    /// <summary>Sends a browser to the sign-in server.</summary>
    public static async Task Challenge(HttpContext context, OidcOptions options, string? next)
    {
        try
        {
            await context.ChallengeAsync(Scheme, new AuthenticationProperties { RedirectUri = SignIn.Local(next) });
        }
        catch (Exception exception) when (exception is InvalidOperationException or HttpRequestException or IOException)
        {
            await Layout.Page(context, "Sign in", $"<h1>Sign in</h1><p class=\"note bad\">{options.Authority} does not answer, or not as a server of OpenID Connect does.</p>", StatusCodes.Status502BadGateway).ExecuteAsync(context);
        }
    }

    private static void Configure(OpenIdConnectOptions oidc, OidcOptions options)
    {
        (oidc.Authority, oidc.ClientId, oidc.ClientSecret, oidc.SignInScheme) = (options.Authority, options.ClientId, options.ClientSecret, Gate.Scheme);
        (oidc.ResponseType, oidc.ResponseMode, oidc.UsePkce, oidc.MapInboundClaims, oidc.RequireHttpsMetadata) = ("code", "query", true, false, !options.IsLocal);
        (oidc.CallbackPath, oidc.RemoteSignOutPath, oidc.BackchannelTimeout) = (ReturnPath, PathString.Empty, TimeSpan.FromSeconds(15));
        oidc.TokenValidationParameters.ClockSkew = ClockSkew;
        oidc.Scope.Clear();
        foreach (var scope in options.Scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries).Prepend("openid").Distinct())
        {
            oidc.Scope.Add(scope);
        }

        foreach (var cookie in new[] { oidc.CorrelationCookie, oidc.NonceCookie })
        {
            (cookie.SameSite, cookie.SecurePolicy) = (SameSiteMode.Lax, options.IsPublicSecure ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest);
        }

        oidc.Events = new OpenIdConnectEvents
        {
            OnRedirectToIdentityProvider = context =>
            {
                context.ProtocolMessage.RedirectUri = options.PublicUrl is { } own ? own.TrimEnd('/') + ReturnPath : context.ProtocolMessage.RedirectUri;
                return Task.CompletedTask;
            },
            OnTokenValidated = context =>
            {
                var who = OidcOptions.NameOf(context.Principal!);
                context.Principal = options.Map(context.Principal!);
                if (context.Principal is null)
                {
                    context.Fail($"{who} can sign in, but has no role here: the claim '{options.RoleClaim}' holds neither '{options.Viewer}' nor '{options.Operator}'.");
                }

                return Task.CompletedTask;
            },
            OnRemoteFailure = async context =>
            {
                context.HandleResponse();

                // The way back is taken before the gate.
                Gate.Protect(context.Response);
                var what = context.Failure?.Message ?? "the sign-in server refused.";
                await Layout.Page(context.HttpContext, "Sign in", $"""<h1>Not signed in</h1><p class="note bad">{what}</p><p><a href="/sign-in">Try again</a></p>""", StatusCodes.Status403Forbidden).ExecuteAsync(context.HttpContext);
            },
        };
    }
}
