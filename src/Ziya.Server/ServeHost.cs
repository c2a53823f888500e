using System.Data.Common;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Steps;

namespace Ziya.Server;

/// <summary>What the pages need beside the runs.</summary>
/// <param name="Catalog">The steps and formats.</param>
/// <param name="Time">The clock.</param>
internal sealed record ServedPlace(StepCatalog Catalog, TimeProvider Time);

/// <summary>A server that runs: schedules, workers, pages, as its options say. Stops gracefully: tasks at work end at their next record and are done again elsewhere, or at the next start.</summary>
public sealed partial class ServeHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ServeHost(WebApplication app) => _app = app;

    /// <summary>Where it listens; null where it has no pages.</summary>
    public string? Url => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault();

    /// <summary>Starts a server.</summary>
    /// <param name="options">What it does; see <see cref="ServeOptions.Fault"/>.</param>
    /// <param name="catalog">The steps and formats.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancel">Gives the start up.</param>
    /// <exception cref="JobFailedException">It cannot listen there, or its database cannot be used.</exception>
    public static async Task<ServeHost> StartAsync(ServeOptions options, StepCatalog catalog, TimeProvider time, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Fault() is { } fault)
        {
            throw new ArgumentException(fault, nameof(options));
        }

        if (options.Has(ServeRole.Web))
        {
            Try(options);
        }

        // Nothing but these options decides where it listens: no file or variable of the framework is read.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        Log(builder.Logging);
        Listen(builder.WebHost, options);
        Add(builder.Services, options, catalog, time);
        var app = builder.Build();
        if (options.Has(ServeRole.Web))
        {
            Map(app, options);
        }

        try
        {
            await app.StartAsync(cancel);
            return new ServeHost(app);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits for its end: Ctrl-C, or the signal of a system that shuts down.</summary>
    public Task WaitAsync(CancellationToken cancel = default) => _app.WaitForShutdownAsync(cancel);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    internal static void Log(ILoggingBuilder logging)
    {
        logging.SetMinimumLevel(LogLevel.Information).AddFilter("Microsoft", LogLevel.Warning).AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error).AddFilter("Hangfire", LogLevel.Warning);
        if (Environment.GetEnvironmentVariable("ZIYA_LOG") == "json")
        {
            logging.AddJsonConsole(console => (console.UseUtcTimestamp, console.TimestampFormat) = (true, "yyyy-MM-dd'T'HH:mm:ss'Z'"));
        }
        else
        {
            logging.AddSimpleConsole(console => (console.SingleLine, console.UseUtcTimestamp, console.TimestampFormat) = (true, true, "yyyy-MM-dd HH:mm:ss'Z' "));
        }
    }

    /// <summary>Asked beforehand, since the framework tells it by a page of its own insides.</summary>
    private static void Try(ServeOptions options)
    {
        try
        {
            using var listener = new TcpListener(options.Endpoint()!);
            listener.Start();
        }
        catch (SocketException exception)
        {
            throw new JobFailedException($"--urls {options.Urls}: {exception.Message}. Give it another address or port, such as --urls http://127.0.0.1:8081.", exception);
        }
    }

    private static void Listen(IWebHostBuilder web, ServeOptions options)
    {
        web.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 1 << 20;
            var endpoint = options.Has(ServeRole.Web) ? options.Endpoint()! : new IPEndPoint(IPAddress.Loopback, 0);
            kestrel.Listen(endpoint);
        });
    }

    private static void Add(IServiceCollection services, ServeOptions options, StepCatalog catalog, TimeProvider time)
    {
        services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(60));
        services.AddRouting();
        services.AddDataProtection();
        services.Configure<KeyManagementOptions>(keys => keys.XmlRepository = new ProcessKeys());
        var authentication = services.AddAuthentication(Gate.Scheme).AddCookie(Gate.Scheme, cookie =>
        {
            // A strict cookie is not sent on the way back from another site, where people have just signed in. Nothing changes by a look, and forms carry their own token.
            (cookie.Cookie.Name, cookie.Cookie.HttpOnly, cookie.Cookie.SameSite) = (Gate.Scheme, true, options.Oidc is null ? SameSiteMode.Strict : SameSiteMode.Lax);
            cookie.Cookie.SecurePolicy = options.Oidc?.IsPublicSecure == true ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
            cookie.ExpireTimeSpan = TimeSpan.FromHours(12);
        });
        if (options.Oidc is { } oidc)
        {
            Oidc.Add(authentication, oidc);
        }

        services.AddAntiforgery(form => (form.Cookie.Name, form.Cookie.SameSite, form.SuppressXFrameOptionsHeader) = ("ziya-form", SameSiteMode.Strict, true));
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.Converters.Add(new JsonStringEnumConverter()));
        services.AddOpenApi(openApi => openApi.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "ziya serve";
            return Task.CompletedTask;
        }));
        services.AddSingleton(options).AddSingleton(time).AddSingleton(new ServedPlace(catalog, time)).AddSingleton(new JobShelf(options.Jobs, catalog));
        services.AddSingleton<RunShelf>().AddSingleton<PageCache>().AddSingleton<DatasetShelf>().AddSingleton<Verbs>();
        services.AddSingleton(catalog);
