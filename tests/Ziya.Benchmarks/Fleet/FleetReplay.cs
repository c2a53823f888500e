using Ziya.Pipeline.Plans;
using static Ziya.Benchmarks.Fleet.FleetFigures;

namespace Ziya.Benchmarks.Fleet;

/// <summary>A run replayed event by event: tasks are queued one after another, taken by the worker that is free first, and share the blobs and the database. Shares are of the time of all workers.</summary>
/// <param name="Workers">Workers.</param>
/// <param name="Seconds">How long it takes.</param>
/// <param name="Computing">Share of computing.</param>
/// <param name="Waiting">Share of waiting for requests to come back.</param>
/// <param name="Requests">Share of the requests that the blobs answer at most.</param>
/// <param name="Bandwidth">Share of the bytes that the blobs take and send at most.</param>
/// <param name="Database">Share of what the database can do.</param>
/// <param name="Queueing">Share of the time in which workers wait for tasks that are not queued yet.</param>
/// <param name="Tail">Share of the time in which a worker finds no task left of a phase.</param>
internal sealed record FleetReplay(int Workers, double Seconds, double Computing, double Waiting, double Requests, double Bandwidth, double Database, double Queueing, double Tail)
{
    /// <summary>Connections to the database.</summary>
    public double Connections => (Math.Ceiling((double)Workers / WorkersOfAProcess) * ConnectionsOfAProcess) + (Workers * ConnectionsOfAWorker);

    /// <summary>Replays a plan.</summary>
    public static FleetReplay Of(Plan plan, IReadOnlyList<TaskLoad> loads, int workers)
    {
        double now = 0, computing = 0, waiting = 0, requests = 0, bandwidth = 0, database = 0, queueing = 0, tail = 0;
        foreach (var (phase, load) in plan.Phases.Zip(loads))
        {
            var begun = now + TurnSeconds + (Math.Ceiling(phase.Tasks.Count * 4 / 5000.0) * ListSeconds);
            var each = TripsToQueue * DatabaseTripSeconds / QueuedAtOnce;
            var (asked, sent) = (load.Requests / BlobRequestsPerSecond, load.Bytes / BlobBytesPerSecond);
            var free = new PriorityQueue<int, double>(Enumerable.Range(0, workers).Select(worker => (worker, begun)));
            double blobsFree = begun, databaseFree = begun, end = begun;
            for (var task = 1; task <= phase.Tasks.Count; task++)
            {
                free.TryDequeue(out var worker, out var at);
                var start = Math.Max(at, begun + (task * each));
                queueing += start - at;
                databaseFree = Math.Max(databaseFree, start) + (DatabaseSecondsOfATask / DatabaseCores);
                blobsFree = Math.Max(blobsFree, databaseFree) + Math.Max(asked, sent);
                var done = Math.Max(databaseFree + load.Seconds + load.Waiting, blobsFree);
                (computing, waiting, database) = (computing + load.Seconds, waiting + load.Waiting, database + (DatabaseSecondsOfATask / DatabaseCores));
                (requests, bandwidth) = (requests + asked, bandwidth + sent);
                free.Enqueue(worker, done);
                end = Math.Max(end, done);
            }

            while (free.TryDequeue(out _, out var at))
            {
                tail += end - at;
            }

            now = end;
        }

        var all = now * workers;
        return new FleetReplay(workers, now, computing / all, waiting / all, requests / now, bandwidth / now, database / now, queueing / all, tail / all);
    }
}
