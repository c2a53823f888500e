namespace Ziya.Pipeline.Runs;

/// <summary>A run as a sweep sees it.</summary>
/// <param name="Name">Name of its folder.</param>
/// <param name="Job">Name of its job.</param>
/// <param name="State"><c>running</c>, <c>stopped</c>, <c>failed</c> or <c>done</c>.</param>
/// <param name="Changed">When something was last written to it.</param>
/// <param name="Bytes">What its files take.</param>
/// <param name="Kept">Why it is kept; null where it may be deleted.</param>
public sealed record SweptRun(string Name, string Job, string State, DateTimeOffset Changed, long Bytes, string? Kept);
