using System.Data.Common;
using Hangfire;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Steps;

namespace Ziya.Hangfire;

/// <summary>
/// Carries the tasks of one run as background jobs, and waits for its end. Over PostgreSQL the workers of other processes take part; this process takes part too,
/// unless it is told not to.
/// </summary>
/// <param name="storage"><c>memory</c>, or a connection string of PostgreSQL.</param>
/// <param name="workers">Tasks that this process executes at once; 0 where others are to execute all.</param>
/// <param name="priority">Whether the run's tasks go before those of other runs.</param>
/// <param name="time">The clock.</param>
/// <param name="silence">As <see cref="FleetStorage.Open"/> has it.</param>
public sealed class HangfireEngine(string storage, int workers, RunPriority priority, TimeProvider time, TimeSpan? silence = null) : IEngine, IDisposable
{
    private static readonly TimeSpan LeastLook = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan MostLook = TimeSpan.FromSeconds(1);

    private readonly JobStorage _storage = FleetStorage.Open(storage, silence);
    private Fleet? _fleet;
    private OpenRun? _open;
    private string _folder = "";

    /// <summary>Whether the run went on already, begun by another process.</summary>
    public bool Follows { get; private set; }

    /// <inheritdoc/>
    public Run Open(Job job, StepCatalog catalog, string? runDir, bool fresh)
    {
        ArgumentNullException.ThrowIfNull(job);
        _fleet ??= new Fleet(new FleetOptions { Workers = Math.Max(1, workers) }, catalog, _storage, time);
        var before = _fleet.Runs;
        _folder = _fleet.Start(job, fresh, runDir, priority);
        Follows = before.Any(run => run.Folder == _folder && run.State is FleetState.Running or FleetState.Paused);
        _open?.Dispose();
        _open = _fleet.Enter(_folder);
        return _open.Run;
    }

    /// <inheritdoc/>
    public Report CarryOut(Run run, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(run);
        var fleet = _fleet ?? throw new InvalidOperationException("The run was not opened by this engine.");
        using (workers > 0 ? new FleetServer(fleet, _storage) : null)
        {
            try
            {
                Await(fleet, run, cancel);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                fleet.Stop(_folder);
                throw;
            }
        }

        return Report.Of(run.Folder);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _open?.Dispose();
        _fleet?.Dispose();
        (_storage as IDisposable)?.Dispose();
    }

    private void Await(Fleet fleet, Run run, CancellationToken cancel)
    {
        var watch = new RunWatch(run);
        for (var wait = LeastLook; ; wait = wait * 2 < MostLook ? wait * 2 : MostLook)
        {
            var known = Look(fleet, watch);
            switch (known?.State)
            {
                case FleetState.Done:
                    return;
                case FleetState.Failed:
                    throw new JobFailedException(known.Error ?? "failed");
                case FleetState.Stopped:
                    throw new OperationCanceledException(known.Error ?? "it was stopped by another process");
            }

            cancel.WaitHandle.WaitOne(wait);
            cancel.ThrowIfCancellationRequested();
        }
    }

    /// <summary>How the run stands; null while nobody can tell.</summary>
    private FleetRun? Look(Fleet fleet, RunWatch watch)
    {
        try
        {
            var known = fleet.Find(_folder) ?? throw new JobFailedException($"{_folder} was forgotten by the other workers. Run the same command again");

            // Asked before, so that all is counted of a run that is known to be done.
            watch.Look();
            return known;
        }
        catch (Exception exception) when (exception is DbException or InvalidOperationException || Transient.Is(exception))
        {
            // A database or store that is away is waited for: the workers do so too.
            return null;
        }
    }
}
