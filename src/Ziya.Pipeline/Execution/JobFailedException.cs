namespace Ziya.Pipeline.Execution;

/// <summary>A job failed: what, where and what to do. Everything finished before is kept.</summary>
public sealed class JobFailedException(string message, Exception? inner = null) : Exception(message, inner);
