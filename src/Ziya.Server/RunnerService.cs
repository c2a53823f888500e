using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ziya.Server;

/// <summary>The runner's life is the server's; the scheduler keeps the schedules in step with the job files.</summary>
internal sealed partial class RunnerService(IRunner runner, JobShelf jobs, ServeOptions options, TimeProvider time, ILogger<RunnerService> log) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        await Begin(stoppingToken);
        if (!options.Has(ServeRole.Scheduler))
        {
            return;
        }

        using var timer = new PeriodicTimer(Look, time);
        do
        {
            try
            {
                runner.Schedule(jobs.All());
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // A database that is away for a while must not end the scheduler.
                NotScheduled(exception.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task Begin(CancellationToken stop)
    {
        while (true)
        {
            try
            {
                runner.Begin();
                return;
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // A database that is away for a while, or a lock that one who was killed still holds, must not end a worker that just starts.
                NotBegun(exception.Message, Look.TotalSeconds);
                await Task.Delay(Look, time, stop);
            }
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);

        // Waits for tasks at work.
        runner.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Nothing can be worked on yet; tried again in {Seconds} s: {Why}")]
    private partial void NotBegun(string why, double seconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The schedules cannot be taken over from the job files now: {Why}")]
    private partial void NotScheduled(string why);
}
