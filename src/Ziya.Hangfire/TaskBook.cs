using System.Globalization;
using Hangfire.Storage;

namespace Ziya.Hangfire;

/// <summary>
/// Which tasks of a phase are queued, and as which background jobs. A help for going on at once, not the truth: that are the markers in the run folder.
/// </summary>
internal sealed class TaskBook(IStorageConnection connection, string run, string phase)
{
    private const int MostAtOnce = 500;

    private readonly string _left = $"ziya:left:{run}:{phase}";
    private readonly string _jobs = $"ziya:jobs:{run}:{phase}";

    /// <summary>Notes that tasks are left to do.</summary>
    public void Add(IEnumerable<int> tasks)
    {
        foreach (var some in tasks.Chunk(MostAtOnce))
        {
            using var transaction = connection.CreateWriteTransaction();
            foreach (var task in some)
            {
                transaction.AddToSet(_left, Text(task));
            }

            transaction.Commit();
        }
    }

    /// <summary>Notes which background jobs tasks became.</summary>
    public void Note(IEnumerable<(int Task, string Job)> queued)
    {
        foreach (var some in queued.Chunk(MostAtOnce))
        {
            connection.SetRangeInHash(_jobs, some.Select(pair => KeyValuePair.Create(Text(pair.Task), pair.Job)));
        }
    }

    /// <summary>Takes a task that is done off the list. Whether it was the last.</summary>
    public bool Remove(int task)
    {
        using (var transaction = connection.CreateWriteTransaction())
        {
            transaction.RemoveFromSet(_left, Text(task));
            transaction.Commit();
        }

        // The first of those left, found by an index; to count them takes longer the more there are.
        return connection.GetFirstByLowestScoreFromSet(_left, 0, 0) is null;
    }

    /// <summary>The background jobs of tasks.</summary>
    public Dictionary<int, string> Jobs() => (connection.GetAllEntriesFromHash(_jobs) ?? [])
        .ToDictionary(pair => int.Parse(pair.Key, CultureInfo.InvariantCulture), pair => pair.Value);

    /// <summary>Forgets the phase.</summary>
    public void Clear()
    {
        using var transaction = connection.CreateWriteTransaction();
        foreach (var task in connection.GetAllItemsFromSet(_left))
        {
            transaction.RemoveFromSet(_left, task);
        }

        transaction.RemoveHash(_jobs);
        transaction.Commit();
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
