#if HAS_HANGFIRE
using System.Net;
using System.Text.RegularExpressions;
using Ziya.Hangfire.Tests.Fixtures;

namespace Ziya.Server.Tests;

/// <summary>The server over a real database.</summary>
public sealed class PostgresTests(Postgres postgres) : IClassFixture<Postgres>
{
    [Fact]
    public async Task Run_StartedFromThePage_IsSeenDoneThereInTheDashboardAndByAnotherServer()
    {
        var database = postgres.NewDatabase();
        await using var served = await Served.Start(storage: database);
        var token = Regex.Match(await served.Page("/jobs/small.yaml"), "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value;
        using var answer = await served.Web.PostAsync("/jobs/small.yaml/run", new FormUrlEncodedContent([new("__RequestVerificationToken", token)]));
        Assert.True(answer.StatusCode == HttpStatusCode.Redirect, await answer.Content.ReadAsStringAsync());
        var run = answer.Headers.Location!.OriginalString["/runs/".Length..];
        await served.Await(run, "done");
        var list = await served.Page("/");
        Assert.Contains("Hangfire over PostgreSQL", list, StringComparison.Ordinal);
        Assert.Contains("state done", list, StringComparison.Ordinal);
        Assert.Contains("the run is done", await served.Page($"/runs/{run}/log"), StringComparison.Ordinal);
        Assert.Contains(run, await served.Page("/hangfire/jobs/succeeded"), StringComparison.Ordinal);

        await using var other = await ServeHost.StartAsync(
            new ServeOptions { Jobs = served.Folder["jobs"], Runs = served.Folder["runs"], Urls = "http://127.0.0.1:0", Storage = database, Roles = [ServeRole.Web] }, Pipeline.Tests.Fixtures.TestRun.Catalog, TimeProvider.System);
        using var web = new HttpClient { BaseAddress = new Uri(other.Url!) };
        Assert.Contains(run, await web.GetStringAsync("/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_DatabaseIsAway_SaysSoUntilItIsBack()
    {
        await using var served = await Served.Start(storage: postgres.NewDatabase());
        await postgres.Kill();
        foreach (var path in new[] { "/", "/api/runs" })
        {
            using var answer = await served.Web.GetAsync(path);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.Contains("does not answer now", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        await postgres.Start();
        Assert.Contains("Hangfire over PostgreSQL", await served.Page("/"), StringComparison.Ordinal);
    }
}
#endif
