using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Ziya.Models.Tests.Teachers;

/// <summary>A real HTTP server that answers as it is told, and notes what it was asked and when, by the clock of the test.</summary>
internal sealed class ChatServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly CancellationTokenSource _stop = new();
    private int _inFlight;
    private int _mostInFlight;

    private ChatServer(WebApplication app) => _app = app;

    /// <summary>What it does with its n-th request, from 0.</summary>
    public required Func<int, HttpContext, Task> Behaviour { get; init; }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public ConcurrentQueue<(TimeSpan At, JsonNode Body, string? Authorization)> Requests { get; } = new();

    public string Address => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First() + "/v1";

    public int InFlight => _inFlight;

    public int MostInFlight => _mostInFlight;

    public static async Task<ChatServer> Start(Func<int, HttpContext, Task> behaviour)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var server = new ChatServer(app) { Behaviour = behaviour };
        app.Run(server.Handle);
        await app.StartAsync();
        return server;
    }

    /// <summary>Does one thing after another, the last of them for good.</summary>
    public static Task<ChatServer> Start(params Func<HttpContext, Task>[] behaviours) =>
        Start((at, context) => behaviours[Math.Min(at, behaviours.Length - 1)](context));

    /// <summary>Waits for a task while time goes by, a second whenever the server has nothing in hand.</summary>
    public async Task<T> Run<T>(Task<T> task)
    {
        while (!task.IsCompleted)
        {
            await Task.WhenAny(task, Task.Delay(4));
            if (_inFlight == 0)
            {
                Time.Advance(TimeSpan.FromSeconds(1));
            }
        }

        return await task;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _app.DisposeAsync();
        _stop.Dispose();
    }

    public static Func<HttpContext, Task> Answer(string text, string finish = "stop", int promptTokens = 5, int completionTokens = 3) => context => Json(context, 200, $$"""
        {"id":"c1","object":"chat.completion","model":"gpt-test-0613","choices":[{"index":0,"message":{"role":"assistant","content":{{JsonValue.Create(text)!.ToJsonString()}}},"finish_reason":"{{finish}}"}],
        "usage":{"prompt_tokens":{{promptTokens}},"completion_tokens":{{completionTokens}},"total_tokens":{{promptTokens + completionTokens}} } }
        """);

    public static Func<HttpContext, Task> Status(int status, string body = """{"error":{"message":"no","type":"server_error"}}""", string? retryAfter = null) => context =>
    {
        context.Response.Headers.RetryAfter = retryAfter;
        return Json(context, status, body);
    };

    /// <summary>Sends the beginning of an answer and breaks the connection.</summary>
    public static Func<HttpContext, Task> Truncated(bool chunked) => async context =>
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = chunked ? null : 5000;
        await context.Response.WriteAsync("""{"choices":[{"message":{"content":"the beginning of""");
        await context.Response.Body.FlushAsync();
        context.Abort();
    };

    /// <summary>Never answers.</summary>
    public Task Hang(HttpContext context) => Task.Delay(Timeout.Infinite, CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, context.RequestAborted).Token);

    private static async Task Json(HttpContext context, int status, string body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(body);
    }

    private async Task Handle(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var body = JsonNode.Parse(await reader.ReadToEndAsync())!;
        int at;
        lock (Requests)
        {
            at = Requests.Count;
            _mostInFlight = Math.Max(_mostInFlight, ++_inFlight);
            Requests.Enqueue((Time.GetUtcNow() - Time.Start, body, context.Request.Headers.Authorization));
        }

        context.Items["asked"] = (string?)body["messages"]!.AsArray()[^1]!["content"];
        try
        {
            await Behaviour(at, context);
        }
        catch (OperationCanceledException)
        {
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
        }
    }
}
