namespace Ziya.Pipeline.Records;

/// <summary>One of several answers to an instruction.</summary>
/// <param name="Output">The answer.</param>
/// <param name="Model">The model that wrote it, by its name in the job.</param>
public sealed record Candidate(string Output, string? Model)
{
    /// <summary>Numbers about this answer, by name.</summary>
    public Scores Scores { get; init; } = Scores.Empty;
}
