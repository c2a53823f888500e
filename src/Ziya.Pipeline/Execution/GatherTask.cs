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
        Packer Open(string folder)
        {
            var path = DatasetWriter.Staging(work.Phase) + folder;
            return Packer.Of(new TokenFiles(name => outputs.Open(path + name, Compression.None), outputs.End, Marker.Part(task.Number), info, (long)output.ShardMb << 20), info);
        }

        // One folder comes after the other; only those that share a hash come mixed.
        var open = new SortedDictionary<string, Packer>(StringComparer.Ordinal);
        var (hash, records) = (0U, 0);
        Packer? packer = null;
        foreach (var entry in sorter)
        {
            cancel.ThrowIfCancellationRequested();
            var chunk = new TokenChunk(entry, info.Width);
            if (chunk.FolderHash != hash)
            {
                Finish(open);
                hash = chunk.FolderHash;
            }

            if (chunk.Folder is { } folder && !open.TryGetValue(folder, out packer))
            {
                open.Add(folder, packer = Open(folder));
            }

            packer!.Add(chunk);
            records += chunk.IsLast ? 1 : 0;
        }

        Finish(open);
        var written = outputs.Commit();
        clock.Lap(StepClock.Write);
        return new Marker(work.Phase.Hash, task.Number, clock.Seconds, bytes, new() { Seen = records }, written, null) { Spent = clock.Spent };
    }

    private static void Finish(SortedDictionary<string, Packer> open)
    {
        foreach (var packer in open.Values)
        {
            packer.Finish();
        }

        open.Clear();
    }
}
