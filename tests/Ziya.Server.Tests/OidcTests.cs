using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Claims;

namespace Ziya.Server.Tests;

/// <summary>Signing in at a sign-in server that is really there.</summary>
public sealed class OidcTests
{
    [Theory]
    [InlineData("operator", HttpStatusCode.OK)]
    [InlineData("viewer", HttpStatusCode.Forbidden)]
    public async Task Browser_WithARole_IsLedBackToThePageAndMayWhatItMay(string role, HttpStatusCode start)
    {
        await using var provider = await OidcProvider.Start();
        await using var served = await Served.Start(oidc: Options(provider));
        provider.Claims["roles"] = new[] { "somebody else's", role };
        Assert.Equal("/sign-in?next=%2Fjobs", (await served.Web.GetAsync("/jobs")).Headers.Location!.OriginalString);
        Assert.Contains("/sign-in/oidc?next=%2Fjobs", await served.Page("/sign-in?next=%2Fjobs"), StringComparison.Ordinal);
        using var back = await SignIn(served, "/jobs");
        Assert.Equal("/jobs", back.Headers.Location!.OriginalString);
        var page = WebUtility.HtmlDecode(await served.Page("/jobs"));
        Assert.Contains("文若", page, StringComparison.Ordinal);
        Assert.Equal(start == HttpStatusCode.OK, page.Contains("/jobs/small.yaml/run", StringComparison.Ordinal));
        Assert.Equal(start, (await served.Web.PostAsJsonAsync("/api/jobs/small.yaml/run", new { })).StatusCode);
    }

