using System.Data.Common;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Reading;
using Ziya.Pipeline.Runs;

namespace Ziya.Server;

/// <summary>What came of a verb.</summary>
/// <param name="Run">Name of the run; null where it was refused.</param>
/// <param name="Error">Why it was refused.</param>
internal sealed record Outcome(string? Run, string? Error);

/// <summary>What can be done to jobs and runs, the same for pages and API.</summary>
internal sealed class Verbs(IRunner runner, JobShelf jobs, RunShelf runs)
{
    /// <summary>What can be done to a run.</summary>
    public static readonly IReadOnlyList<string> OfRuns = ["pause", "resume", "stop", "retry"];

    /// <summary>Begins a job of the jobs folder, or goes on with it; null where the folder has no such file.</summary>
    public Outcome? Start(string file, IReadOnlyList<string> overrides, RunPriority priority = RunPriority.Normal)
    {
        if (jobs.Find(file) is not { } job)
        {
            return null;
        }

        var faults = overrides.Select(NetworkOverride.Fault).OfType<string>().ToList();
        return faults.Count > 0 ? new Outcome(null, string.Join('\n', faults)) : Try(() => RunShelf.NameOf(runner.Start(job.Path, overrides, priority)));
    }

    /// <summary>Does a verb to a run; null where there is no such run or verb.</summary>
    public Outcome? Do(string name, string verb)
    {
        if (runs.Folder(name) is null || !OfRuns.Contains(verb))
        {
            return null;
        }

        return Try(name, folder =>
        {
            switch (verb)
            {
                case "pause":
                    runner.Pause(folder);
                    break;
                case "stop":
                    runner.Stop(folder);
                    break;
                default:
                    runner.Resume(folder);
                    break;
            }
        });
    }

    /// <summary>Tries a task again that failed; null where there is no such task, or it did not fail.</summary>
    public Outcome? Retry(string name, string phase, int task) =>
        runs.LookAt(name)?.Phases.FirstOrDefault(one => one.Phase.Name == phase) is { } look && look.Failed.ContainsKey(task) ? Try(name, folder => runner.Retry(folder, phase, task)) : null;

    private Outcome Try(string name, Action<string> verb)
    {
        runs.Forget();
        return runs.Find(name) is { State: "done" } ? new Outcome(null, $"{name} is done. To do it again, run its job.") : Try(() =>
        {
            verb(runs.PathOf(name));
            return name;
        });
    }

    private Outcome Try(Func<string> verb)
    {
        try
        {
            return new Outcome(verb(), null);
        }
        catch (Exception exception) when (IsTold(exception))
        {
            return new Outcome(null, exception.Message);
        }
        finally
        {
            runs.Forget();
        }
    }

    /// <summary>Whether an exception says what, where and what to do, for people.</summary>
    public static bool IsTold(Exception exception) => exception is JobFaultException or JobFailedException or ClaimedException or InputChangedException
        or IOException or UnauthorizedAccessException or InvalidDataException or DbException;
}
