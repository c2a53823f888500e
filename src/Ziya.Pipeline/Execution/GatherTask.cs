using Ziya.Pipeline.Plans;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Shuffle;
using Ziya.Pipeline.Storage;
using Ziya.Pipeline.Writing;

namespace Ziya.Pipeline.Execution;

/// <summary>Second half of the shuffle: the tokens of one partition in the order of their keys, packed and written. Running it again writes the same bytes.</summary>
internal static class GatherTask
{
    /// <summary>Runs the task up to its outputs.</summary>
    public static Marker Run(GatherWork work, PlanTask task, TaskOutputs outputs, TaskContext context, CancellationToken cancel)
    {
        var clock = new StepClock(context.Time);
        using var sorter = new ExternalSorter(context.Scratch, context.SortBytes);
        var bytes = ReduceTask.Fill(sorter, [work.Reads], task.First, context, cancel);
        var output = context.Job.Output;
        var format = (TokenFormat)output.OpenFormat();
        var info = format.Info with { LossMask = format.HasMask(work.Kind) };
        var folders = new SortedDictionary<string, Packer>(StringComparer.Ordinal);
        Packer? packer = null;
        var records = 0;
        foreach (var entry in sorter)
        {
            cancel.ThrowIfCancellationRequested();
            var chunk = new TokenChunk(entry, info.Width);
            if (chunk.Folder is { } folder && !folders.TryGetValue(folder, out packer))
            {
                var path = DatasetWriter.Staging(work.Phase) + folder;
                var files = new TokenFiles(name => outputs.Open(path + name, Compression.None), Marker.Part(task.Number), info, (long)output.ShardMb << 20);
                folders.Add(folder, packer = Packer.Of(files, info));
            }

            packer!.Add(chunk);
            records += chunk.IsLast ? 1 : 0;
        }

        foreach (var one in folders.Values)
        {
            one.Finish();
        }

        var written = outputs.Commit();
        clock.Lap(StepClock.Write);
        return new Marker(work.Phase.Hash, task.Number, clock.Seconds, bytes, new() { Seen = records }, written, null) { Spent = clock.Spent };
    }
}
