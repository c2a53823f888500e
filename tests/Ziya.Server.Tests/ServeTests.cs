using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Runs;

namespace Ziya.Server.Tests;

public sealed partial class ServeTests
{
    [Fact]
    public async Task Run_ByTheApi_EndsAndIsShownEverywhere()
    {
        await using var served = await Served.Start();
        var run = await served.RunSmall();

        var report = JsonNode.Parse(await served.Web.GetStringAsync($"/api/runs/{run}/report"))!["records"]!;
        Assert.Equal(302, (int)report["read"]!);
        var known = Assert.Single(JsonNode.Parse(await served.Web.GetStringAsync("/api/runs"))!.AsArray())!;
        Assert.InRange((DateTimeOffset)known["ended"]!, (DateTimeOffset)known["begun"]!, DateTimeOffset.UtcNow.AddSeconds(1));
        var list = await served.Page("/");
        Assert.Contains(run, list, StringComparison.Ordinal);
        Assert.Matches("took [0-9.]+ s", list);
        using var other = await served.Web.GetAsync("/runs");
        Assert.Equal("/", other.Headers.Location?.OriginalString);
        Assert.Contains("小作业", await served.Web.GetStringAsync("/api/jobs"), StringComparison.Ordinal);
        Assert.Contains("drop_with", await served.Page($"/runs/{run}"), StringComparison.Ordinal);
        Assert.Contains("<svg", await served.Page($"/runs/{run}/report"), StringComparison.Ordinal);
        Assert.Contains("小作业", WebUtility.HtmlDecode(await served.Page("/jobs/small.yaml")), StringComparison.Ordinal);
        Assert.Contains("unknown step", await served.Page("/jobs"), StringComparison.Ordinal);
        var at = Uri.EscapeDataString(served.Folder["out"]);
        Assert.Contains("part-00000.jsonl", await served.Page($"/datasets/view?at={at}"), StringComparison.Ordinal);
        Assert.Contains(at, await served.Page("/datasets"), StringComparison.Ordinal);
        Assert.Contains("山河与灯塔", WebUtility.HtmlDecode(await served.Page($"/datasets/view?at={at}&file=part-00000.jsonl&q={Uri.EscapeDataString("山河")}")), StringComparison.Ordinal);
        Assert.Equal(File.ReadAllText(served.Folder["out/part-00000.jsonl"]), await served.Page($"/datasets/download?at={at}&file=part-00000.jsonl"));
        Assert.Contains("source", await served.Page($"/runs/{run}/trace?id={Uri.EscapeDataString("中文")}"), StringComparison.Ordinal);
        Assert.Contains("ends he", await served.Page($"/runs/{run}/records?set=quarantine"), StringComparison.Ordinal);
        var metrics = await served.Page("/metrics");
        Assert.Matches("(?m)^ziya_runs\\{.*state=\"done\".*\\} 1( |$)", metrics);
        Assert.Matches($"(?m)^ziya_run_records\\{{(?=.*run=\"{run}\")(?=.*became=\"read\").*\\}} 302( |$)", metrics);
        Assert.Matches("(?m)^ziya_task_duration_seconds_count\\{.*phase=\"01-", metrics);
        Assert.Matches("(?m)^process_resident_memory_bytes.* [1-9]", metrics);
        Assert.Equal("ok\n", await served.Page("/health"));
        Assert.Contains("/api/jobs/{file}/run", await served.Page("/openapi/v1.json"), StringComparison.Ordinal);
        Assert.Contains("cores", await served.Page("/models"), StringComparison.Ordinal);
        using var again = await served.Web.PostAsJsonAsync($"/api/runs/{run}/resume", new { });
        Assert.Contains("is done", await again.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var unknown = await served.Web.PostAsJsonAsync($"/api/runs/{run}/explode", new { });
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task Run_ThatFails_TellsWhichTaskAndWhyAndIsTriedAgain()
    {
        await using var served = await Served.Start();
        var run = await served.Run("bad.yaml", "failed");
        var failed = Assert.Single(JsonNode.Parse(await served.Web.GetStringAsync($"/api/runs/{run}/failures"))!.AsArray())!;
        Assert.Equal("poisoned", (string)failed["failure"]!["kind"]!);
        var page = WebUtility.HtmlDecode(await served.Page($"/runs/{run}"));
        Assert.Contains("met '山河'", page, StringComparison.Ordinal);
        Assert.Contains("raise limits.poisoned", page, StringComparison.Ordinal);
        Assert.Contains("retry all", page, StringComparison.Ordinal);
        Assert.Contains("Poisoned: step 'throw_on-2'", WebUtility.HtmlDecode(await served.Page($"/runs/{run}/log?level=error")), StringComparison.Ordinal);
        Assert.DoesNotContain("opened", await served.Page($"/runs/{run}/log?level=error"), StringComparison.Ordinal);
        Assert.Contains("opened", await served.Page($"/runs/{run}/log"), StringComparison.Ordinal);
        Assert.DoesNotContain("met '山河'", await served.Web.GetStringAsync($"/api/runs/{run}/log?level=debug"), StringComparison.Ordinal);
        Assert.Contains("poisoned", await served.Page($"/runs/{run}/tasks?phase={(string)failed["phase"]!}"), StringComparison.Ordinal);

        // What is mended is done by the retry of the task, through its own button.
        File.WriteAllText(served.Folder[$"runs/{run}/job.yaml"], File.ReadAllText(served.Folder[$"runs/{run}/job.yaml"]).Replace("poisoned: 0", "poisoned: 1", StringComparison.Ordinal));
        var button = $"/runs/{run}/tasks/{(string)failed["phase"]!}/{(int)failed["task"]!}/retry";
        var token = Regex.Match(page, $"action=\"{Regex.Escape(button)}\"><input type=\"hidden\" name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value;
        using var answer = await served.Web.PostAsync(button, new FormUrlEncodedContent([new("__RequestVerificationToken", token)]));
        Assert.True(answer.StatusCode == HttpStatusCode.Redirect, await answer.Content.ReadAsStringAsync());
        await served.Await(run, "done");
        Assert.DoesNotContain("Failed tasks", await served.Page($"/runs/{run}"), StringComparison.Ordinal);
        using var again = await served.Web.PostAsJsonAsync($"/api{button}", new { });
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);
    }

    [Fact]
    public async Task Run_ByThePage_NeedsTheToken()
    {
        await using var served = await Served.Start();
        using var without = await served.Web.PostAsync("/jobs/small.yaml/run", new FormUrlEncodedContent([]));
        Assert.Equal(HttpStatusCode.BadRequest, without.StatusCode);

        var token = Token().Match(await served.Page("/jobs/small.yaml")).Groups[1].Value;
        using var with = await served.Web.PostAsync("/jobs/small.yaml/run", new FormUrlEncodedContent([new("__RequestVerificationToken", token), new("set", "seed=7\n")]));
        Assert.True(with.StatusCode == HttpStatusCode.Redirect, await with.Content.ReadAsStringAsync());
        var run = with.Headers.Location!.OriginalString["/runs/".Length..];
        await served.Await(run, "done");
        Assert.Contains("seed: 7", File.ReadAllText(served.Folder[$"runs/{run}/job.yaml"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("output.write=/tmp/x")]
    [InlineData("input.read=/etc/passwd")]
    [InlineData("models.a.endpoint=http://example.com")]
    [InlineData("steps.drop_with.word=../../x")]
    [InlineData("steps.drop_with.word=/etc/passwd")]
    [InlineData("no equals sign")]
    public async Task Run_OverrideThatLeadsElsewhere_IsRefused(string option)
    {
        Assert.NotNull(NetworkOverride.Fault(option));
        await using var served = await Served.Start();
        using var answer = await served.Web.PostAsJsonAsync("/api/jobs/small.yaml/run", new { set = new[] { option } });
        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Empty(JsonNode.Parse(await served.Web.GetStringAsync("/api/runs"))!.AsArray());
    }

    [Fact]
    public async Task Paths_ThatLeadOutOfTheirRoots_AreNotFound()
    {
        await using var served = await Served.Start();
        var run = await served.RunSmall();
        var at = Uri.EscapeDataString(served.Folder["out"]);
        served.Folder.Write("outside/plan.json", "{}");
        foreach (var path in new[]
        {
            "/runs/..%2foutside", "/runs/%2e%2e%2foutside", "/api/runs/..%2foutside", "/runs/..", $"/runs/{run}/records?set=..%2f..%2fin", $"/runs/{run}/records?set=phases",
            "/datasets/view?at=%2fetc", $"/datasets/view?at={Uri.EscapeDataString(served.Folder["in"])}", $"/datasets/view?at={at}%2f..%2fin", $"/datasets/download?at={at}&file=..%2fin%2f0.jsonl",
            $"/datasets/download?at={at}&file=%2fetc%2fpasswd", "/jobs/..%2felsewhere.yaml", "/assets/..%2fziya.css", "/assets/passwd",
        })
        {
            using var answer = await served.Web.GetAsync(path);
            var text = await answer.Content.ReadAsStringAsync();
            Assert.True(answer.StatusCode == HttpStatusCode.NotFound || (path == "/runs/.." && answer.StatusCode == HttpStatusCode.OK), $"{path}: {answer.StatusCode} {text}");
        }

        using var start = await served.Web.PostAsJsonAsync("/api/jobs/..%2felsewhere.yaml/run", new { });
        Assert.Equal(HttpStatusCode.NotFound, start.StatusCode);
    }

    [Fact]
    public async Task Request_OfAnotherSite_IsRefused()
    {
        await using var served = await Served.Start();
        using var form = new HttpRequestMessage(HttpMethod.Post, "/api/jobs/small.yaml/run") { Content = new StringContent("{}", null, "text/plain") };
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await served.Web.SendAsync(form)).StatusCode);
        using var origin = new HttpRequestMessage(HttpMethod.Post, "/api/jobs/small.yaml/run") { Content = JsonContent.Create(new { }), Headers = { { "Origin", "http://example.com" } } };
        Assert.Equal(HttpStatusCode.Forbidden, (await served.Web.SendAsync(origin)).StatusCode);
        using var fetched = new HttpRequestMessage(HttpMethod.Post, "/api/jobs/small.yaml/run") { Content = JsonContent.Create(new { }), Headers = { { "Sec-Fetch-Site", "cross-site" } } };
        Assert.Equal(HttpStatusCode.Forbidden, (await served.Web.SendAsync(fetched)).StatusCode);
        using var rebound = new HttpRequestMessage(HttpMethod.Get, "/api/runs") { Headers = { Host = "rebound.example.com" } };
        Assert.Equal(HttpStatusCode.MisdirectedRequest, (await served.Web.SendAsync(rebound)).StatusCode);
    }

    [Fact]
    public async Task Keys_Set_LetIn()
    {
        await using var served = await Served.Start(keys: true);
        Assert.Equal(HttpStatusCode.OK, (await served.Web.GetAsync("/health")).StatusCode);
        Assert.Equal("/sign-in?next=%2Fjobs", (await served.Web.GetAsync("/jobs")).Headers.Location!.OriginalString);
        foreach (var path in new[] { "/api/runs", "/metrics", "/openapi/v1.json", "/hangfire" })
        {
            var answer = await served.Web.GetAsync(path);
            Assert.True(answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Redirect, path);
            Assert.DoesNotContain("ziya_runs", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        using var wrong = served.With("operator-key-0123456788");
        Assert.Equal(HttpStatusCode.Unauthorized, (await wrong.GetAsync("/api/runs")).StatusCode);
        using var viewer = served.With(Served.ViewerKey);
        Assert.Equal(HttpStatusCode.OK, (await viewer.GetAsync("/api/runs")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await viewer.PostAsJsonAsync("/api/jobs/small.yaml/run", new { })).StatusCode);
        Assert.DoesNotContain("Run now", await viewer.GetStringAsync("/jobs/small.yaml"), StringComparison.Ordinal);
        using var op = served.With(Served.OperatorKey);
        Assert.Equal(HttpStatusCode.OK, (await op.PostAsJsonAsync("/api/jobs/small.yaml/run", new { })).StatusCode);
    }

    [Fact]
    public void Busy_OpenModel_SaysHowFullItIsAndWhatItWaitsFor()
    {
        var figures = new ModelFigures("写手", 900, "") { Load = new ModelLoad(16, 14, 3, 512_000_000) };
        var text = WebUtility.HtmlDecode(ModelPages.Busy(new WorkerModel("写手", 1234.5, figures)).ToString());
        foreach (var part in new[] { "写手", "loaded", "14 of 16 slots", "3 waiting", "tokens/s", "512 MB of keys and values" })
        {
            Assert.Contains(part, text, StringComparison.Ordinal);
        }

        Assert.Contains("waits: &lt;b&gt; does not answer", ModelPages.Busy(new WorkerModel("gpt", null, figures with { Trouble = "<b> does not answer" })).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_ForSeveral_IsMadeOnceAndCarriesEachOnesOwn()
    {
        await using var served = await Served.Start(keys: true);
        using var op = served.With(Served.OperatorKey);
        using var viewer = served.With(Served.ViewerKey);
        using var first = await op.GetAsync("/");
        Assert.Contains("otto", await first.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var seen = await viewer.GetStringAsync("/");
        Assert.Contains("vera", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("otto", seen, StringComparison.Ordinal);
        Assert.NotEqual(Token().Match(seen).Groups[1].Value, Token().Match(await first.Content.ReadAsStringAsync()).Groups[1].Value);

        using var again = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { { "If-None-Match", first.Headers.ETag!.Tag } } };
        Assert.Equal(HttpStatusCode.NotModified, (await op.SendAsync(again)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await op.PostAsJsonAsync("/api/jobs/small.yaml/run", new { })).StatusCode);
        Assert.Contains("small-", await viewer.GetStringAsync("/"), StringComparison.Ordinal);
        using var changed = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { { "If-None-Match", first.Headers.ETag!.Tag } } };
        Assert.Equal(HttpStatusCode.OK, (await op.SendAsync(changed)).StatusCode);
    }

    [Theory]
    [InlineData("http://0.0.0.0:8080")]
    [InlineData("http://*:8080")]
    [InlineData("http://192.0.2.1:8080")]
    [InlineData("http://[::]:8080")]
    public void Fault_ReachableWithoutKeys_IsTold(string url)
    {
        Assert.Contains(ApiKey.Variable, new ServeOptions { Urls = url }.Fault(), StringComparison.Ordinal);
        Assert.Null(new ServeOptions { Urls = url, Keys = ApiKey.Parse("a:viewer:0123456789abcdef") }.Fault());
    }

    [Theory]
    [InlineData("https://127.0.0.1:8080")]
    [InlineData("ftp://x")]
    [InlineData("http://example.com:80")]
    [InlineData("nonsense")]
    public void Fault_NoPlaceToListen_IsTold(string url) => Assert.Contains("--urls", new ServeOptions { Urls = url }.Fault(), StringComparison.Ordinal);

    [Theory]
    [InlineData("otto:operator:short")]
    [InlineData("otto:admin:0123456789abcdef")]
    [InlineData("0123456789abcdef")]
    public void Parse_KeyThatIsNone_IsToldWithoutTheKey(string text)
    {
        var message = Assert.Throws<FormatException>(() => ApiKey.Parse("a:viewer:0123456789abcdef " + text)).Message;
        Assert.Contains("entry 2", message, StringComparison.Ordinal);
        Assert.DoesNotContain(text.Split(':')[^1], message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Headers_OfEveryPage_KeepScriptsOut()
    {
        await using var served = await Served.Start();
        foreach (var path in new[] { "/", "/jobs", "/api/runs", "/runs/none" })
        {
            using var answer = await served.Web.GetAsync(path);
            var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'self'", policy, StringComparison.Ordinal);
            Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        }
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex Token();
}
