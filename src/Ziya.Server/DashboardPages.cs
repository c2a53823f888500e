#if HAS_HANGFIRE
using Hangfire;
using Hangfire.AspNetCore;
using Hangfire.Dashboard;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ziya.Server;

/// <summary>Hangfire's own dashboard, behind the same gate as our pages: viewers look, operators delete and requeue.</summary>
internal static class DashboardPages
{
    // Hangfire's log is the process's, whichever server in it came first: it must not end with one of them.
    private static readonly Lazy<ILoggerFactory> Logs = new(() => LoggerFactory.Create(ServeHost.Log));

    /// <summary>Adds what it needs. The storage is passed along, not kept in Hangfire's global one: a process may hold several servers.</summary>
    public static void Add(IServiceCollection services) => services
        .AddSingleton<IGlobalConfiguration>(_ => GlobalConfiguration.Configuration.UseLogProvider(new AspNetCoreLogProvider(Logs.Value)))
        .AddSingleton(_ => DashboardRoutes.Routes);

    /// <summary>Adds it to a server.</summary>
    public static void Map(WebApplication app, JobStorage storage) => app.UseHangfireDashboard("/hangfire", new DashboardOptions
    {
        Authorization = [],
        AppPath = "/",
        DashboardTitle = "ziya",
        IsReadOnlyFunc = context => !context.GetHttpContext().User.IsInRole(Gate.Operator),
        StatsPollingInterval = 5000,
    }, storage);
}
#endif
