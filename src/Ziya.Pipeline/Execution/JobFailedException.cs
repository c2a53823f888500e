namespace Ziya.Pipeline.Execution;

/// <summary>A job failed: what, where and what to do. Everything finished before is kept.</summary>
public sealed class JobFailedException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What a log may hold of it where a step failed on too many records: what the step threw may repeat a record's text. Null for every other failure.</summary>
    internal string? Poisoned { get; init; }
}
