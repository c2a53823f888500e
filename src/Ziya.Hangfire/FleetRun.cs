using Hangfire.Storage;

namespace Ziya.Hangfire;

/// <summary>What the fleet knows of a run beside its folder.</summary>
/// <param name="Folder">The run folder.</param>
/// <param name="Job">The job's name.</param>
/// <param name="State">See <see cref="FleetState"/>.</param>
/// <param name="Error">What failed.</param>
public sealed record FleetRun(string Folder, string Job, FleetState State, string? Error)
{
    private const string All = "ziya:runs";

    /// <summary>The runs the fleet knows of.</summary>
    internal static IReadOnlyList<string> Folders(IStorageConnection connection) => [.. connection.GetAllItemsFromSet(All).Order(StringComparer.Ordinal)];

    /// <summary>The run of a folder; null where the fleet has none there.</summary>
    internal static FleetRun? Find(IStorageConnection connection, string folder) =>
        connection.GetAllEntriesFromHash(Key(folder)) is { Count: > 0 } entries && Enum.TryParse<FleetState>(entries.GetValueOrDefault("state"), out var state)
            ? new FleetRun(folder, entries.GetValueOrDefault("job") ?? "", state, entries.GetValueOrDefault("error") is { Length: > 0 } error ? error : null)
            : null;

    /// <summary>Writes what the fleet knows.</summary>
    internal void Write(IStorageConnection connection)
    {
        using var transaction = connection.CreateWriteTransaction();
        transaction.SetRangeInHash(Key(Folder), [new("job", Job), new("state", State.ToString()), new("error", Error ?? "")]);
        transaction.AddToSet(All, Folder);
        transaction.Commit();
    }

    /// <summary>Forgets a run. Its folder stays.</summary>
    internal void Remove(IStorageConnection connection)
    {
        using var transaction = connection.CreateWriteTransaction();
        transaction.RemoveHash(Key(Folder));
        transaction.RemoveFromSet(All, Folder);
        transaction.Commit();
    }

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
