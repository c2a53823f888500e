using System.Collections.Concurrent;
using Cronos;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Steps;

namespace Ziya.Server;

/// <summary>A job file.</summary>
/// <param name="File">Its name in the jobs folder.</param>
/// <param name="Path">Where it lies.</param>
/// <param name="Text">What it says.</param>
/// <param name="Job">The job; null where the file is wrong.</param>
/// <param name="Fault">What is wrong with it.</param>
internal sealed record JobEntry(string File, string Path, string Text, Job? Job, string? Fault)
{
    /// <summary>When it begins next, in its own time zone.</summary>
    public IReadOnlyList<DateTimeOffset> Next(DateTimeOffset from, int count)
    {
        var next = new List<DateTimeOffset>();
        if (Job is { Schedule: { } schedule })
        {
            var cron = CronExpression.Parse(schedule);
            var zone = TimeZoneInfo.FindSystemTimeZoneById(Job.TimeZone);
            for (var at = cron.GetNextOccurrence(from, zone); at is { } found && next.Count < count; at = cron.GetNextOccurrence(found, zone))
            {
                next.Add(found);
            }
        }

        return next;
    }
}

/// <summary>The jobs folder: what is in it can be started, and nothing else.</summary>
internal sealed class JobShelf(string folder, StepCatalog catalog)
{
    private readonly ConcurrentDictionary<string, (DateTime Written, long Bytes, JobEntry Entry)> _read = new();

    /// <summary>All job files, by name.</summary>
    public IReadOnlyList<JobEntry> All() => !Directory.Exists(folder) ? []
        : [.. Directory.EnumerateFiles(folder, "*.yaml").Order(StringComparer.Ordinal).Select(Read)];

    /// <summary>The job file of a name; null where the folder has none. The name is looked up, never made a path.</summary>
    public JobEntry? Find(string file) => Directory.Exists(folder) && Directory.EnumerateFiles(folder, "*.yaml").FirstOrDefault(path => Path.GetFileName(path) == file) is { } path ? Read(path) : null;

    /// <summary>A file is read again when it has changed: pages ask for all of them again and again.</summary>
    private JobEntry Read(string path)
    {
        var file = new FileInfo(path);
        if (!_read.TryGetValue(path, out var kept) || !file.Exists || kept.Written != file.LastWriteTimeUtc || kept.Bytes != file.Length)
        {
            kept = (file.Exists ? file.LastWriteTimeUtc : default, file.Exists ? file.Length : 0, Parse(path));
            _read[path] = kept;
        }

        return kept.Entry;
    }

    private JobEntry Parse(string path)
    {
        var text = "";
        try
        {
            text = File.ReadAllText(path);
            return new JobEntry(Path.GetFileName(path), path, text, JobFile.Parse(text, path, [], catalog, false), null);
        }
        catch (Exception exception) when (exception is JobFaultException or IOException or UnauthorizedAccessException)
        {
            return new JobEntry(Path.GetFileName(path), path, text, null, exception.Message);
        }
    }
}
