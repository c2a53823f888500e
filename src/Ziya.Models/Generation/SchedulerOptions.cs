using System.ComponentModel.DataAnnotations;

namespace Ziya.Models.Generation;

/// <summary>How a <see cref="Scheduler"/> uses a model.</summary>
public sealed record SchedulerOptions
{
    /// <summary>Most sequences at once. Default 16, 1 to 1024.</summary>
    [Range(1, 1024)]
    public int Batch { get; init; } = 16;

    /// <summary>Megabytes for keys and values. Default 1024.</summary>
    [Range(1, 1 << 20)]
    public int CacheMb { get; init; } = 1024;

    /// <summary>Most tokens of prompts computed in one call, padding included. Default 2048.</summary>
    [Range(1, 1 << 20)]
    public int PrefillTokens { get; init; } = 2048;

    /// <summary>Least tokens that a prompt must share with the next for both to be computed from the shared part. Default 16; a prefix shorter than that costs more to fork than to compute.</summary>
    [Range(1, 1 << 20)]
    public int SharedTokens { get; init; } = 16;
}
