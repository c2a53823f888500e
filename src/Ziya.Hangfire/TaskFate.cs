using System.Collections.Concurrent;
using System.Globalization;
using Hangfire.Server;
using Hangfire.States;
using Hangfire.Storage;
using Ziya.Pipeline.Execution;

namespace Ziya.Hangfire;

/// <summary>
/// What became of earlier tries of a task. One that is taken from a worker which did not end it may have killed that worker, by its memory or a fault of native
/// code: it is tried again, alone in its process, and given up after some deaths, so that it does not kill all workers one after another for ever.
/// </summary>
internal sealed class TaskFate(int mostDeaths, Action<string> advanceSoon) : IElectStateFilter, IApplyStateFilter
{
    private const string Deaths = "Deaths";
    private const string GivenBack = "GivenBack";
    private const string RanOut = "RanOut";
    private const string Waits = "Waits";

    // What Hangfire shows a task of its own parameters is as it was before this filter wrote them.
    private readonly ConcurrentDictionary<string, int> _died = new();

    /// <summary>Whether a task may be at fault for what befell its process.</summary>
    public bool IsSuspect(PerformContext task) => _died.ContainsKey(task.BackgroundJob.Id) || task.GetJobParameter<bool>(RanOut, allowStale: true);

    /// <summary>Notes that a task ends before it is done because its process does: that is no death.</summary>
    public static void GiveBack(PerformContext task) => task.SetJobParameter(GivenBack, true);

    /// <summary>Notes that a task ran out of memory.</summary>
    public static void RunOut(PerformContext task) => task.SetJobParameter(RanOut, true);

    /// <summary>Notes whether a task that may be at fault waits for its turn: what kills its process meanwhile is another.</summary>
    public static void Wait(PerformContext task, bool waits) => task.SetJobParameter(Waits, waits);

    /// <inheritdoc/>
    public void OnStateElection(ElectStateContext context)
    {
        if (!IsTask(context.BackgroundJob.Job) || context.CandidateState is not ProcessingState || context.CurrentState != ProcessingState.StateName)
        {
            return;
        }

        if (context.GetJobParameter<bool>(GivenBack))
        {
            context.SetJobParameter(GivenBack, false);
            return;
        }

        var deaths = context.GetJobParameter<int>(Deaths);
        if (context.GetJobParameter<bool>(Waits))
        {
            context.SetJobParameter(Waits, false);
            _died[context.BackgroundJob.Id] = deaths;
            return;
        }

        context.SetJobParameter(Deaths, ++deaths);
        if (deaths >= mostDeaths)
        {
            var reason = string.Create(CultureInfo.InvariantCulture, $"poisoned: {deaths} workers that had it died or fell silent{(deaths > 1 ? ", the last ones while it was alone in its process" : "")}. Out of memory, or a crash: their logs and the system's may say. Mend it or give the workers more memory, then resume");
            context.CandidateState = new FailedState(new JobFailedException(reason));
        }
        else
        {
            _died[context.BackgroundJob.Id] = deaths;
        }
    }

    /// <inheritdoc/>
    public void OnStateApplied(ApplyStateContext context, IWriteOnlyTransaction transaction)
    {
        if (IsTask(context.BackgroundJob.Job) && context.NewState is not ProcessingState)
        {
            _died.TryRemove(context.BackgroundJob.Id, out _);
            if (context.NewState is FailedState)
            {
                // All tries are used up: the run is ended by whoever looks after it next, which is to be soon.
                advanceSoon((string)context.BackgroundJob.Job.Args[0]);
            }
        }
    }

    /// <inheritdoc/>
    public void OnStateUnapplied(ApplyStateContext context, IWriteOnlyTransaction transaction)
    {
    }

    private static bool IsTask(global::Hangfire.Common.Job? job) => job is not null && job.Type == typeof(FleetJobs) && job.Method.Name == nameof(FleetJobs.Execute);
}
