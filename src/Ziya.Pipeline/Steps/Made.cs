namespace Ziya.Pipeline.Steps;

/// <summary>A record that a step made, and whether it was found wanting at once: then it is counted as made and dropped, and kept in <c>dropped/</c>.</summary>
/// <param name="Record">The record.</param>
/// <param name="Drop">Why it does not go on; null where it does.</param>
public sealed record Made<T>(T Record, Drop? Drop = null)
    where T : class;
