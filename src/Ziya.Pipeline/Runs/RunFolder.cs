using System.Text.Json;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Plans;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;
using Ziya.Pipeline.Storage;

namespace Ziya.Pipeline.Runs;

/// <summary>
/// The folder of a run, which is the truth about it: what has a marker is done, everything else is not. Knows the names of the
/// files in it and nothing of how they are made.
/// </summary>
public sealed class RunFolder(IStore store)
{
    internal const string JobPath = "job.yaml";
    internal const string PlanPath = "plan.json";
    internal const string ReportPath = "report.json";
    internal const string ReportPage = "report.html";

    /// <summary>Whether a path is one the pipeline writes; anything else in the folder is somebody else's.</summary>
    internal static bool IsOurs(string path) => path is ReportPath or ReportPage
        || path.StartsWith("phases/", StringComparison.Ordinal)
        || path.StartsWith("dropped/", StringComparison.Ordinal)
        || path.StartsWith("quarantine/", StringComparison.Ordinal)
        || path.StartsWith("scratch/", StringComparison.Ordinal);

    /// <summary>A run folder: a folder, or <c>azblob://container/prefix</c>.</summary>
    public static RunFolder At(string folder) => new(Stores.At(folder));

    /// <summary>Where it lies.</summary>
    public string Root => store.Root;

    internal IStore Store => store;

    /// <summary>The plan, or null where there is none.</summary>
    public Plan? ReadPlan() => store.Find(PlanPath) is null ? null : Read<Plan>(PlanPath);

    /// <summary>The job as it was resolved.</summary>
    public Job ReadJob(StepCatalog catalog) =>
        JobFile.Parse(System.Text.Encoding.UTF8.GetString(Bytes(JobPath)), $"{Root}/{JobPath}", [], catalog, false);

    /// <summary>The markers that count for these phases, by phase name; their outputs are all there, in full length.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<int, Marker>> ReadMarkers(IReadOnlyList<Phase> phases)
    {
        var files = store.List("").ToDictionary(file => file.Path, file => file.Bytes);
        var result = new Dictionary<string, IReadOnlyDictionary<int, Marker>>();
        foreach (var phase in phases)
        {
            result[phase.Name] = ReadAhead.Select(phase.Tasks.Select(task => MarkerPath(phase, task.Number)).Where(files.ContainsKey), store.ReadsAhead, ReadMarker).OfType<Marker>()
                .Where(marker => marker.Hash == phase.Hash && marker.Outputs.All(output => files.GetValueOrDefault(output.Path, -1) == output.Bytes))
                .ToDictionary(marker => marker.Task);
        }

        return result;
    }

    /// <summary>The tasks of a phase that have a marker, whatever it says.</summary>
    internal IReadOnlySet<int> Marked(Phase phase) => Ended(phase).Marked;

    /// <summary>The tasks of a phase that have a marker, and those without one that have left a failure; by the names of files.</summary>
    internal (IReadOnlySet<int> Marked, IReadOnlySet<int> Failed) Ended(Phase phase)
    {
        var (marked, failed) = (new HashSet<int>(), new HashSet<int>());
        foreach (var name in store.Names(phase.Folder))
        {
            if (Marker.TaskOf(name) is { } task)
            {
                marked.Add(task);
            }
            else if (Marker.TaskOf(name, TaskFailure.Ending) is { } other)
            {
                failed.Add(other);
            }
        }

        failed.ExceptWith(marked);
        return (marked, failed);
    }

    /// <summary>What a task left that failed; null where there is nothing, or nothing that can be read.</summary>
    internal TaskFailure? ReadFailure(Phase phase, int task)
    {
        try
        {
            return Read<TaskFailure>(FailurePath(phase, task));
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>Notes that a task failed, once more perhaps.</summary>
    internal void Fail(Phase phase, int task, TaskFailure failure) =>
        Write(FailurePath(phase, task), JsonText.Write(failure with { Tries = failure.Tries + (ReadFailure(phase, task)?.Tries ?? 0) }));

    internal static string FailurePath(Phase phase, int task) => $"{phase.Folder}/{Marker.Part(task)}{TaskFailure.Ending}";

    /// <summary>What a task left behind; null where it is not done.</summary>
    internal Marker? ReadMarker(Phase phase, int task) => store.Find(MarkerPath(phase, task)) is null ? null : ReadMarker(MarkerPath(phase, task));

    /// <summary>A marker that cannot be read marks nothing: its task is done again.</summary>
    internal Marker? ReadMarker(string path)
    {
        try
        {
            return Read<Marker>(path);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>What a file of the folder says. Throws <see cref="InvalidDataException"/> that names it where it is damaged.</summary>
    internal T Read<T>(string path)
    {
        try
        {
            return JsonText.Read<T>(Bytes(path));
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{Root}/{path} is damaged: {exception.Message} Delete it, then run the job again.", exception);
        }
    }

    internal static string MarkerPath(Phase phase, int task) => $"{phase.Folder}/{Marker.Part(task)}{Marker.Ending}";

    internal byte[] Bytes(string path) => store.Read(path);

    internal void Write(string path, ReadOnlySpan<byte> content) => store.Write(path, content);
}
