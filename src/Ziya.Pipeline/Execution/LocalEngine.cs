using Polly;
using Polly.Retry;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Plans;
using Ziya.Pipeline.Reading;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Steps;

namespace Ziya.Pipeline.Execution;

/// <summary>Runs tasks on threads of this process, a phase at a time. A failed task stops the others; tasks that are done stay done.</summary>
/// <param name="workers">How many tasks run at once. The outputs do not depend on it.</param>
/// <param name="time">The clock that retries wait by.</param>
public sealed class LocalEngine(int workers, TimeProvider time) : IEngine
{
    private const int MostRetries = 4;

    private readonly ResiliencePipeline _retries = new ResiliencePipelineBuilder { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome.Exception is { } fault && Transient.Is(fault)),
            MaxRetryAttempts = MostRetries,
            Delay = TimeSpan.FromSeconds(0.5),
            BackoffType = DelayBackoffType.Exponential,
            MaxDelay = TimeSpan.FromSeconds(8),
        })
        .Build();

    /// <inheritdoc/>
    public Run Open(Job job, StepCatalog catalog, string? runDir, bool fresh) => Run.Open(job, catalog, runDir, fresh, time);

    /// <inheritdoc/>
    public Report CarryOut(Run run, CancellationToken cancel)
    {
        try
        {
            Execute(run, cancel);
            return run.Finish("done");
        }
        catch (OperationCanceledException)
        {
            run.Finish("stopped");
            throw;
        }
        catch (Exception exception)
        {
            var failure = exception is IOException or UnauthorizedAccessException ? new JobFailedException($"publishing: {exception.Message.TrimEnd('.')}", exception) : exception;
            TryFinish(run, failure);
            if (failure != exception)
            {
                throw failure;
            }

            throw;
        }
    }

    /// <summary>Executes every task that has no marker, and leaves the end of the run to the caller.</summary>
    internal void Execute(Run run, CancellationToken cancel)
    {
        using var span = Telemetry.Begin(run);
        var sortBytes = TaskContext.SortBytesOf(run.Job.Limits, workers);
        foreach (var phase in run.Plan.Phases)
        {
            Execute(run, phase, sortBytes, cancel);
        }
    }

    private void Execute(Run run, Phase phase, int sortBytes, CancellationToken cancel)
    {
        var left = run.Begin(phase);
        if (left.Count == 0)
        {
            return;
        }

        using var span = Telemetry.Begin(phase, left.Count);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Exception? failure = null;
        PlanTask? failed = null;
        void Work(PlanTask task)
        {
            try
            {
                _retries.Execute(token => run.Execute(phase, task, sortBytes, token), stop.Token);
            }
            catch (Exception exception)
            {
                // The first failure is the one to tell of; the others are tasks that were stopped for it.
                if (exception is not OperationCanceledException && Interlocked.CompareExchange(ref failure, exception, null) is null)
                {
                    failed = task;
                }

                stop.Cancel();
            }
        }

        // Tasks are handed out one at a time, in order, so that the largest of the last ones do not queue behind each other.
        var queue = new Queue<PlanTask>(left);
        var threads = Enumerable.Range(0, Math.Min(workers, left.Count)).Select(_ => new Thread(() => Drain(queue, Work, stop.Token))).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        if (failure is not null)
        {
            throw Failed(run, phase, failed!, failure);
        }

        cancel.ThrowIfCancellationRequested();
        run.ThrowIfClaimLost();
    }

    private static void Drain(Queue<PlanTask> queue, Action<PlanTask> work, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            PlanTask? task;
            lock (queue)
            {
                if (!queue.TryDequeue(out task))
                {
                    return;
                }
            }

            work(task);
        }
    }

    /// <summary>The failure is what matters: a disk too full for the report must not hide it.</summary>
    private static void TryFinish(Run run, Exception failure)
    {
        try
        {
            run.Finish("failed", failure.Message);
        }
        catch (Exception second) when (second is IOException or UnauthorizedAccessException or InvalidDataException)
        {
        }
    }

    private static JobFailedException Failed(Run run, Phase phase, PlanTask task, Exception cause)
    {
        const int DiskFull = 28;
        var what = cause switch
        {
            JobFailedException or InputChangedException => cause.Message,
            IOException { HResult: DiskFull } => $"the disk that holds {run.Folder.Root} is full ({cause.Message}). Make room",
            OutOfMemoryException => "out of memory. Use fewer --workers, or a smaller limits.record_mb",
            _ => $"{cause.GetType().Name}: {cause.Message}",
        };
        return new JobFailedException($"{phase.Name}, task {task.Number} of {phase.Tasks.Count}: {what}", cause);
    }
}
