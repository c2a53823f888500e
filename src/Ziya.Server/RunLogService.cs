using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Ziya.Pipeline.Runs;

namespace Ziya.Server;

/// <summary>What this process tells in the logs of runs goes to its own log too, with run, phase and task as fields.</summary>
internal sealed partial class RunLogService(ILoggerFactory logs) : IHostedService
{
    private readonly ILogger _log = logs.CreateLogger("Ziya.Run");

    public Task StartAsync(CancellationToken cancellationToken)
    {
        RunLog.Told += Tell;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        RunLog.Told -= Tell;
        return Task.CompletedTask;
    }

    private void Tell(LogLine line)
    {
        var level = line.Level switch
        {
            LogWeight.Error => LogLevel.Error,
            LogWeight.Warning => LogLevel.Warning,
            LogWeight.Information => LogLevel.Information,
            _ => LogLevel.Debug,
        };
        if (line.Phase is null)
        {
            OfRun(level, line.Run, line.What);
        }
        else if (line.Task is null)
        {
            OfPhase(level, line.Run, line.Phase, line.What);
        }
        else
        {
            OfTask(level, line.Run, line.Phase, line.Task.Value, line.What);
        }
    }

    [LoggerMessage(Message = "{Run}: {What}")]
    private partial void OfRun(LogLevel level, string run, string what);

    [LoggerMessage(Message = "{Run}, {Phase}: {What}")]
    private partial void OfPhase(LogLevel level, string run, string phase, string what);

    [LoggerMessage(Message = "{Run}, {Phase}, task {Task}: {What}")]
    private partial void OfTask(LogLevel level, string run, string phase, int task, string what);
}
