namespace Ziya.Benchmarks.Fleet;

/// <summary>What the replay reckons with. Of the first group what was measured here (<c>tests/scenarios.sh figures</c> and the README beside), of the second what services promise.</summary>
internal static class FleetFigures
{
    /// <summary>Requests of a task beside what it reads and writes: its marker asked for and written, the claim read.</summary>
    public const int RequestsOfATask = 3;

    /// <summary>Requests for one partition of one spill file: its end with the index, and the chunk.</summary>
    public const int RequestsOfASpill = 2;

    /// <summary>Spill files that a task reads at once.</summary>
    public const int SpillsAtOnce = 16;

    /// <summary>Round trips to the database to queue a task.</summary>
    public const double TripsToQueue = 14;

    /// <summary>Tasks that are queued at once.</summary>
    public const int QueuedAtOnce = 8;

    /// <summary>Seconds of one core of the database for a task, from being queued to being taken off the list.</summary>
    public const double DatabaseSecondsOfATask = 0.005;

    /// <summary>Connections of a process, and of each of its workers.</summary>
    public const double ConnectionsOfAProcess = 5, ConnectionsOfAWorker = 2;

    /// <summary>Workers of a process: one for each core of a machine.</summary>
    public const int WorkersOfAProcess = 32;

    /// <summary>Requests a second of a storage account (Azure: 20,000 for a standard one; 40,000 in some regions, more when asked for).</summary>
    public const double BlobRequestsPerSecond = 20_000;

    /// <summary>Bytes a second out of a storage account (Azure: 50 Gb/s in most regions).</summary>
    public const double BlobBytesPerSecond = 50e9 / 8;

    /// <summary>Seconds until a small request is answered, and a page of a list of 5,000.</summary>
    public const double BlobSeconds = 0.01, ListSeconds = 0.15;

    /// <summary>Seconds of a round trip to the database.</summary>
    public const double DatabaseTripSeconds = 0.0007;

    /// <summary>Cores of the database.</summary>
    public const int DatabaseCores = 8;

    /// <summary>Seconds from the end of a phase to the first task of the next, beside its queueing: the last task's background job and the one that queues are fetched.</summary>
    public const double TurnSeconds = 1;
}
