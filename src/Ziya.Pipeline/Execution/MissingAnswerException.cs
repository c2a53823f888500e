namespace Ziya.Pipeline.Execution;

/// <summary>A recording holds no answer to what a record asks. The record is quarantined; the step is well, so that `limits.poisoned` does not count it.</summary>
public sealed class MissingAnswerException(string message) : Exception(message);
