using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ziya.Pipeline.Tests.Fixtures;

/// <summary>What happens to a request on its way to the storage service.</summary>
internal enum StorageFault
{
    /// <summary>It arrives, and its answer too.</summary>
    None,

    /// <summary>The service is busy: 503.</summary>
    Busy,

    /// <summary>The service throttles: 429.</summary>
    Throttled,

    /// <summary>The connection breaks before anything arrived.</summary>
    Reset,

    /// <summary>What was asked is done, but the connection breaks before the answer.</summary>
    AnswerLost,

    /// <summary>The answer breaks off half way.</summary>
    Truncated,

    /// <summary>It goes no further: who decides has answered it.</summary>
    Answered,
}

/// <summary>Stands between the client library and a storage service, and spoils what a test says.</summary>
internal sealed class StorageProxy : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _service;
    private readonly Func<int, HttpRequest, StorageFault> _fault;
    private int _requests;

    private StorageProxy(WebApplication app, int port, Func<int, HttpRequest, StorageFault> fault)
    {
        _app = app;
        _fault = fault;
        _service = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
    }

    public int Requests => _requests;

    public int Port => new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;

    /// <summary>Begins to listen.</summary>
    /// <param name="port">Where the service listens.</param>
    /// <param name="fault">What to do with the n-th request, from 0.</param>
    /// <param name="listen">Where the proxy listens; 0 for any port.</param>
    public static async Task<StorageProxy> Start(int port, Func<int, HttpRequest, StorageFault> fault, int listen = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.Listen(IPAddress.Loopback, listen);
            options.Limits.MaxRequestBodySize = null;
        });
        var app = builder.Build();
        var proxy = new StorageProxy(app, port, fault);
        app.Run(proxy.Handle);
        await app.StartAsync();
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _service.Dispose();
    }

    private async Task Handle(HttpContext context)
    {
        var fault = _fault(Interlocked.Increment(ref _requests) - 1, context.Request);
        switch (fault)
        {
            case StorageFault.Busy or StorageFault.Throttled:
                context.Response.StatusCode = fault == StorageFault.Busy ? 503 : 429;
                context.Response.Headers["x-ms-error-code"] = "ServerBusy";
                return;
            case StorageFault.Reset:
                context.Abort();
                return;
            case StorageFault.Answered:
                return;
        }

        using var answer = await Forward(context.Request);
        if (fault == StorageFault.AnswerLost)
        {
            context.Abort();
            return;
        }

        await Return(context, answer, fault == StorageFault.Truncated);
    }

    private async Task<HttpResponseMessage> Forward(HttpRequest request)
    {
        var target = request.HttpContext.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        body.Position = 0;
        using var message = new HttpRequestMessage(new HttpMethod(request.Method), new Uri(_service.BaseAddress!, target)) { Content = new StreamContent(body) };
        foreach (var (name, values) in request.Headers.Where(header => header.Key is not ("Host" or "Connection" or "Transfer-Encoding")))
        {
            if (!message.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
            {
                message.Content.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
            }
        }

        return await _service.SendAsync(message);
    }

    private static async Task Return(HttpContext context, HttpResponseMessage answer, bool truncated)
    {
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(header => header.Key is not ("Transfer-Encoding" or "Connection" or "Keep-Alive")))
        {
            context.Response.Headers[name] = values.ToArray();
        }

        var body = await answer.Content.ReadAsByteArrayAsync();
        if (context.Request.Method == "HEAD" || body.Length == 0)
        {
            return;
        }

        await context.Response.Body.WriteAsync(truncated ? body.AsMemory(0, body.Length / 2) : body);
        if (truncated)
        {
            await context.Response.Body.FlushAsync();
            context.Abort();
        }
    }
}
