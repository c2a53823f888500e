using System.Text.RegularExpressions;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Storage;

namespace Ziya.Pipeline.Runs;

/// <summary>
/// Deletes the folders of runs that are not kept any more. Only what a run writes there is deleted: a dataset or notes in the same folder stay, and what links lead to. Nobody can begin in a folder
/// that is being deleted, and no folder is deleted that somebody has.
/// </summary>
/// <param name="runs">The folder of run folders, or <c>azblob://container/prefix</c>.</param>
/// <param name="retention">Which are kept.</param>
/// <param name="time">The clock.</param>
public sealed partial class RunSweep(string runs, Retention retention, TimeProvider time)
{
    private static readonly string[] Folders = ["phases", "dropped", "quarantine", "scratch", "missing", Below(ModelContext.Root), Below(ModelContext.RecordingsRoot), Below(RunLog.Root)];

    // The plan goes last: without it nobody would know the rest for a run.
    private static readonly string[] Files = [RunFolder.ReportPage, RunFolder.ReportPath, RunFolder.JobPath, RunFolder.PlanPath];

    /// <summary>All runs, oldest first, each with why it is kept or that it may go.</summary>
    /// <param name="atWork">Names of runs that are known to be queued, at work or paused.</param>
    public IReadOnlyList<SweptRun> Find(IReadOnlySet<string> atWork)
    {
        ArgumentNullException.ThrowIfNull(atWork);
        var found = Names().Select(name => Look(name.Name, name.Files, atWork)).OfType<SweptRun>().OrderBy(run => run.Changed).ThenBy(run => run.Name, StringComparer.Ordinal).ToList();
        var last = found.GroupBy(run => run.Job, StringComparer.Ordinal).SelectMany(job => job.Reverse().Take(retention.KeepLast)).Select(run => run.Name).ToHashSet();
        var now = time.GetUtcNow();
        found = [.. found.Select(run => run with { Kept = run.Kept ?? (last.Contains(run.Name) ? $"one of the last {retention.KeepLast}" : now - run.Changed < retention.Keep ? "too young" : null) })];
        var bytes = found.Where(run => run.Kept is not null).Sum(run => run.Bytes);
        for (var i = 0; i < found.Count && bytes > retention.MostBytes; i++)
        {
            if (found[i].Kept == "too young")
            {
                bytes -= found[i].Bytes;
                found[i] = found[i] with { Kept = null };
            }
        }

        return found;
    }

    /// <summary>Deletes a run that may go. Why it did not; null where it is gone.</summary>
    public string? Delete(SweptRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var store = StoreOf(run.Name);
        try
        {
            using var claim = Claim.Take(store, time);
            if (run.Kept is not null || store.Find(RunFolder.PlanPath) is not { } plan || plan.Changed > run.Changed || store.Find(RunFolder.ReportPath)?.Changed > run.Changed)
            {
                return run.Kept ?? "it has changed meanwhile";
            }

            foreach (var folder in Folders)
            {
                store.DeleteTree(folder);
            }

            foreach (var file in Files)
            {
                store.Delete(file);
            }
        }
        catch (ClaimedException taken)
        {
            return taken.Message;
        }

        (store as FileStore)?.DeleteIfEmpty();
        return null;
    }

    private static string Below(string root) => root.TrimEnd('/');

    private IStore StoreOf(string name) => Stores.At($"{runs.TrimEnd('/')}/{name}");

    /// <summary>What may be run folders, with their files: no links, and no names that a run cannot have.</summary>
    private IEnumerable<(string Name, IReadOnlyList<(long Bytes, DateTimeOffset Changed)> Files)> Names()
    {
        var store = Stores.At(runs);
        return store is FileStore files
            ? files.Folders().Where(name => Name().IsMatch(name))
                .Select(name => (name, (IReadOnlyList<(long, DateTimeOffset)>)[.. ((FileStore)StoreOf(name)).OwnFiles().Select(file => (file.Length, (DateTimeOffset)file.LastWriteTimeUtc))]))
            : store.List("").Where(file => file.Path.Contains('/', StringComparison.Ordinal)).GroupBy(file => file.Path[..file.Path.IndexOf('/', StringComparison.Ordinal)]).Where(run => Name().IsMatch(run.Key))
                .Select(run => (run.Key, (IReadOnlyList<(long, DateTimeOffset)>)[.. run.Select(file => (file.Bytes, file.Changed))]));
    }

    private SweptRun? Look(string name, IReadOnlyList<(long Bytes, DateTimeOffset Changed)> files, IReadOnlySet<string> atWork)
    {
        var folder = new RunFolder(StoreOf(name));
        try
        {
            if (files.Count == 0 || folder.ReadPlan() is not { } plan)
            {
                return null;
            }

            var isHeld = ClaimHolder.Read(folder.Store) is { } holder && holder.IsAlive(time);
            var state = isHeld || atWork.Contains(name) ? "running" : folder.Store.Find(RunFolder.ReportPath) is null ? "stopped" : folder.Read<Report>(RunFolder.ReportPath).State;
            return new SweptRun(name, plan.Job, state, files.Max(file => file.Changed), files.Sum(file => file.Bytes), isHeld ? "somebody has it" : atWork.Contains(name) ? "it goes on" : null);
        }
        catch (Exception exception) when (exception is InvalidDataException or FileNotFoundException or DirectoryNotFoundException)
        {
            // Damaged, or being deleted: left to a person.
            return null;
        }
    }

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    private static partial Regex Name();
}
