using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Cli.Tests;

/// <summary>The server as a process; what it answers is tested where it is made.</summary>
public sealed class ServeCommandTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData("--silence 5", "--silence is '5', expected a whole number from 10 to 3600.")]
    [InlineData("--workers 0", "--workers is '0', expected a whole number from 1 to 1024.")]
    [InlineData("--roles web,cook", "expected some of scheduler,cpu,gpu,web.")]
    [InlineData("--jobs nowhere", "--jobs nowhere: no such folder.")]
    [InlineData("--urls http://0.0.0.0:8080", "Set ZIYA_API_KEYS")]
    [InlineData("--keep-runs soon", "--keep-runs is 'soon'")]
    public void Serve_OptionThatCannotBe_IsToldBeforeItBegins(string option, string what)
    {
        Directory.CreateDirectory(_folder["jobs"]);
        var result = ZiyaProcess.Run(_folder.Path, ["serve", .. option.Split(' ')]);
        Assert.Equal(2, result.Exit);
        Assert.Contains(what, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Serve_PortThatIsTaken_SaysSoInOneLine()
    {
        Directory.CreateDirectory(_folder["jobs"]);
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var result = ZiyaProcess.Run(_folder.Path, "serve", "--urls", $"http://{other.LocalEndpoint}");
        Assert.Equal(1, result.Exit);
        Assert.Matches($"^--urls http://{other.LocalEndpoint}: Address already in use. Give it another .*\\n$", result.Error);
        Assert.Empty(result.Output);
    }

    [Fact]
    public async Task Serve_JobOfTheFolder_IsRunAndTheSignalEndsIt()
    {
        _folder.Write("in/a.jsonl", "{\"text\":\"河边的灯塔\"}\n");
        _folder.Write("jobs/job.yaml", "job: test\ninput: { read: in/*.jsonl }\nsteps: []\noutput: { write: out, compression: none }\n");
        using var web = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{FreePort.Find()}") };
        using var process = ZiyaProcess.Start(_folder.Path, "serve", "--urls", web.BaseAddress.ToString());
        await Until(web, "/health", answer => answer == "ok\n");
        using var started = await web.PostAsJsonAsync("/api/jobs/job.yaml/run", new { }, TestContext.Current.CancellationToken);
        var run = (string)JsonNode.Parse(await started.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["run"]!;
        await Until(web, $"/api/runs/{run}", answer => (string?)JsonNode.Parse(answer)!["state"] == "done");
        process.Signal(15);
        var result = process.Wait();
        Assert.True(result.Exit == 0, result.Error);
        Assert.Contains($"ziya serves scheduler, cpu, gpu, web at {web.BaseAddress.ToString().TrimEnd('/')}. Ctrl-C ends it.", result.Output, StringComparison.Ordinal);
        Assert.Contains("\"text\":\"河边的灯塔\"", await File.ReadAllTextAsync(_folder["out/part-00000.jsonl"], TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static async Task Until(HttpClient web, string path, Func<string, bool> isSo)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            try
            {
                using var answer = await web.GetAsync(path, patience.Token);
                if (answer.IsSuccessStatusCode && isSo(await answer.Content.ReadAsStringAsync(patience.Token)))
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // It is not there yet.
            }

            await Task.Delay(50, patience.Token);
        }
    }

    public void Dispose() => _folder.Dispose();
}
