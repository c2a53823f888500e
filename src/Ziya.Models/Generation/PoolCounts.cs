namespace Ziya.Models.Generation;

/// <summary>Running counts of a pool.</summary>
internal sealed class PoolCounts
{
    /// <summary>Requests that ended.</summary>
    public long Completed { get; set; }

    /// <summary>Tokens written.</summary>
    public long Written { get; set; }

    /// <summary>Tokens of prompts computed.</summary>
    public long Computed { get; set; }

    /// <summary>Tokens of prompts that were shared.</summary>
    public long Shared { get; set; }

    /// <summary>Calls for one token each.</summary>
    public long Steps { get; set; }

    /// <summary>Sequences at work, summed over these calls.</summary>
    public long AtWork { get; set; }

    /// <summary>Slots, summed over these calls.</summary>
    public long Room { get; set; }

    /// <summary>Adds those of another.</summary>
    public void Add(PoolCounts other)
    {
        Completed += other.Completed;
        Written += other.Written;
        Computed += other.Computed;
        Shared += other.Shared;
        Steps += other.Steps;
        AtWork += other.AtWork;
        Room += other.Room;
    }
}
