namespace Ziya.Pipeline.Runs;

/// <summary>Sums over the records of one language and bucket.</summary>
public sealed record GroupCounts
{
    /// <summary>Their language; null where they have none.</summary>
    public string? Language { get; init; }

    /// <summary>Their bucket; null where they have none.</summary>
    public string? Bucket { get; init; }

    /// <summary>How many.</summary>
    public long Records { get; set; }

    /// <summary>UTF-16 code units of text.</summary>
    public long Characters { get; set; }

    /// <summary>Tokens of those that were counted; null where none was.</summary>
    public long? Tokens { get; set; }

    /// <summary>Adds the sums of others.</summary>
    internal void Add(GroupCounts other)
    {
        Records += other.Records;
        Characters += other.Characters;
        Tokens = other.Tokens is null ? Tokens : (Tokens ?? 0) + other.Tokens;
    }
}
