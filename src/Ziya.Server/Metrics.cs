using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Ziya.Pipeline.Execution;

namespace Ziya.Server;

/// <summary>
/// Figures and spans by OpenTelemetry. Those of runs are read from the run folders when asked for, so any process with the pages tells the same; those of tasks are of this process.
/// Prometheus finds them at <c>/metrics</c>; with <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> in the environment they are sent there too, and with them a span for each run, phase and task.
/// </summary>
internal sealed class Metrics : IDisposable
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const int LastRuns = 50;

    private static readonly string[] States = ["queued", "running", "paused", "stopped", "failed", "done", "damaged"];
    private static int _servers;

    private readonly Meter _meter;

    private Metrics(string name, Func<IReadOnlyList<RunState>> runs)
    {
        _meter = new Meter(name);
        _meter.CreateObservableGauge("ziya_runs", () => Runs(runs()), null, "Runs by state.");
        _meter.CreateObservableGauge("ziya_run_tasks", () => Tasks(runs()), null, "Tasks of runs that have not ended, by phase.");
        _meter.CreateObservableGauge("ziya_run_records", () => Records(runs()), null, "Records of the last runs, by what became of them.");
        _meter.CreateObservableGauge("process_resident_memory_bytes", () => Environment.WorkingSet, null, "Memory of this process.");
        _meter.CreateObservableGauge("process_threads", Threads, null, "Threads of this process.");
    }

    /// <summary>Adds them to a server.</summary>
    public static void Add(IServiceCollection services, ServeOptions options)
    {
        // A meter is found by its name: two servers in one process must not tell of each other's runs.
        var server = Interlocked.Increment(ref _servers);
        var name = server == 1 ? "Ziya.Server" : $"Ziya.Server.{server}";
        services.AddSingleton(provider => new Metrics(name, provider.GetRequiredService<RunShelf>().Lately));
        var sends = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Endpoint));
        var telemetry = services.AddOpenTelemetry().ConfigureResource(resource => resource.AddService("ziya"));
        telemetry.WithMetrics(metrics =>
        {
            metrics.AddMeter(name, Telemetry.Name, "System.Runtime");
            if (options.Has(ServeRole.Web))
            {
                metrics.AddPrometheusExporter();
            }

            if (sends)
            {
                metrics.AddOtlpExporter();
            }
        });
        if (sends)
        {
            telemetry.WithTracing(traces => traces.AddSource(Telemetry.Name).AddOtlpExporter());
        }
    }

    /// <summary>Maps <c>/metrics</c>.</summary>
    public static void Map(WebApplication app)
    {
        app.Services.GetRequiredService<Metrics>();
        app.MapPrometheusScrapingEndpoint("/metrics");
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<long>> Runs(IReadOnlyList<RunState> runs) =>
        States.Select(state => new Measurement<long>(runs.Count(run => run.State == state), new KeyValuePair<string, object?>("state", state)));

    private static IEnumerable<Measurement<long>> Tasks(IReadOnlyList<RunState> runs) =>
        from run in runs
        where run.State is "queued" or "running" or "paused"
        from phase in run.Phases
        from part in new[] { ("done", phase.Done), ("left", phase.Tasks - phase.Done) }
        select new Measurement<long>(part.Item2, [new("run", run.Name), new("job", run.Job), new("phase", phase.Name), new("state", part.Item1)]);

    private static IEnumerable<Measurement<long>> Records(IReadOnlyList<RunState> runs) =>
        from run in runs.Take(LastRuns)
        where run.Records is not null
        from part in new[] { ("read", run.Records!.Read), ("created", run.Records.Created), ("written", run.Records.Written), ("dropped", run.Records.Dropped), ("quarantined", run.Records.Quarantined) }
        select new Measurement<long>(part.Item2, [new("run", run.Name), new("job", run.Job), new("became", part.Item1)]);

    private static long Threads()
    {
        using var process = Process.GetCurrentProcess();
        return process.Threads.Count;
    }
}
