using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Plans;
using Ziya.Pipeline.Steps;
using Ziya.Pipeline.Storage;

namespace Ziya.Pipeline.Execution;

/// <summary>What a task is given beside its work.</summary>
/// <param name="Job">The job.</param>
/// <param name="Plan">The plan.</param>
/// <param name="Catalog">The steps and formats.</param>
/// <param name="Store">The run folder.</param>
/// <param name="Scratch">A local folder for sorting.</param>
/// <param name="SortBytes">Memory a task may sort in.</param>
/// <param name="Progress">Where it counts what it does.</param>
/// <param name="Models">The models of the run.</param>
/// <param name="Time">The clock.</param>
internal sealed record TaskContext(
    Job Job, Plan Plan, StepCatalog Catalog, IStore Store, string Scratch, int SortBytes, TaskProgress Progress, ModelPool Models, TimeProvider Time)
{
    // A task sorts one thing at a time; the rest of the memory holds records, compressors and the runtime.
    private const int SortShare = 4;
    private const int LeastSortBytes = 4 << 20;

    /// <summary>The memory each of some workers may sort in.</summary>
    public static int SortBytesOf(LimitOptions limits, int workers) =>
        (int)Math.Clamp(((long)limits.MemoryMb << 20) / SortShare / workers, LeastSortBytes, 1 << 30);
}
