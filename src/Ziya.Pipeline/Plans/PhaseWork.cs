using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Pipeline.Plans;

/// <summary>What the tasks of a phase do. Derived from the job each time; the plan on the disk holds the tasks.</summary>
/// <param name="Phase">The phase.</param>
internal abstract record PhaseWork(Phase Phase);

/// <summary>A pass over the records: source, then the findings of <paramref name="Apply"/>, then steps, then the map side of <paramref name="Map"/>.</summary>
/// <param name="Phase">The phase.</param>
/// <param name="Base">The pass whose records are read; null for the first, which reads the input.</param>
/// <param name="Changes">Passes since, whose changes are joined by ordinal.</param>
/// <param name="Apply">The global step whose findings are joined, if any.</param>
/// <param name="FindingsFrom">Where its findings are.</param>
/// <param name="Steps">The steps fused into this pass.</param>
/// <param name="Map">The global step that follows, if any; without one this pass writes the outputs.</param>
/// <param name="In">The record kind read.</param>
/// <param name="Out">The record kind passed on.</param>
internal sealed record PassWork(
    Phase Phase,
    PassWork? Base,
    IReadOnlyList<PassWork> Changes,
    JobStep? Apply,
    IReadOnlyList<ChannelSource> FindingsFrom,
    IReadOnlyList<JobStep> Steps,
    JobStep? Map,
    RecordKind In,
    RecordKind Out) : PhaseWork(Phase)
{
    /// <summary>Whether this pass writes the outputs.</summary>
    public bool IsLast => Map is null;

    /// <summary>Whether this pass writes whole records: the first does, and one that turns them into another kind or makes new ones.</summary>
    public bool WritesBase => !IsLast && (Base is null || In != Out || Creates);

    /// <summary>Whether this pass, the last, gives tokens to a phase that shuffles them.</summary>
    public bool Gathers { get; init; }

    /// <summary>Whether a step of this pass makes records.</summary>
    public bool Creates { get; init; }

    /// <summary>The steps it runs, those whose findings it applies first.</summary>
    public IEnumerable<JobStep> Running => Apply is null ? Steps : Steps.Prepend(Apply);
}

/// <summary>The phase that shuffles tokens and writes the files of a <see cref="Writing.TokenFormat"/>.</summary>
/// <param name="Phase">The phase.</param>
/// <param name="Reads">Where the tokens come from.</param>
/// <param name="Kind">The kind of their records.</param>
internal sealed record GatherWork(Phase Phase, ChannelSource Reads, RecordKind Kind) : PhaseWork(Phase);

/// <summary>One stage of a global step.</summary>
/// <param name="Phase">The phase.</param>
/// <param name="Step">The global step.</param>
/// <param name="Stage">Which of its stages.</param>
/// <param name="Reads">Where its channels come from.</param>
internal sealed record ReduceWork(Phase Phase, JobStep Step, int Stage, IReadOnlyList<ChannelSource> Reads) : PhaseWork(Phase);

/// <summary>A channel and the phase that writes it.</summary>
/// <param name="Phase">The phase.</param>
/// <param name="Channel">The channel.</param>
internal sealed record ChannelSource(Phase Phase, Channel Channel)
{
    /// <summary>The tasks that may have written entries of a partition.</summary>
    public IEnumerable<PlanTask> Writers(Plan plan, int partition) => Phase.Tasks.Where(task => MayWrite(plan, task, partition));

    /// <summary>
    /// Whether a task may write entries of a partition. What a pass writes by shard is about its own shards, or goes to the first of all: to read one file then, not one of each task, keeps requests from growing with the square of the input.
    /// </summary>
    public bool MayWrite(Plan plan, PlanTask task, int partition) => Phase.Kind != PhaseKind.Pass || Channel.Spread != Spread.ByShard
        || partition == 0 || (plan.GroupOf(task.First) <= partition && partition <= plan.GroupOf(task.Last));
}
