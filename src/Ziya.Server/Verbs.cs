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
    public Outcome? Start(string file, IReadOnlyList<string> overrides)
    {
        if (jobs.Find(file) is not { } job)
        {
            return null;
        }

        var faults = overrides.Select(NetworkOverride.Fault).OfType<string>().ToList();
        return faults.Count > 0 ? new Outcome(null, string.Join('\n', faults)) : Try(() => RunShelf.NameOf(runner.Start(job.Path, overrides)));
    }

    /// <summary>Does a verb to a run; null where there is no such run or verb.</summary>
    public Outcome? Do(string name, string verb)
    {
        if (runs.Folder(name) is null || !OfRuns.Contains(verb))
        {
            return null;
        }

        if (runs.Find(name) is { State: "done" })
        {
            return new Outcome(null, $"{name} is done. To do it again, run its job.");
        }

        var folder = runs.PathOf(name);
        return Try(() =>
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

            return name;
        });
    }

    private static Outcome Try(Func<string> verb)
    {
        try
        {
            return new Outcome(verb(), null);
        }
        catch (Exception exception) when (IsTold(exception))
        {
            return new Outcome(null, exception.Message);
        }
    }

    /// <summary>Whether an exception says what, where and what to do, for people.</summary>
    public static bool IsTold(Exception exception) => exception is JobFaultException or JobFailedException or ClaimedException or InputChangedException
        or IOException or UnauthorizedAccessException or InvalidDataException or DbException;
}
