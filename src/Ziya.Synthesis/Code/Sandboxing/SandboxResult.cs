namespace Ziya.Synthesis.Code.Sandboxing;

/// <summary>What a command inside a sandbox did.</summary>
/// <param name="Exit">Its exit code; 128 and more for the signal that ended it.</param>
/// <param name="Output">What it wrote to standard output, cut at the limit.</param>
/// <param name="Messages">What it wrote to standard error, cut at the limit.</param>
internal sealed record SandboxResult(int Exit, string Output, string Messages)
{
    /// <summary>The limit that ended it: <c>timeout</c>, <c>memory</c> or <c>output_limit</c>; null where it ended by itself.</summary>
    public string? Stopped { get; init; }
}
