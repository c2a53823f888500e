using System.Text.Json.Serialization;
using Ziya.Pipeline.Reading;

namespace Ziya.Pipeline.Plans;

/// <summary>What a run does: phases of tasks. Written to <c>plan.json</c>; with <c>job.yaml</c> it is all an engine needs.</summary>
/// <param name="Job">The job's name.</param>
/// <param name="JobHash">SHA-256 of what the job says.</param>
/// <param name="Hash">SHA-256 of what the job says and the input it found: names the run.</param>
/// <param name="Shards">The input, cut up.</param>
/// <param name="Phases">The phases, in order; each starts when the one before is done.</param>
public sealed record Plan(string Job, string JobHash, string Hash, IReadOnlyList<Shard> Shards, IReadOnlyList<Phase> Phases)
{
    /// <summary>Partitions of channels that are spread by key.</summary>
    public required int Partitions { get; init; }

    /// <summary>What the models of the job are, by their names; null where it has none.</summary>
    public IReadOnlyDictionary<string, PlanModel>? Models { get; init; }

    /// <summary>Partitions of channels that are spread by shard.</summary>
    [JsonIgnore]
    public int ShardGroups => Math.Max(1, Math.Min(Shards.Count, MostShardGroups));

    /// <summary>The partition of a shard in channels that are spread by shard.</summary>
    public int GroupOf(int shard) => (int)((long)shard * ShardGroups / Math.Max(1, Shards.Count));

    // A reader opens the files of one group; 1024 keeps the index of a spill file under 25 kB a flush.
    private const int MostShardGroups = 1024;
}

/// <summary>What a phase does.</summary>
public enum PhaseKind
{
    /// <summary>Goes over the records of each shard: reads or joins, runs steps, writes records, changes or outputs.</summary>
    Pass,

    /// <summary>Sorts and reduces entries partition by partition.</summary>
    Reduce,

    /// <summary>Shuffles the tokens of all records and writes them, partition by partition.</summary>
    Gather,
}

/// <summary>Tasks that may run at once.</summary>
/// <param name="Name">Its number and what it does, <c>02-dedup_exact</c>: its folder under <c>phases/</c>.</param>
/// <param name="Kind">What it does.</param>
/// <param name="Hash">SHA-256 of all it depends on: a finished phase of the same hash need not run again.</param>
/// <param name="Steps">Keys of the job's steps it works for.</param>
/// <param name="In">Record kind taken, or <c>entries</c>.</param>
/// <param name="Out">Record kind passed on, or <c>entries</c>.</param>
/// <param name="Bytes">Estimate of the bytes read.</param>
/// <param name="Tasks">Its tasks.</param>
public sealed record Phase(
    string Name, PhaseKind Kind, string Hash, IReadOnlyList<string> Steps, string In, string Out, long Bytes, IReadOnlyList<PlanTask> Tasks)
{
    /// <summary>The folder of its outputs.</summary>
    [JsonIgnore]
    public string Folder => $"phases/{Name}";
}

/// <summary>One task of a phase. Running it again writes the same bytes.</summary>
/// <param name="Number">Its number in the phase, from 0; names its outputs.</param>
/// <param name="First">First shard of a pass; partition of a reduce.</param>
/// <param name="Last">Last shard of a pass; partition of a reduce.</param>
/// <param name="Bytes">Estimate of the bytes read.</param>
public sealed record PlanTask(int Number, int First, int Last, long Bytes);

/// <summary>A model as reports and cards name it.</summary>
/// <param name="Is">The model's own name, or its folder.</param>
/// <param name="License">Its licence; null where nobody said.</param>
public sealed record PlanModel(string? Is, string? License);
