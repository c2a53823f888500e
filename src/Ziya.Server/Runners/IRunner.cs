using Ziya.Pipeline.Execution;

namespace Ziya.Server;

/// <summary>Whoever carries out runs for the server. What is done stands in the run folders; this knows what goes on.</summary>
internal interface IRunner : IDisposable
{
    /// <summary>What it is, in a few words.</summary>
    string Name { get; }

    /// <summary>The runs it knows of.</summary>
    IReadOnlyList<KnownRun> Runs { get; }

    /// <summary>Begins to work on what is queued.</summary>
    void Begin();

    /// <summary>Begins a job file, or goes on with it. The run folder.</summary>
    /// <param name="path">The job file.</param>
    /// <param name="overrides">As <c>--set</c>.</param>
    /// <param name="priority">Whether its tasks go before those of other runs.</param>
    string Start(string path, IReadOnlyList<string> overrides, RunPriority priority = RunPriority.Normal);

    /// <summary>Goes on with a run that was paused, stopped or has failed, or that nobody looks after.</summary>
    void Resume(string folder);

    /// <summary>Tries a task again that failed: now, where it waits for its next try; otherwise the run goes on with it first.</summary>
    void Retry(string folder, string phase, int task);

    /// <summary>Begins no more tasks of a run.</summary>
    void Pause(string folder);

    /// <summary>Ends a run. What is done stays.</summary>
    void Stop(string folder);

    /// <summary>Forgets a run whose folder is gone.</summary>
    void Forget(string folder);

    /// <summary>Makes the schedules those of these jobs.</summary>
    void Schedule(IReadOnlyList<JobEntry> jobs);

    /// <summary>What became of the last scheduled start of a job file; null where there was none.</summary>
    string? LastStart(string file);
}

/// <summary>A run that somebody works on or has worked on.</summary>
/// <param name="Folder">The run folder.</param>
/// <param name="Job">The job's name.</param>
/// <param name="State"><c>queued</c>, <c>running</c>, <c>paused</c>, <c>stopped</c>, <c>failed</c> or <c>done</c>.</param>
/// <param name="Error">What failed.</param>
internal sealed record KnownRun(string Folder, string Job, string State, string? Error);
