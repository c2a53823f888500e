using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Steps;
using Ziya.Pipeline.Storage;

namespace Ziya.Pipeline.Reading;

/// <summary>Finds the input files of a job and cuts them into shards.</summary>
internal static class InputListing
{
    private const long SmallestSplit = 4L << 20;
    private const long LargestSplit = 256L << 20;
    private const int WantedShards = 256;

    // Every task of a reduce asks each shard for its part, so that what is asked grows with the square of the input: 10 TB in 256 MB would be 500 million requests.
    private const int MostShards = 10_000;

    /// <summary>What is wrong with one entry of <c>input.read</c>.</summary>
    public static IEnumerable<string> Faults(InputOptions input, string pattern, StepCatalog catalog)
    {
        if (Stores.Fault(Glob.Folder(pattern)) is { } elsewhere)
        {
            return [elsewhere];
        }

        List<(StoredFile File, string Name)> files;
        try
        {
            files = Find(pattern).ToList();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [$"{pattern} cannot be listed: {exception.Message}"];
        }

        if (files.Count == 0)
        {
            return [Missing(pattern)];
        }

        if (files.Select(file => file.File.Path).FirstOrDefault(LeadsNowhere) is { } link)
        {
            return [$"{link} is a symbolic link that leads nowhere. Delete it, or name the files without it."];
        }

        if (files.Find(file => !Stores.IsBlob(file.File.Path) && !File.Exists(file.File.Path)) is { File: not null } gone)
        {
            return [$"{gone.File.Path} cannot be opened: it is gone, or its name is not valid UTF-8. Rename it."];
        }

        if (files.Find(file => IsPipe(file.File)) is { File: not null } pipe)
        {
            return [$"{pipe.File.Path} is a pipe, which can be read once only, and from its start. Write it to a file first."];
        }

        var formats = files.Select(file => (file.File.Path, Format: catalog.FormatOf(input.Format, file.File.Path))).ToList();
        return formats.Where(file => file.Format is null).Take(3)
            .Select(file => $"the name {file.Path} does not tell its format. Set input.format: {string.Join(", ", catalog.Formats.Keys)}.")
            .Concat(formats.Where(file => file.Format?.Missing is not null).Take(1).Select(file => $"{file.Path}: {file.Format!.Missing}"));
    }

    /// <summary>The shards of a job's input, in the order of file names. Depends on the files alone.</summary>
    public static IReadOnlyList<Shard> Shards(Job job, StepCatalog catalog)
    {
        var files = job.Input.Read.SelectMany(Find).DistinctBy(file => Stores.IsBlob(file.File.Path) ? file.File.Path : Path.GetFullPath(file.File.Path)).ToList();
        var total = files.Sum(file => file.File.Bytes);
        var split = job.Limits.SplitMb * (1L << 20) ?? SplitOf(total);
        var shards = new List<Shard>();
        var open = new List<Slice>();
        long openBytes = 0;
        foreach (var slice in files.SelectMany(file => Cut(job, file.File, file.Name, split, catalog)))
        {
            var bytes = slice.End - slice.Start;
            if (open.Count > 0 && openBytes + bytes > split)
            {
                shards.Add(new Shard(shards.Count, [.. open]));
                open.Clear();
                openBytes = 0;
            }

            open.Add(slice);
            openBytes += bytes;
        }

        if (open.Count > 0)
        {
            shards.Add(new Shard(shards.Count, [.. open]));
        }

        return shards;
    }

    /// <summary>Bytes of a shard, by those of the whole input.</summary>
    internal static long SplitOf(long total) => Math.Max(Math.Clamp(total / WantedShards, SmallestSplit, LargestSplit), total / MostShards);

    private static IEnumerable<Slice> Cut(Job job, StoredFile file, string name, long split, StepCatalog catalog)
    {
        var format = catalog.FormatOf(job.Input.Format, file.Path)
            ?? throw new InvalidOperationException($"{file.Path}: no format. Set input.format.");
        var formatName = catalog.Formats.First(pair => pair.Value == format).Key;
        Slice Of(long start, long end) => new(file.Path, name, formatName, start, end, file.Bytes, file.Version);

        if (file.Bytes <= split || !InputOpener.CanSplit(file.Path, format, job.Input.Encoding))
        {
            yield return Of(0, file.Bytes);
            yield break;
        }

        var pieces = (file.Bytes + split - 1) / split;
        for (long i = 0; i < pieces; i++)
        {
            yield return Of(file.Bytes * i / pieces, file.Bytes * (i + 1) / pieces);
        }
    }

    private static IEnumerable<(StoredFile File, string Name)> Find(string pattern)
    {
        var path = FileStore.Slashes(pattern);
        var folder = Glob.Folder(path);
        var store = Stores.At(folder);
        var rest = path[folder.Length..];
        if (!Glob.IsPattern(path))
        {
            return store.Find(rest) is { } one ? [(one with { Path = path }, rest)] : [];
        }

        return store.List("").Where(file => Glob.IsMatch(rest, file.Path)).Select(file => (file with { Path = folder + file.Path }, file.Path));
    }

    private static bool LeadsNowhere(string path)
    {
        try
        {
            return !Stores.IsBlob(path) && File.ResolveLinkTarget(path, true) is { Exists: false };
        }
        catch (IOException exception)
        {
            // A link to itself.
            return exception is not FileNotFoundException;
        }
    }

    /// <summary>Opened for writing too, a pipe does not wait for a writer.</summary>
    private static bool IsPipe(StoredFile file)
    {
        try
        {
            using var stream = file.Bytes > 0 || Stores.IsBlob(file.Path) ? null : new FileStream(file.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, 0);
            return stream is { CanSeek: false };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string Missing(string pattern)
    {
        var folder = Glob.Folder(FileStore.Slashes(pattern));
        if (Stores.IsBlob(pattern))
        {
            return $"no blob matches {pattern}.";
        }

        if (folder.Length > 0 && !Directory.Exists(folder))
        {
            return $"no file matches {pattern}: there is no folder {folder} below {Directory.GetCurrentDirectory()}. Paths are relative to where the command runs.";
        }

        return Directory.Exists(pattern)
            ? $"{pattern} is a folder. Name its files: {pattern.TrimEnd('/')}/*.jsonl"
            : $"no file matches {pattern}.";
    }
}

/// <summary>What one task of the first pass reads: slices whose records get ordinals in this order.</summary>
/// <param name="Number">Its number, from 0.</param>
/// <param name="Slices">The slices.</param>
public sealed record Shard(int Number, IReadOnlyList<Slice> Slices)
{
    /// <summary>Bytes of input.</summary>
    public long Bytes => Slices.Sum(slice => slice.End - slice.Start);
}
