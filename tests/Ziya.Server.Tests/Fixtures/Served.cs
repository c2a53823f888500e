using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Server.Tests;

/// <summary>A server on loopback over a folder of its own, with one small job in both languages; some of its records are hostile.</summary>
internal sealed class Served : IAsyncDisposable
{
    public const string ViewerKey = "viewer-key-0123456789";
    public const string OperatorKey = "operator-key-0123456789";
    public const string Hostile = "</pre><script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\"> 反 drop me";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly TempFolder _folder;
    private readonly ServeHost _host;

    private Served(TempFolder folder, ServeHost host)
    {
        (_folder, _host) = (folder, host);
        Web = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = new Uri(host.Url!) };
    }

    /// <summary>Somebody without a key.</summary>
    public HttpClient Web { get; }

    public string Url => _host.Url!;

    public TempFolder Folder => _folder;

    public static async Task<Served> Start(bool keys = false, string? schedule = null, OidcOptions? oidc = null, string storage = ServeOptions.Memory)
    {
        var folder = new TempFolder();
        folder.Write("in/0.jsonl", TestTexts.Lines(300, 1) + new JsonObject { ["id"] = "hostile", ["text"] = Hostile }.ToJsonString() + "\n" + new JsonObject { ["id"] = "中文", ["text"] = "山河与灯塔 <b>粗体</b>" }.ToJsonString() + "\n");
        folder.Write("jobs/small.yaml", Job(folder, "small", schedule is null ? "" : $"schedule: \"{schedule}\"\ntime_zone: Asia/Shanghai"));
        folder.Write("jobs/bad.yaml", Job(folder, "bad", "limits: { poisoned: 0 }", "append: { word: '!' }, throw_on: { word: 中 }, throw_on: { word: 山河 }"));
        folder.Write("jobs/wrong.yaml", "job: wrong\nsteps: [no_such_step]\n");
        folder.Write("elsewhere.yaml", Job(folder, "elsewhere", ""));
        var options = new ServeOptions
        {
            Jobs = folder["jobs"],
            Runs = folder["runs"],
            Urls = "http://127.0.0.1:0",
            Workers = 2,
            Oidc = oidc,
            Storage = storage,
            Keys = keys ? ApiKey.Parse($"vera:viewer:{ViewerKey}, otto:operator:{OperatorKey}") : [],
        };
        return new Served(folder, await ServeHost.StartAsync(options, TestRun.Catalog, TimeProvider.System));
    }

    /// <summary>Somebody with a key.</summary>
    public HttpClient With(string key) => new(new HttpClientHandler { AllowAutoRedirect = false })
    {
        BaseAddress = Web.BaseAddress,
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", key) },
    };

    /// <summary>Runs the job through the API to its end: the run's name.</summary>
    public Task<string> RunSmall() => Run("small.yaml", "done");

    /// <summary>Runs a job through the API until it is in a state: the run's name.</summary>
    public async Task<string> Run(string file, string state)
    {
        using var answer = await Web.PostAsJsonAsync($"/api/jobs/{file}/run", new { set = Array.Empty<string>() });
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        var run = (string)JsonNode.Parse(text)!["run"]!;
        await Await(run, state);
        return run;
    }

    public async Task<JsonNode> Await(string run, string state)
    {
        var watch = Stopwatch.StartNew();
        JsonNode? found = null;
        while (watch.Elapsed < Patience)
        {
            found = JsonNode.Parse(await Web.GetStringAsync($"/api/runs/{run}"))!;
            if ((string)found["state"]! == state)
            {
                return found;
            }

            await Task.Delay(50);
        }

        Assert.Fail($"{run} is not {state}: {found}");
        return found!;
    }

    /// <summary>A page, which must be there.</summary>
    public async Task<string> Page(string path)
    {
        using var answer = await Web.GetAsync(path);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{path}: {answer.StatusCode} {text}");
        return text;
    }

    public async ValueTask DisposeAsync()
    {
        Web.Dispose();
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    private static string Job(TempFolder folder, string name, string extra, string steps = "append: { word: '!' }, drop_with: { word: drop me }, unique") => $$"""
        job: {{name}}
        description: A small job 小作业.
        {{extra}}
        input: { read: "{{folder.Path}}/in/*" }
        steps: [{{steps}}]
        output: { write: "{{folder.Path}}/{{(name == "small" ? "out" : "out-" + name)}}", compression: none }
        """;
}
