using Hangfire;
using Hangfire.Server;
using Hangfire.States;
using Hangfire.Storage;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Plans;
using Ziya.Pipeline.Runs;

namespace Ziya.Hangfire;

/// <content>What its background jobs do.</content>
public sealed partial class Fleet
{
    // A background job is some round trips to the database: one after another, ten thousand would keep the workers waiting for a minute.
    private const int QueuedAtOnce = 8;

    // States of background jobs that are looked at in one go, each a round trip.
    private const int StatesAtOnce = 1000;

    internal void Execute(string folder, string phaseName, int number, PerformContext? context, CancellationToken cancel)
    {
        if (Find(folder) is not { State: FleetState.Running } known)
        {
            return;
        }

        var alone = context is not null && Fate.IsSuspect(context);
        var isOfNoAccount = false;
        try
        {
            using var open = _runs.Enter(folder);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel, open.Ended);
            Wait(true);
            _gate.Enter(alone, stop.Token);
            try
            {
                Wait(false);
                Execute(open.Run, phaseName, number, stop.Token);
            }
            catch
            {
                // The run was ended while the task was at work, and may go on anew already: whatever went wrong here is of no account.
                isOfNoAccount = !cancel.IsCancellationRequested && (open.Ended.IsCancellationRequested || open.Run.IsClaimLost);
                throw;
            }
            finally
            {
                _gate.Leave(alone);
            }
        }
        catch (Exception exception) when (isOfNoAccount || exception is ClaimedException)
        {
            return;
        }
        catch (Exception exception)
        {
            Judge(exception, alone, known, $"{phaseName}, task {number}", context, cancel);
            throw;
        }

        using var connection = _storage.GetConnection();
        if (new TaskBook(connection, folder, phaseName).Remove(number))
        {
            Queue(folder, Now);
        }

