using Ziya.Pipeline.Plans;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Shuffle;
using Ziya.Pipeline.Steps;
using Ziya.Pipeline.Storage;

namespace Ziya.Pipeline.Execution;

/// <summary>One partition of one stage: sorts the entries of the channels read, and lets the stage reduce them. Running it again writes the same bytes.</summary>
internal static class ReduceTask
{
    /// <summary>Runs the task up to its outputs.</summary>
    public static Marker Run(ReduceWork work, PlanTask task, TaskOutputs outputs, TaskContext context, CancellationToken cancel)
    {
        var clock = new StepClock(context.Time);
        var stage = ((IGlobalStep)work.Step.Create(context.Job.Seed, context.Models)).Stages[work.Stage];
        stage.Scratch = context.Scratch;
        using var sorter = new ExternalSorter(context.Scratch, context.SortBytes);
        var bytes = Fill(sorter, work.Reads, task.First, context, cancel);
        using var spills = new SpillSet(outputs, work.Phase, task, stage.Writes, context);
        var meter = new ModelMeter();
        meter.Enter(work.Step.Key);
        stage.Reduce(Watched(sorter, cancel), spills.AtOnce(), cancel);
        spills.Finish();
        var counts = new RecordCounts { Seen = spills.Entries };
        var files = outputs.Commit();
        clock.Lap(work.Step.Key);
        return new Marker(work.Phase.Hash, task.Number, clock.Seconds, bytes, counts, files, null)
        {
            Asked = meter.Asked,
            Spent = clock.Spent,
            Warnings = stage.Warnings.ToList() is { Count: > 0 } warnings ? warnings : null,
        };
    }

    /// <summary>Adds one partition of some channels to a sorter.</summary>
    public static long Fill(ExternalSorter sorter, IEnumerable<ChannelSource> sources, int partition, TaskContext context, CancellationToken cancel)
    {
        long bytes = 0;
        foreach (var source in sources)
        {
            var (phase, channel) = source;

            // One list in the place of a question a file: a partition is mostly read from the spills of all tasks.
            var files = context.Store.List(phase.Folder + "/").ToDictionary(file => file.Path);
            foreach (var chunk in Chunks(context.Store, source.Writers(context.Plan, partition).Select(writer => Spill(writer.Number)), partition))
            {
                cancel.ThrowIfCancellationRequested();
                foreach (var entry in SpillReader.Unpack(chunk))
                {
                    sorter.Add(entry.Span);
                }

                bytes += chunk.Length;
                context.Progress.Add(0, chunk.Length);
            }

            StoredFile Spill(int writer)
            {
                var path = SpillSet.PathOf(phase, writer, channel);
                return files.GetValueOrDefault(path) ?? throw new InvalidDataException($"{path} is missing, though its task is done. Run the job again: it will be made anew.");
            }
        }

        return bytes;
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Chunks(IStore store, IEnumerable<StoredFile> files, int partition) => store.ReadsAhead == 0
        ? files.SelectMany(file => SpillReader.Chunks(store, file, partition))
        : ReadAhead.Select(files, store.ReadsAhead, file => SpillReader.Chunks(store, file, partition).Select(chunk => (ReadOnlyMemory<byte>)chunk.ToArray()).ToList()).SelectMany(chunks => chunks);

    private static IEnumerable<Entry> Watched(ExternalSorter sorter, CancellationToken cancel)
    {
        const int Interval = 4096;
        var count = 0;
        foreach (var entry in sorter)
        {
            if (++count % Interval == 0)
            {
                cancel.ThrowIfCancellationRequested();
            }

            yield return entry;
        }
    }
}