#if HAS_HANGFIRE
        services.AddSingleton<IRunner, FleetRunner>();
        DashboardPages.Add(services);
#else
        services.AddSingleton<IRunner, LocalRunner>();
#endif
        Metrics.Add(services, options);
        services.AddHostedService<RunLogService>();
        services.AddHostedService<RunnerService>();
        services.AddHostedService<CleaningService>();
    }

    private static void Map(WebApplication app, ServeOptions options)
    {
        app.UseMiddleware<Gate>(options);
        app.UseExceptionHandler(new ExceptionHandlerOptions { ExceptionHandler = Tell, SuppressDiagnosticsCallback = failed => IsAway(failed.Exception) });
        app.UseRouting();
        app.MapOpenApi();
        Api.Map(app);
        Site.Map(app, options);
        Metrics.Map(app);
#if HAS_HANGFIRE
        DashboardPages.Map(app, ((FleetRunner)app.Services.GetRequiredService<IRunner>()).Storage);
#endif
    }

    /// <summary>Whether what failed is away for a while: a line of the log, not what an exception of the program's own is worth.</summary>
    private static bool IsAway(Exception exception) => exception is DbException { IsTransient: true } || Transient.Is(exception);

    /// <summary>What is meant for people is told; what is not stays in the log.</summary>
    private static async Task Tell(HttpContext context)
    {
        var exception = context.Features.Get<IExceptionHandlerFeature>()?.Error;
        var (status, title, what) = exception switch
        {
            BadHttpRequestException bad => (bad.StatusCode, "Failed", bad.Message),
            not null when IsAway(exception) => (StatusCodes.Status503ServiceUnavailable, "Not now",
                $"The database or store does not answer now: {exception.Message.TrimEnd('.')}. What goes on waits until it is back. Look again in a moment."),
            not null when Verbs.IsTold(exception) => (StatusCodes.Status500InternalServerError, "Failed", exception.Message),
            _ => (StatusCodes.Status500InternalServerError, "Failed", "This server failed. Its log says more."),
        };
        if (status == StatusCodes.Status503ServiceUnavailable)
        {
            NotNow(context.RequestServices.GetRequiredService<ILogger<ServeHost>>(), context.Request.Path, exception!.Message);
        }

        await (context.Request.Path.StartsWithSegments("/api")
            ? Results.Json(new Problem(what), statusCode: status)
            : Layout.Page(context, title, $"<h1>{title}</h1><pre class=\"note bad\">{what}</pre>", status)).ExecuteAsync(context);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Path} cannot be shown now: {Why}")]
    private static partial void NotNow(ILogger log, string path, string why);
}
