namespace Ziya.Pipeline.Storage;

/// <summary>Reads several files at once where each takes long to answer, however little it holds.</summary>
internal static class ReadAhead
{
    /// <summary>What was read of each, in order.</summary>
    /// <param name="from">What is read.</param>
    /// <param name="ahead">How many are read before they are asked for: <see cref="IStore.ReadsAhead"/>.</param>
    /// <param name="read">Reads one.</param>
    public static IEnumerable<T> Select<TFrom, T>(IEnumerable<TFrom> from, int ahead, Func<TFrom, T> read)
    {
        var reading = new Queue<Task<T>>();
        foreach (var one in from)
        {
            if (ahead == 0)
            {
                yield return read(one);
                continue;
            }

            // On threads of their own: they do nothing but wait, which the pool does not expect of many.
            reading.Enqueue(Task.Factory.StartNew(() => read(one), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
            if (reading.Count > ahead)
            {
                yield return reading.Dequeue().GetAwaiter().GetResult();
            }
        }

        while (reading.TryDequeue(out var last))
        {
            yield return last.GetAwaiter().GetResult();
        }
    }
}
