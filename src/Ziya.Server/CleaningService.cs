using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Ziya.Pipeline.Runs;

namespace Ziya.Server;

/// <summary>Deletes run folders that are not kept any more, every hour, where the server is told which to keep.</summary>
internal sealed partial class CleaningService(IRunner runner, ServeOptions options, TimeProvider time, ILoggerFactory logs) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromHours(1);

    private readonly ILogger _audit = logs.CreateLogger("Ziya.Audit");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Retention is not { } retention || !options.Has(ServeRole.Scheduler))
        {
            return;
        }

        await Task.Yield();
        using var timer = new PeriodicTimer(Every, time);
        do
        {
            Clean(retention);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private void Clean(Retention retention)
    {
        try
        {
            var sweep = new RunSweep(options.Runs, retention, time);
            var atWork = runner.Runs.Where(run => run.State is "queued" or "running" or "paused").Select(run => RunShelf.NameOf(run.Folder)).ToHashSet(StringComparer.Ordinal);
            foreach (var run in sweep.Find(atWork).Where(run => run.Kept is null))
            {
                if (sweep.Delete(run) is { } refused)
                {
                    NotDeleted(run.Name, refused);
                    continue;
                }

                runner.Forget($"{options.Runs.TrimEnd('/')}/{run.Name}");
                Deleted(run.Name, run.Job, run.State, run.Changed, run.Bytes);
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // A store or database that is away: the next hour is soon enough.
            NotCleaned(exception.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "retention: deleted run {Run} of {Job} ({State}, last written {Changed:u}, {Bytes} bytes)")]
    private partial void Deleted(string run, string job, string state, DateTimeOffset changed, long bytes);

    [LoggerMessage(Level = LogLevel.Warning, Message = "retention: run {Run} was not deleted: {Why}")]
    private partial void NotDeleted(string run, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "retention: runs cannot be cleaned up now: {Why}")]
    private partial void NotCleaned(string why);
}
