using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Plans;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Storage;

namespace Ziya.Pipeline.Runs;

/// <summary>
/// Takes finished phases over from earlier runs: those of the same hash, which would be computed to the same bytes. Files are linked where the
/// disk can, so that changing a threshold at the end of a job costs its last pass only.
/// </summary>
internal static class TakeOver
{
    /// <summary>Takes over what it can; a sentence about each run that gave something.</summary>
    public static IEnumerable<string> From(RunFolder folder, Plan plan, Plan? before)
    {
        var notes = new List<string>();
        var missing = Missing(folder, plan);
        if (before is not null && before.Hash != plan.Hash)
        {
            // The folder's own earlier plan may have the same phase under another number.
            TakeFrom(folder, before, folder, missing);
        }

        foreach (var (other, otherPlan) in Siblings(folder))
        {
            if (missing.Count == 0)
            {
                break;
            }

            var taken = TakeFrom(other, otherPlan, folder, missing);
            if (taken.Count > 0)
            {
                notes.Add($"Took {string.Join(", ", taken)} over from {other.Root}.");
            }
        }

        return notes;
    }

    /// <summary>
    /// Takes the answers of models over from the run of the same job that has most of them: what changed in the job may leave many requests
    /// as they were, and they were paid for. A run that has answers of its own keeps to those. A sentence about each model.
    /// </summary>
    public static IEnumerable<string> Answers(RunFolder folder, Job job)
    {
        foreach (var model in job.Models.Keys)
        {
            var path = ModelContext.Root + model + "/";
            if (folder.Store.List(path).Any())
            {
                continue;
            }

            var (other, files) = Siblings(folder).Where(sibling => sibling.Plan.Job == job.Name)
                .Select(sibling => (sibling.Folder, Files: sibling.Folder.Store.List(path).ToList()))
                .OrderByDescending(sibling => sibling.Files.Sum(file => file.Bytes)).FirstOrDefault();
            if (files is { Count: > 0 })
            {
                files.ForEach(file => TryTake(other, file.Path, folder));
                yield return $"Took the answers of model '{model}' over from {other.Root}.";
            }
        }
    }

    private static void TryTake(RunFolder source, string path, RunFolder target)
    {
        try
        {
            target.Store.Take(source.Store, path, path);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            // Merged into another file meanwhile: those answers are asked for again.
        }
    }

    private static List<Phase> Missing(RunFolder folder, Plan plan)
    {
        var markers = folder.ReadMarkers(plan.Phases);
        return [.. plan.Phases.Where(phase => markers[phase.Name].Count < phase.Tasks.Count)];
    }

    private static IEnumerable<(RunFolder Folder, Plan Plan)> Siblings(RunFolder folder)
    {
        if (folder.Store is not FileStore files || Directory.GetParent(files.FullPath(".").TrimEnd('.', '/')) is not { } parent)
        {
            yield break;
        }

        var own = Path.GetFileName(files.FullPath(".").TrimEnd('.', '/'));
        var shown = Path.GetDirectoryName(folder.Root) is { Length: > 0 } root ? root + "/" : "";
        foreach (var other in parent.EnumerateDirectories().Where(other => other.Name != own).OrderBy(other => other.Name, StringComparer.Ordinal))
        {
            if (File.Exists(Path.Combine(other.FullName, RunFolder.PlanPath)))
            {
                var found = new RunFolder(new FileStore(parent.FullName == Directory.GetCurrentDirectory() ? other.Name : shown + other.Name));
                if (ReadPlan(found) is { } plan)
                {
                    yield return (found, plan);
                }
            }
        }
    }

    private static Plan? ReadPlan(RunFolder folder)
    {
        try
        {
            return folder.ReadPlan();
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            // Not a run folder, or one that is just being deleted.
            return null;
        }
    }

    private static List<string> TakeFrom(RunFolder source, Plan sourcePlan, RunFolder target, List<Phase> missing)
    {
        var taken = new List<string>();
        foreach (var phase in missing.ToList())
        {
            var same = sourcePlan.Phases.FirstOrDefault(other => other.Hash == phase.Hash);
            if (same is not null && (source != target || same.Name != phase.Name) && TryTake(source, same, target, phase))
            {
                taken.Add(phase.Name);
                missing.Remove(phase);
            }
        }

        if (taken.Count > 0 && source != target)
        {
            // What their models answered is to stand in the recordings of this run too.
            foreach (var file in source.Store.List(ModelContext.RecordingsRoot).Where(file => target.Store.Find(file.Path) is null).ToList())
            {
                TryTake(source, file.Path, target);
            }
        }

        return taken;
    }

    private static bool TryTake(RunFolder source, Phase same, RunFolder target, Phase phase)
    {
        try
        {
            var markers = source.ReadMarkers([same])[same.Name];
            if (markers.Count < phase.Tasks.Count)
            {
                return false;
            }

            foreach (var marker in markers.Values)
            {
                var outputs = marker.Outputs.Select(output => output with { Path = Renamed(output.Path, same, phase) }).ToList();
                foreach (var (from, to) in marker.Outputs.Zip(outputs))
                {
                    if (source != target || from.Path != to.Path)
                    {
                        target.Store.Take(source.Store, from.Path, to.Path);
                    }
                }

                target.Write(RunFolder.MarkerPath(phase, marker.Task), JsonText.Write(marker with { Outputs = outputs }));
            }

            return true;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            // Deleted while it was being read: the phase is computed instead.
            return false;
        }
    }

    private static string Renamed(string path, Phase from, Phase to) =>
        path.StartsWith(from.Folder + "/", StringComparison.Ordinal) ? to.Folder + path[from.Folder.Length..] : path;
}
