using System.Text.Json;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Storage;

namespace Ziya.Pipeline.Runs;

/// <summary>Which lines of a log are wanted.</summary>
/// <param name="Level">Those that matter as much at least.</param>
/// <param name="Phase">Those of a phase; null for all.</param>
/// <param name="Task">Those of a task; null for all.</param>
public sealed record LogFilter(LogWeight Level = LogWeight.Information, string? Phase = null, int? Task = null)
{
    internal bool Takes(LogLine line) => line.Level >= Level && (Phase is null || line.Phase == Phase) && (Task is null || line.Task == Task);
}

/// <summary>Reads the log of a run from its end: files that do not grow any more are read once.</summary>
public sealed class LogReader(RunFolder folder)
{
    // Files of a log are 64 kB; the last ones of many workers, and some before.
    private const int MostKept = 256;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (string Version, IReadOnlyList<LogLine> Lines)> _files = [];

    /// <summary>The last lines that are wanted, the latest last, and whether there may be earlier ones.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="most">How many.</param>
    public (IReadOnlyList<LogLine> Lines, bool IsCut) Last(LogFilter filter, int most)
    {
        ArgumentNullException.ThrowIfNull(filter);
        lock (_lock)
        {
            // Of each process the files in reverse: the last ones of all first, then those before, as long as lines are wanted.
            var sessions = folder.Store.List(RunLog.Root).GroupBy(file => file.Path[..file.Path.LastIndexOf('.', file.Path.LastIndexOf('.') - 1)])
                .Select(files => new Stack<StoredFile>(files)).ToList();
            Forget();
            var found = new List<LogLine>();
            for (var read = 0; sessions.Count > 0 && read < MostKept; read += sessions.Count)
            {
                found = [.. sessions.SelectMany(files => Read(files.Pop())).Where(filter.Takes).Concat(found).OrderBy(line => line.At, StringComparer.Ordinal)];
                sessions.RemoveAll(files => files.Count == 0);
                if (found.Count >= most)
                {
                    found.RemoveRange(0, found.Count - most);
                    sessions.RemoveAll(files => string.CompareOrdinal(Last(files.Peek()), found[0].At) < 0);
                }
            }

            return (found, found.Count >= most || sessions.Count > 0);
        }
    }

    private string Last(StoredFile file) => Read(file) is { Count: > 0 } lines ? lines[^1].At : "";

    private IReadOnlyList<LogLine> Read(StoredFile file)
    {
        if (_files.TryGetValue(file.Path, out var kept) && kept.Version == file.Version)
        {
            return kept.Lines;
        }

        var lines = new List<LogLine>();
        try
        {
            using var reader = new StreamReader(folder.Store.OpenRead(file.Path));
            while (reader.ReadLine() is { } text)
            {
                lines.Add(JsonSerializer.Deserialize<LogLine>(text, JsonText.Options)!);
            }
        }
        catch (Exception exception) when (exception is IOException or JsonException)
        {
            // Deleted meanwhile, or not of this program.
        }

        _files[file.Path] = (file.Version, lines);
        return lines;
    }

    private void Forget()
    {
        if (_files.Count > MostKept)
        {
            _files.Clear();
        }
    }
}
