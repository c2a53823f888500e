using Ziya.Pipeline.Execution;

namespace Ziya.Hangfire;

/// <summary>What the workers of a fleet agree on.</summary>
public sealed record FleetOptions
{
    /// <summary>The queue of tasks that need no accelerator.</summary>
    public const string Cpu = "cpu";

    /// <summary>The queue of tasks whose models ask for CUDA.</summary>
    public const string Gpu = "gpu";

    /// <summary>The queue of starts by schedule: of processes that have the job files.</summary>
    public const string Scheduler = "begin";

    /// <summary>The queue of what is between tasks: the next phase, the end of a run. It goes before all of them; whoever serves <see cref="Cpu"/> serves it.</summary>
    public const string Steps = "advance";

    /// <summary>How the workers together are called where they keep others out of a run folder. Default <c>hangfire</c>; one name for each database.</summary>
    public string Name { get; init; } = "hangfire";

    /// <summary>Where the run folders lie: a folder that all machines share, or <c>azblob://container/prefix</c>. Default <c>runs</c>.</summary>
    public string Runs { get; init; } = "runs";

    /// <summary>Tasks that a process executes at once, among which it divides a job's memory. Default: the number of cores.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary>How long a worker takes no other task when a task found its disk full. Default 30 s.</summary>
    public TimeSpan FullDiskPause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The queues a process serves, those of higher and lower priority with them. Default both.</summary>
    public IReadOnlyList<string> Queues { get; init; } = [Cpu, Gpu];

    /// <summary>After how many deaths of workers that had it a task is given up. Default 3.</summary>
    public int MostDeaths { get; init; } = 3;

    /// <summary>The queue of a run's tasks.</summary>
    /// <param name="queue"><see cref="Cpu"/> or <see cref="Gpu"/>.</param>
    /// <param name="priority">That of the run.</param>
    internal static string QueueOf(string queue, RunPriority priority) => priority switch
    {
        // PostgreSQL gives tasks out by the names of queues, in any collation; in memory they go by the list that Served makes of the same order.
        RunPriority.High => "ahead-" + queue,
        RunPriority.Low => "low-" + queue,
        _ => queue,
    };

    /// <summary>All queues that a process serves, those that are emptied first before others.</summary>
    internal string[] Served =>
    [
        .. Queues.SelectMany(queue => queue switch
        {
            Cpu => [Steps, .. Enum.GetValues<RunPriority>().Select(priority => QueueOf(Cpu, priority))],
            Gpu => Enum.GetValues<RunPriority>().Select(priority => QueueOf(Gpu, priority)),
            _ => (string[])[queue],
        }).Order(StringComparer.Ordinal),
    ];
}
