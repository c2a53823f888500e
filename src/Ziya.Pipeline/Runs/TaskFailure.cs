using System.Data.Common;
using Ziya.Pipeline.Execution;

namespace Ziya.Pipeline.Runs;

/// <summary>What kind of thing went wrong with a task.</summary>
public enum FailureKind
{
    /// <summary>It cannot be done as it is: what the reason says has to be mended.</summary>
    Failed,

    /// <summary>More records made a step throw than the job puts up with.</summary>
    Poisoned,

    /// <summary>A store, an endpoint or a database was away; another try may do.</summary>
    Transient,

    /// <summary>There was too little memory; another worker, or fewer tasks at once, may do.</summary>
    OutOfMemory,
}

/// <summary>
/// What a task that could not be done leaves beside where its marker would stand, as <c>part-NNNNN.failed.json</c>. It counts for nothing: a task with a marker is done, and a run that goes on
/// begins without these.
/// </summary>
/// <param name="Kind">What kind of thing went wrong.</param>
/// <param name="Reason">What went wrong.</param>
/// <param name="Tries">How often it was tried since the run was begun, or resumed.</param>
/// <param name="At">When it failed last, in UTC.</param>
/// <param name="Worker">The process it failed in.</param>
public sealed record TaskFailure(FailureKind Kind, string Reason, int Tries, string At, string Worker)
{
    /// <summary>The ending of its name.</summary>
    internal const string Ending = ".failed.json";

    /// <summary>What kind of thing an exception is. Null where the task was only told to stop.</summary>
    public static FailureKind? KindOf(Exception exception) => exception switch
    {
        OperationCanceledException => null,
        OutOfMemoryException => FailureKind.OutOfMemory,
        JobFailedException { Poisoned: not null } => FailureKind.Poisoned,
        JobFailedException { InnerException: OutOfMemoryException } => FailureKind.OutOfMemory,
        DbException => FailureKind.Transient,
        _ => Transient.Is(exception) ? FailureKind.Transient : FailureKind.Failed,
    };

    /// <summary>What an exception says for a log, which holds no record's text: what a step threw on a record may repeat it.</summary>
    internal static string Logged(Exception exception) => exception switch
    {
        JobFailedException { Poisoned: { } what } => what,
        OutOfMemoryException => "out of memory",
        JobFailedException => exception.Message,
        _ => $"{exception.GetType().Name}: {exception.Message}",
    };
}
