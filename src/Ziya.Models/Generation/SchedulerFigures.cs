namespace Ziya.Models.Generation;

/// <summary>What a scheduler has done so far.</summary>
/// <param name="Completed">Requests that ended.</param>
/// <param name="Written">Tokens written.</param>
/// <param name="Computed">Tokens of prompts computed.</param>
/// <param name="Shared">Tokens of prompts that were not computed, because they were shared.</param>
/// <param name="Steps">Calls that computed one token for each sequence at work.</param>
/// <param name="Occupancy">Mean share of slots at work in these calls, 0 to 1.</param>
/// <param name="CacheBytes">Memory for keys and values now.</param>
public sealed record SchedulerFigures(long Completed, long Written, long Computed, long Shared, long Steps, double Occupancy, long CacheBytes)
{
    /// <summary>Slots of the pools there are.</summary>
    public int Slots { get; init; }

    /// <summary>Slots at work when it was last looked.</summary>
    public int Busy { get; init; }
}
