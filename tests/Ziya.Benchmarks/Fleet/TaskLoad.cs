using Ziya.Pipeline.Plans;
using Ziya.Pipeline.Steps;
using static Ziya.Benchmarks.Fleet.FleetFigures;

namespace Ziya.Benchmarks.Fleet;

/// <summary>What one task of a phase costs.</summary>
/// <param name="Seconds">Of a core.</param>
/// <param name="Requests">To the blobs.</param>
/// <param name="Waiting">Seconds until those are answered, as many at once as the task asks.</param>
/// <param name="Bytes">From and to the blobs.</param>
internal sealed record TaskLoad(double Seconds, double Requests, double Waiting, double Bytes)
{
    private const double RangeBytes = 8 << 20;
    private const double ListPage = 5000;

    // The first reads more than the others.
    private const int AnyGroup = 1;

    /// <summary>The load of the tasks of a phase: what it reads and computes in a run that was done here grows with the input, what it asks follows from the plan.</summary>
    /// <param name="work">The phase.</param>
    /// <param name="plan">The plan it is in.</param>
    /// <param name="done">The run that was done.</param>
    /// <param name="growth">How many times its input the other's is.</param>
    /// <param name="split">Bytes of a shard.</param>
    public static TaskLoad Of(PhaseWork work, Plan plan, MeasuredRun done, double growth, long split)
    {
        var tasks = work.Phase.Tasks.Count;
        var seconds = done.Seconds(work.Phase) * growth / tasks;
        var written = done.Written(work.Phase) * growth / tasks;
        var sources = work switch
        {
            PassWork pass => pass.FindingsFrom,
            ReduceWork reduce => reduce.Reads,
            GatherWork gather => [gather.Reads],
            _ => throw new NotSupportedException(work.GetType().Name),
        };
        var entries = sources.Sum(source => done.Spilled(source.Phase, source.Channel) * Share(source, work) * growth);
        var shards = work is PassWork ? done.Bytes * growth / split / tasks : 1;
        var records = work is PassWork { Base: { } basis } ? (done.Records(basis.Phase) * growth / tasks) : work is PassWork ? split * shards : 0;
        var changes = work is PassWork { Base: not null } joined ? joined.Changes.Count + 1 : 1;
        var files = sources.Sum(source => (double)source.Writers(plan, AnyGroup).Count()) * (work is PassWork ? shards : 1);
        var pages = sources.Sum(source => Math.Ceiling(source.Phase.Tasks.Count * 4 / ListPage)) * (work is PassWork ? shards : 1);
        var spills = files + sources.Sum(source => Math.Max(files / sources.Count, done.Spilled(source.Phase, source.Channel) * Share(source, work) * growth / RangeBytes));
        var requests = RequestsOfATask + (2 * shards * changes) + 4 + Math.Ceiling(records / RangeBytes) + Math.Ceiling(written / RangeBytes);
        return new TaskLoad(seconds, requests + spills + pages, (requests * BlobSeconds) + (spills * BlobSeconds / SpillsAtOnce) + (pages * ListSeconds), records + written + entries);
    }

    /// <summary>How much of a channel one task reads: a pass that of its group, and what is for all.</summary>
    private static double Share(ChannelSource source, PhaseWork reader) => source.Channel.Spread switch
    {
        Spread.One => 1,
        Spread.ByShard when reader is PassWork => 1.0 / Math.Min(1024, Math.Max(1, reader.Phase.Tasks.Count)),
        _ => 1.0 / reader.Phase.Tasks.Count,
    };
}
