using System.IO.Hashing;
using System.Runtime.InteropServices;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Steps;

namespace Ziya.Pipeline.Jobs;

/// <summary>One step of a job.</summary>
/// <param name="Key">Its name, with -2, -3 where a job uses it again. Unique in the job; names files and counters.</param>
/// <param name="Definition">What the catalog knows of it.</param>
/// <param name="Options">Its options record.</param>
/// <param name="At">Where it stands in the job file.</param>
public sealed record JobStep(string Key, StepDefinition Definition, object Options, Place At)
{
    /// <summary>
    /// A fresh instance, for one task. Where a job uses a step again it gets a seed of its own: a second sample that met the
    /// records with the random numbers of the first would keep all of them.
    /// </summary>
    internal Step Create(ulong seed, ModelPool? models = null) => Definition.Create(
        Options, Key == Definition.Name ? seed : XxHash3.HashToUInt64(MemoryMarshal.AsBytes(Key.AsSpan()), (long)seed), models, Key);
}
