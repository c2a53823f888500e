using Hangfire;
using Hangfire.Common;
using Hangfire.Storage;

namespace Ziya.Hangfire;

/// <summary>The worker of a fleet that runs in this process: as long as it is not disposed it executes what is queued.</summary>
public sealed class FleetServer : IDisposable
{
    private const string Tend = "ziya-tend";
    private const string Every = "* * * * *";

    private readonly BackgroundJobServer _server;

    /// <summary>Begins to work.</summary>
    /// <param name="fleet">The fleet.</param>
    /// <param name="storage">Its storage.</param>
    public FleetServer(Fleet fleet, JobStorage storage)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        KeepTending(storage);
        _server = new BackgroundJobServer(
            new BackgroundJobServerOptions
            {
                Activator = new Activator(fleet),
                FilterProvider = new JobFilterProviderCollection([.. JobFilterProviders.Providers, new JobFilterCollection { { fleet.Fate, -1 } }]),
                WorkerCount = fleet.Options.Workers,
                Queues = fleet.Options.Served,
                HeartbeatInterval = TimeSpan.FromSeconds(10),
                ServerCheckInterval = TimeSpan.FromSeconds(20),
                ServerTimeout = TimeSpan.FromMinutes(1),
                SchedulePollingInterval = TimeSpan.FromSeconds(2),
                CancellationCheckInterval = TimeSpan.FromSeconds(2),
                StopTimeout = TimeSpan.FromSeconds(5),
                ShutdownTimeout = TimeSpan.FromSeconds(30),
            },
            storage);
    }

    /// <summary>Written once for all workers, not at every start: writing takes a lock, which a worker that was killed may still hold.</summary>
    private static void KeepTending(JobStorage storage)
    {
        using var connection = storage.GetConnection();
        if (connection.GetRecurringJobs([Tend]) is not [{ Removed: false, Cron: Every }])
        {
            new RecurringJobManager(storage).AddOrUpdate<FleetJobs>(
                Tend, FleetOptions.Steps, jobs => jobs.Tend(CancellationToken.None), Every, new RecurringJobOptions { MisfireHandling = MisfireHandlingMode.Relaxed });
        }
    }

    /// <summary>Stops: tasks at work end at their next record and are queued again.</summary>
    public void Dispose()
    {
        _server.SendStop();
        _server.Dispose();
    }

    private sealed class Activator(Fleet fleet) : JobActivator
    {
        public override object ActivateJob(Type jobType) => jobType == typeof(FleetJobs) ? new FleetJobs(fleet) : base.ActivateJob(jobType);
    }
}
