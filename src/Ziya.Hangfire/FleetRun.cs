using Hangfire.Storage;
using Ziya.Pipeline.Execution;

namespace Ziya.Hangfire;

/// <summary>What the fleet knows of a run beside its folder.</summary>
/// <param name="Folder">The run folder.</param>
/// <param name="Job">The job's name.</param>
/// <param name="State">See <see cref="FleetState"/>.</param>
/// <param name="Error">What failed.</param>
/// <param name="Priority">Whether its tasks go before those of others.</param>
public sealed record FleetRun(string Folder, string Job, FleetState State, string? Error, RunPriority Priority)
{
    private const string All = "ziya:runs";
    private const string PhaseField = "phase";

    /// <summary>The phase whose tasks are queued; those before it are done. Null where none is yet.</summary>
    internal string? Phase { get; private init; }

    /// <summary>The runs the fleet knows of.</summary>
    internal static IReadOnlyList<string> Folders(IStorageConnection connection) => [.. connection.GetAllItemsFromSet(All).Order(StringComparer.Ordinal)];

    /// <summary>The run of a folder; null where the fleet has none there.</summary>
    internal static FleetRun? Find(IStorageConnection connection, string folder) =>
        connection.GetAllEntriesFromHash(Key(folder)) is { Count: > 0 } entries && Enum.TryParse<FleetState>(entries.GetValueOrDefault("state"), out var state)
            ? new FleetRun(
                folder, entries.GetValueOrDefault("job") ?? "", state, Told(entries, "error"), Enum.TryParse<RunPriority>(Told(entries, "priority"), out var priority) ? priority : RunPriority.Normal)
            {
                Phase = Told(entries, PhaseField),
            }
            : null;

    /// <summary>Writes what the fleet knows, but for the phase.</summary>
    internal void Write(IStorageConnection connection)
    {
        using var transaction = connection.CreateWriteTransaction();
        transaction.SetRangeInHash(Key(Folder), [new("job", Job), new("state", State.ToString()), new("error", Error ?? ""), new("priority", Priority.ToString())]);
        transaction.AddToSet(All, Folder);
        transaction.Commit();
    }

    /// <summary>Writes the phase alone: how the run stands may be changed by somebody at the same time.</summary>
    internal static void WritePhase(IStorageConnection connection, string folder, string? phase) => connection.SetRangeInHash(Key(folder), [new(PhaseField, phase ?? "")]);

    /// <summary>Forgets a run. Its folder stays.</summary>
    internal void Remove(IStorageConnection connection)
    {
        using var transaction = connection.CreateWriteTransaction();
        transaction.RemoveHash(Key(Folder));
        transaction.RemoveFromSet(All, Folder);
        transaction.Commit();
    }

    private static string? Told(Dictionary<string, string> entries, string field) => entries.GetValueOrDefault(field) is { Length: > 0 } told ? told : null;

    private static string Key(string folder) => "ziya:run:" + folder;
}

/// <summary>How a run of the fleet stands.</summary>
public enum FleetState
{
    /// <summary>Tasks are queued or executed.</summary>
    Running,

    /// <summary>Tasks that are left wait until the run is resumed; those at work end.</summary>
    Paused,

    /// <summary>Ended by a person.</summary>
    Stopped,

    /// <summary>A task could not be done.</summary>
    Failed,

    /// <summary>The dataset is written.</summary>
    Done,
}
