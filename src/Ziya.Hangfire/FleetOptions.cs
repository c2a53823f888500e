namespace Ziya.Hangfire;

/// <summary>What the workers of a fleet agree on.</summary>
public sealed record FleetOptions
{
    /// <summary>The queue of tasks that need no accelerator.</summary>
    public const string Cpu = "cpu";

    /// <summary>The queue of tasks whose models ask for CUDA.</summary>
    public const string Gpu = "gpu";

    /// <summary>The queue of starts by schedule: of processes that have the job files.</summary>
    public const string Scheduler = "scheduler";

    /// <summary>How the workers together are called where they keep others out of a run folder. Default <c>hangfire</c>; one name for each database.</summary>
    public string Name { get; init; } = "hangfire";

    /// <summary>Where the run folders lie: a folder that all machines share, or <c>azblob://container/prefix</c>. Default <c>runs</c>.</summary>
    public string Runs { get; init; } = "runs";

    /// <summary>Tasks that a process executes at once, among which it divides a job's memory. Default: the number of cores.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary>The queues a process serves. Default both.</summary>
    public IReadOnlyList<string> Queues { get; init; } = [Cpu, Gpu];
}
