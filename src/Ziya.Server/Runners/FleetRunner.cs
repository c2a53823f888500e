#if HAS_HANGFIRE
using System.Globalization;
using Hangfire;
using Hangfire.Storage;
using Ziya.Hangfire;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Steps;

namespace Ziya.Server;

/// <summary>Runs jobs as the background jobs of a fleet, and keeps its recurring jobs in step with the job files.</summary>
internal sealed class FleetRunner : IRunner
{
    private const string Prefix = "job:";

    private readonly ServeOptions _options;
    private readonly StepCatalog _catalog;
    private readonly Fleet _fleet;
    private FleetServer? _server;

    public FleetRunner(ServeOptions options, StepCatalog catalog, TimeProvider time)
    {
        (_options, _catalog) = (options, catalog);
        Storage = FleetStorage.Open(options.Storage, options.Silence);
        var queues = new (ServeRole Role, string Queue)[] { (ServeRole.Scheduler, FleetOptions.Scheduler), (ServeRole.Cpu, FleetOptions.Cpu), (ServeRole.Gpu, FleetOptions.Gpu) };
        _fleet = new Fleet(new FleetOptions { Runs = options.Runs, Workers = options.Workers, MostDeaths = options.MostDeaths, Queues = [.. queues.Where(queue => options.Has(queue.Role)).Select(queue => queue.Queue)] }, catalog, Storage, time);
    }

    /// <inheritdoc/>
    public string Name => _options.Storage == ServeOptions.Memory ? "Hangfire in memory" : "Hangfire over PostgreSQL";

    /// <summary>Where Hangfire keeps its jobs.</summary>
    public JobStorage Storage { get; }

    /// <inheritdoc/>
    public IReadOnlyList<KnownRun> Runs =>
        [.. _fleet.Runs.Select(run => new KnownRun(run.Folder, run.Job, run.State.ToString().ToLower(CultureInfo.InvariantCulture), run.Error))];

    /// <inheritdoc/>
    public void Begin() => _server = _fleet.Options.Queues.Count > 0 ? new FleetServer(_fleet, Storage) : null;

    /// <inheritdoc/>
    public string Start(string path, IReadOnlyList<string> overrides, RunPriority priority) => _fleet.Start(path, overrides, priority);

    /// <inheritdoc/>
    public void Resume(string folder)
    {
        if (_fleet.Find(folder) is null)
        {
            // Its storage was lost, or another command began it: the run folder knows the job.
            _fleet.Start(RunFolder.At(folder).ReadJob(_catalog), false);
        }
        else
        {
            _fleet.Resume(folder);
        }
    }

    /// <inheritdoc/>
    public void Retry(string folder, string phase, int task)
    {
        if (_fleet.Find(folder) is null)
        {
            Resume(folder);
        }
        else
        {
            _fleet.Retry(folder, phase, task);
        }
    }

    /// <inheritdoc/>
    public void Pause(string folder) => _fleet.Pause(folder);

    /// <inheritdoc/>
    public void Stop(string folder) => _fleet.Stop(folder);

    /// <inheritdoc/>
    public void Forget(string folder) => _fleet.Forget(folder);

    /// <inheritdoc/>
    public void Schedule(IReadOnlyList<JobEntry> jobs)
    {
        var manager = new RecurringJobManager(Storage);
        var wanted = new HashSet<string>();
        foreach (var entry in jobs)
        {
            if (entry.Job is { Schedule: { } cron } job)
            {
                // A run that was due while no scheduler lived begins once it is back.
                var options = new RecurringJobOptions { TimeZone = TimeZoneInfo.FindSystemTimeZoneById(job.TimeZone), MisfireHandling = MisfireHandlingMode.Relaxed };
                manager.AddOrUpdate<FleetJobs>(Prefix + entry.File, FleetOptions.Scheduler, fleet => fleet.Start(entry.Path), cron, options);
                wanted.Add(Prefix + entry.File);
            }
        }

        foreach (var gone in Recurring().Where(known => !wanted.Contains(known.Id)))
        {
            manager.RemoveIfExists(gone.Id);
        }
    }

    /// <inheritdoc/>
    public string? LastStart(string file) => Recurring().FirstOrDefault(job => job.Id == Prefix + file) is { LastExecution: { } at } last
        ? string.Create(CultureInfo.InvariantCulture, $"{at:yyyy-MM-dd HH:mm} UTC: {last.LastJobState ?? "queued"}")
        : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        // The host and the container both end it.
        Interlocked.Exchange(ref _server, null)?.Dispose();
        _fleet.Dispose();
    }

    private List<RecurringJobDto> Recurring()
    {
        using var connection = Storage.GetConnection();
        return [.. connection.GetRecurringJobs().Where(job => job.Id.StartsWith(Prefix, StringComparison.Ordinal))];
    }
}
#endif
