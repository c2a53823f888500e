using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Plans;
using Ziya.Pipeline.Shuffle;
using Ziya.Pipeline.Steps;
using Ziya.Pipeline.Storage;

namespace Ziya.Pipeline.Runs;

/// <summary>
/// Writes what steps keep for later runs, such as cut-offs, when a run is done. Made of the findings in the run folder, so a run that is opened again writes a file anew that was deleted
/// since. Doing it twice gives the same bytes.
/// </summary>
internal static class SavedFindings
{
    /// <summary>Writes the files of all steps that keep one.</summary>
    public static void Write(CompiledPlan plan, TaskContext context)
    {
        foreach (var pass in plan.Work.OfType<PassWork>())
        {
            if (pass.Apply?.Create(context.Job.Seed, context.Models) is not IGlobalStep { Saves: { } path } step)
            {
                continue;
            }

            using var shared = new ExternalSorter(context.Scratch, context.SortBytes);
            ReduceTask.Fill(shared, pass.FindingsFrom.Where(source => source.Channel.Spread == Spread.One), 0, context, CancellationToken.None);
            new FileStore(Path.GetDirectoryName(Path.GetFullPath(path))!).Write(Path.GetFileName(path), step.Save(shared));
        }
    }
}