    [Theory]
    [InlineData("no role", "has no role here")]
    [InlineData("audience", "IDX10214")]
    [InlineData("expired", "IDX10223")]
    [InlineData("forged", "IDX10511")]
    [InlineData("secret", "invalid_grant")]
    public async Task Browser_WithSomethingWrong_IsNotSignedIn(string wrong, string told)
    {
        await using var provider = await OidcProvider.Start();
        await using var served = await Served.Start(oidc: Options(provider) with { ClientSecret = wrong == "secret" ? "another" : OidcProvider.Secret });
        Break(provider, wrong);
        using var back = await SignIn(served, "/");
        Assert.Equal(HttpStatusCode.Forbidden, back.StatusCode);
        Assert.Contains(told, await back.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", Assert.Single(back.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Redirect, (await served.Web.GetAsync("/jobs")).StatusCode);
    }

    [Fact]
    public async Task Return_ThatNobodyAskedFor_IsRefused()
    {
        await using var provider = await OidcProvider.Start();
        await using var served = await Served.Start(oidc: Options(provider));
        using var back = await served.Web.GetAsync(Oidc.ReturnPath + "?code=1&state=2");
        Assert.Equal(HttpStatusCode.Forbidden, back.StatusCode);
    }

    [Theory]
    [InlineData("", HttpStatusCode.OK)]
    [InlineData("no role", HttpStatusCode.Unauthorized)]
    [InlineData("audience", HttpStatusCode.Unauthorized)]
    [InlineData("expired", HttpStatusCode.Unauthorized)]
    [InlineData("forged", HttpStatusCode.Unauthorized)]
    public async Task Program_WithAToken_IsLetInWhereItIsRight(string wrong, HttpStatusCode status)
    {
        await using var provider = await OidcProvider.Start();
        await using var served = await Served.Start(keys: true, oidc: Options(provider));
        Break(provider, wrong);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/runs") { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", provider.Token()) } };
        Assert.Equal(status, (await served.Web.SendAsync(request)).StatusCode);

        // Keys go on beside it.
        using var key = served.With(Served.ViewerKey);
        Assert.Equal(HttpStatusCode.OK, (await key.GetAsync("/api/runs")).StatusCode);
    }

    [Fact]
    public async Task Challenge_BehindAProxy_NamesThePublicAddress()
    {
        await using var provider = await OidcProvider.Start();
        await using var served = await Served.Start(oidc: Options(provider) with { PublicUrl = "https://ziya.example.com/" });
        using var there = await served.Web.GetAsync("/sign-in/oidc?next=//elsewhere.example.com");
        Assert.Contains("redirect_uri=https%3A%2F%2Fziya.example.com%2Fsign-in%2Freturn", there.Headers.Location!.OriginalString, StringComparison.Ordinal);
        Assert.All(there.Headers.GetValues("Set-Cookie"), cookie => Assert.Contains("; secure; samesite=lax; httponly", cookie, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Challenge_AuthorityThatIsAway_IsTold()
    {
        await using var served = await Served.Start(oidc: new OidcOptions { Authority = "http://127.0.0.1:9", ClientId = "ziya" });
        using var answer = await served.Web.GetAsync("/sign-in/oidc");
        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Contains("does not answer", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("roles", "[\"viewer\"]", false, false)]
    [InlineData("realm_access.roles", "{\"roles\":[\"x\",\"数据员\"]}", true, false)]
    [InlineData("realm_access.roles", "{\"roles\":\"operator\"}", true, true)]
    [InlineData("realm_access.roles", "not JSON", false, false)]
    [InlineData("realm_access.groups", "{\"roles\":[\"operator\"]}", false, false)]
    public void Map_ClaimBelowOthers_IsFound(string claim, string value, bool isIn, bool isOperator)
    {
        var options = new OidcOptions { Authority = "https://login.example.com", ClientId = "ziya", RoleClaim = claim, Viewer = "数据员" };
        var who = options.Map(new ClaimsPrincipal(new ClaimsIdentity([new("realm_access", value), new("sub", "7")])));
        Assert.Equal(isIn, who is not null);
        Assert.Equal(isOperator, who?.IsInRole(Gate.Operator) == true);
    }

    [Fact]
    public void Map_EverybodyIsAViewer_WhereThatIsSaid()
    {
        var options = new OidcOptions { Authority = "https://login.example.com", ClientId = "ziya", Viewer = OidcOptions.Everybody };
        Assert.False(options.Map(new ClaimsPrincipal(new ClaimsIdentity([new("sub", "7")])))!.IsInRole(Gate.Operator));
    }

    [Theory]
    [InlineData("ZIYA_OIDC_AUTHORITY=http://login.example.com ZIYA_OIDC_CLIENT_ID=a", "https://")]
    [InlineData("ZIYA_OIDC_AUTHORITY=login.example.com ZIYA_OIDC_CLIENT_ID=a", "https://")]
    [InlineData("ZIYA_OIDC_AUTHORITY=https://login.example.com", "ZIYA_OIDC_CLIENT_ID")]
    [InlineData("ZIYA_OIDC_AUTHORITY=https://login.example.com ZIYA_OIDC_CLIENT_ID=a ZIYA_PUBLIC_URL=https://a.example.com/ziya", "ZIYA_PUBLIC_URL")]
    [InlineData("ZIYA_OIDC_AUTHORITY=https://login.example.com ZIYA_OIDC_CLIENT_ID=a ZIYA_PUBLIC_URL=https://a.example.com", null)]
    public void Fault_Environment_IsTold(string environment, string? told)
    {
        var variables = environment.Split(' ').Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        var fault = new ServeOptions { Urls = "http://0.0.0.0:80", Oidc = OidcOptions.Of(variables.GetValueOrDefault) }.Fault();
        if (told is null)
        {
            Assert.Null(fault);
        }
        else
        {
            Assert.Contains(told, fault, StringComparison.Ordinal);
        }
    }

    private static OidcOptions Options(OidcProvider provider) => new() { Authority = provider.Authority, ClientId = OidcProvider.Client, ClientSecret = OidcProvider.Secret };

    private static void Break(OidcProvider provider, string what)
    {
        switch (what)
        {
            case "no role":
                provider.Claims.Remove("roles");
                break;
            case "audience":
                provider.Audience = "another";
                break;
            case "expired":
                provider.Lives = TimeSpan.FromMinutes(-5);
                break;
            case "forged":
                provider.IsForged = true;
                break;
        }
    }

    /// <summary>To the sign-in server, and back: the last answer of this server.</summary>
    private static async Task<HttpResponseMessage> SignIn(Served served, string next)
    {
        using var there = await served.Web.GetAsync($"/sign-in/oidc?next={Uri.EscapeDataString(next)}");
        Assert.Equal(HttpStatusCode.Redirect, there.StatusCode);
        using var elsewhere = await served.Web.GetAsync(there.Headers.Location);
        Assert.Equal(HttpStatusCode.Redirect, elsewhere.StatusCode);
        return await served.Web.GetAsync(elsewhere.Headers.Location);
    }
}
