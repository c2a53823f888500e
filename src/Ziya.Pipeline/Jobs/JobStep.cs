using Ziya.Pipeline.Steps;

namespace Ziya.Pipeline.Jobs;

/// <summary>One step of a job.</summary>
/// <param name="Key">Its name, with -2, -3 where a job uses it again. Unique in the job; names files and counters.</param>
/// <param name="Definition">What the catalog knows of it.</param>
/// <param name="Options">Its options record.</param>
/// <param name="At">Where it stands in the job file.</param>
public sealed record JobStep(string Key, StepDefinition Definition, object Options, Place At)
{
    /// <summary>A fresh instance, for one task.</summary>
    internal Step Create(ulong seed) => Definition.Create(Options, seed);
}
