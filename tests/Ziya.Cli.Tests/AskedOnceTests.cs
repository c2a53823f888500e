using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Cli.Tests;

/// <summary>A run that asks a model and is killed at any moment goes on without asking again what was answered: only what was in flight is asked once more.</summary>
public sealed class AskedOnceTests : IDisposable
{
    private const int Records = 160;
    private const int AtOnce = 4;

    private readonly TempFolder _folder = new();
    private readonly HttpListener _server = new();
    private readonly ConcurrentQueue<string> _answered = new();

    public void Dispose()
    {
        _server.Close();
        _folder.Dispose();
    }

    [Fact]
    public async Task Run_KilledWhileAModelAnswers_AsksOnlyWhatWasInFlight()
    {
        var address = Listen();
        var serving = Serve();
        _folder.Write("in/a.jsonl", string.Concat(Enumerable.Range(0, Records).Select(i => $$"""{"id":"{{i:000}}","instruction":"{{(i % 2 == 0 ? "写一首诗，编号" : "Write a poem, number ")}}{{i:000}}"}""" + "\n")));
        _folder.Write("job.yaml", $$"""
            job: once
            input: { read: in/*.jsonl, kind: instruction }
            models: { m: { endpoint: "{{address}}v1", model: m, at_once: {{AtOnce}} } }
            steps: [evolve: { model: m, rounds: 1, judged: false, keep: last }, answer: { model: m }]
            output: { write: out, compression: none }
            """);
        string[] command = ["run", "job.yaml", "--run-dir", "run"];
        var kills = 0;
        foreach (var answers in (int[])[30, 110, 200])
        {
            using var process = ZiyaProcess.Start(_folder.Path, command);
            while (_answered.Count < answers && !process.EndsWithin(TimeSpan.FromMilliseconds(5)))
            {
            }

            Assert.False(process.EndsWithin(TimeSpan.Zero), "it ended before it was killed");
            process.Kill();
            kills++;
        }

        var last = ZiyaProcess.Run(_folder.Path, command);
        Assert.True(last.Exit == 0, last.Error);
        var asked = _answered.Count;
        var distinct = _answered.Distinct().Count();
        Assert.Equal(2 * Records, distinct);

        // Of each step as many records are in hand as keep the model busy four times over, each with one request.
        Assert.InRange(asked, distinct, distinct + (kills * 2 * 4 * AtOnce));
        Assert.All(File.ReadLines(Directory.GetFiles(_folder["out"], "*.jsonl").Single()).Select(line => JsonNode.Parse(line)!), row => Assert.Equal($"answer to {row["instruction"]}", (string?)row["output"]));

        // Done anew but with the answers kept, it asks nothing.
        Directory.Delete(_folder["run/phases"], true);
        Assert.Equal(0, ZiyaProcess.Run(_folder.Path, command).Exit);
        Assert.Equal(asked, _answered.Count);
        _server.Stop();
        await serving;
    }

    private string Listen()
    {
        // No other way to a free port with a listener of this kind: try.
        for (var port = 20_000 + (Environment.ProcessId % 20_000); ; port++)
        {
            try
            {
                _server.Prefixes.Clear();
                _server.Prefixes.Add($"http://localhost:{port}/");
                _server.Start();
                return $"http://localhost:{port}/";
            }
            catch (HttpListenerException)
            {
            }
        }
    }

    private async Task Serve()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _server.GetContextAsync();
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            _ = Answer(context);
        }
    }

    private async Task Answer(HttpListenerContext context)
    {
        try
        {
            var body = await JsonNode.ParseAsync(context.Request.InputStream);
            var said = (string)body!["messages"]!.AsArray()[^1]!["content"]!;
            var number = said.Split(["编号", "number "], StringSplitOptions.None)[^1][..3];
            var isAnswer = said.StartsWith("新的", StringComparison.Ordinal);
            await Task.Delay(10);
            var text = isAnswer ? $"answer to {said}" : $"新的任务，请写一首诗，编号{number}";
            var reply = new JsonObject { ["model"] = "m", ["choices"] = new JsonArray(new JsonObject { ["finish_reason"] = "stop", ["message"] = new JsonObject { ["role"] = "assistant", ["content"] = text } }) };
            context.Response.ContentType = "application/json";
            await context.Response.OutputStream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(reply.ToJsonString()));
            context.Response.Close();
            _answered.Enqueue(said);
        }
        catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException or IOException)
        {
            // The other side was killed.
        }
    }
}