        void Wait(bool waits)
        {
            if (alone)
            {
                TaskFate.Wait(context!, waits);
            }
        }
    }

    internal void Advance(string folder, CancellationToken cancel)
    {
        using var connection = _storage.GetConnection();
        using (connection.AcquireDistributedLock("ziya:" + folder, LockPatience))
        {
            if (FleetRun.Find(connection, folder) is not { State: FleetState.Running } known)
            {
                return;
            }

            try
            {
                using var open = _runs.Enter(folder);
                if (!QueuePhase(connection, known, open.Run, cancel))
                {
                    Finish(open.Run);
                    Set(known with { State = FleetState.Done, Error = null });
                    _runs.Close(folder);
                }
            }
            catch (ClaimedException)
            {
                Settle(known);
            }
            catch (Exception exception) when (!IsWorthAnotherTry(exception))
            {
                End(known, FleetState.Failed, exception.Message);
            }
        }
    }

    internal void Tend(CancellationToken cancel)
    {
        foreach (var run in Runs.Where(run => run.State == FleetState.Running))
        {
            Advance(run.Folder, cancel);
        }
    }

    internal static bool IsWorthAnotherTry(Exception exception) => exception is AggregateException { InnerExceptions: var all }
        ? all.All(IsWorthAnotherTry)
        : exception is OperationCanceledException or OutOfMemoryException or DistributedLockTimeoutException or System.Data.Common.DbException or BackgroundJobClientException || Transient.Is(exception);

    /// <summary>
    /// What failed: a store or server that is away is asked again later, memory that ran out is tried for again without neighbours, a full disk by others, a task that its process gave up is
    /// another's. Everything else ends the run.
    /// </summary>
    private void Judge(Exception exception, bool alone, FleetRun known, string where, PerformContext? context, CancellationToken cancel)
    {
        if (exception is OutOfMemoryException && !alone && context is not null)
        {
            TaskFate.RunOut(context);
        }
        else if (cancel.IsCancellationRequested && context is not null)
        {
            TaskFate.GiveBack(context);
        }
        else if (Transient.IsFull(exception) && context is not null)
        {
            // A worker whose disk is full fails fast, and would take one task after another from those that can do them.
            cancel.WaitHandle.WaitOne(Options.FullDiskPause);
        }
        else if (!IsWorthAnotherTry(exception) || exception is OutOfMemoryException)
        {
            var what = exception is OutOfMemoryException ? "out of memory, even alone in its process. Give the workers more, or use a smaller limits.record_mb" : exception.Message.TrimEnd('.');
            var message = $"{where}: {what}";
            End(known, FleetState.Failed, message);
            throw exception as JobFailedException ?? new JobFailedException(message, exception);
        }
    }

    private void Execute(Run run, string phaseName, int number, CancellationToken cancel)
    {
        var phase = run.Plan.Phases.First(phase => phase.Name == phaseName);
        if (!run.IsMarked(phase, number))
        {
            run.Execute(phase, phase.Tasks.First(task => task.Number == number), TaskContext.SortBytesOf(run.Job.Limits, Options.Workers), cancel);
        }
    }

    /// <summary>Who slept meanwhile, and finds the run ended by others or begun anew, has nothing to say about it.</summary>
    private static void Finish(Run run)
    {
        try
        {
            run.Finish("done");
        }
        catch (JobFailedException exception) when (run.IsClaimLost)
        {
            throw new ClaimedException(exception.Message);
        }
    }

    /// <summary>Queues what is left of the first phase that has something left. False where no phase has.</summary>
    private bool QueuePhase(IStorageConnection connection, FleetRun known, Run run, CancellationToken cancel)
    {
        var queued = known.Phase;
        foreach (var phase in run.Plan.Phases.SkipWhile(phase => queued is not null && phase.Name != queued))
        {
            cancel.ThrowIfCancellationRequested();
            var marked = run.Marked(phase);
            var left = phase.Tasks.Select(task => task.Number).Where(task => !marked.Contains(task)).ToList();
            if (left.Count > 0)
            {
                if (queued != phase.Name)
                {
                    FleetRun.WritePhase(connection, known.Folder, phase.Name);
                }

                QueueTasks(connection, known, run, phase, left);
                return true;
            }

            if (queued == phase.Name)
            {
                new TaskBook(connection, known.Folder, phase.Name).Clear();
            }
        }

        return false;
    }

    private void QueueTasks(IStorageConnection connection, FleetRun known, Run run, Phase phase, List<int> left)
    {
        var book = new TaskBook(connection, known.Folder, phase.Name);
        var jobs = book.Jobs();
        var missing = new List<int>();
        var minute = (int)(_time.GetUtcNow().Ticks / TimeSpan.TicksPerMinute);
        var shares = (left.Count / StatesAtOnce) + 1;
        foreach (var task in left.Where(task => !jobs.ContainsKey(task) || task % shares == minute % shares))
        {
            // Of many tasks a share each minute.
            var state = jobs.TryGetValue(task, out var job) ? connection.GetStateData(job) : null;
            if (state?.Name == DeletedState.StateName)
            {
                End(known, FleetState.Stopped, $"{phase.Name}, task {task} was deleted in the dashboard");
                return;
            }

            if (state?.Name == FailedState.StateName)
            {
                End(known, FleetState.Failed, $"{phase.Name}, task {task}: {(state.Data.TryGetValue("ExceptionMessage", out var message) ? message : "failed")}");
                return;
            }

            if (state is null || state.Name == SucceededState.StateName)
            {
                missing.Add(task);
            }
        }

        book.Add(left);
        var queue = FleetOptions.QueueOf(run.NeedsAccelerator(phase) ? FleetOptions.Gpu : FleetOptions.Cpu, known.Priority);
        foreach (var some in missing.Chunk(200))
        {
            book.Note(some.AsParallel().WithDegreeOfParallelism(QueuedAtOnce).Select(task => (task, _jobs.Create<FleetJobs>(queue, job => job.Execute(known.Folder, phase.Name, task, null, CancellationToken.None), new EnqueuedState(queue)))).ToList());
        }
    }

    /// <summary>The claim is gone: whoever ended the run died before saying so here, or is about to say so. The report tells.</summary>
    private void Settle(FleetRun known)
    {
        var folder = RunFolder.At(known.Folder);
        if (folder.Store.Find(RunFolder.ReportPath) is not null)
        {
            var report = folder.Read<Report>(RunFolder.ReportPath);
            Set(known with { State = report.State switch { "done" => FleetState.Done, "failed" => FleetState.Failed, _ => FleetState.Stopped }, Error = report.Error });
        }
    }
}
