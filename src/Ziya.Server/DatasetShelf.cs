using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Steps;
using Ziya.Pipeline.Storage;
using Ziya.Pipeline.Writing;

namespace Ziya.Server;

/// <summary>A dataset that a job wrote.</summary>
/// <param name="Root">Its folder.</param>
/// <param name="Manifest">What it consists of.</param>
internal sealed record DatasetEntry(string Root, Manifest Manifest);

/// <summary>
/// The datasets of the jobs in the jobs folder and of the runs. A folder is a dataset only if one of them writes it, and a file belongs to it only if its manifest names it: nothing that
/// a request says becomes a path.
/// </summary>
internal sealed class DatasetShelf(JobShelf jobs, RunShelf runs, StepCatalog catalog)
{
    /// <summary>The datasets that are written, by folder.</summary>
    public IReadOnlyList<DatasetEntry> All() => [.. Roots().Select(Read).OfType<DatasetEntry>()];

    /// <summary>The dataset of a folder; null where no job writes there.</summary>
    public DatasetEntry? Find(string root) => Roots().Contains(root) ? Read(root) : null;

    /// <summary>The file of a dataset; null where its manifest does not name it.</summary>
    public static ManifestFile? FileOf(DatasetEntry dataset, string path) =>
        dataset.Manifest.Files.FirstOrDefault(file => file.Path == path && !Path.IsPathRooted(path) && !path.Split('/', '\\').Contains(".."));

    private SortedSet<string> Roots()
    {
        var roots = new SortedSet<string>(StringComparer.Ordinal);
        roots.UnionWith(jobs.All().Select(entry => entry.Job).OfType<Job>().Select(RootOf));
        foreach (var run in runs.All())
        {
            try
            {
                if (runs.Folder(run.Name) is { } folder)
                {
                    roots.Add(RootOf(folder.ReadJob(catalog)));
                }
            }
            catch (Exception exception) when (exception is IOException or JobFaultException or UnauthorizedAccessException)
            {
                // A run of another version of the program: what it wrote may be some other job's as well.
            }
        }

        return roots;
    }

    private static string RootOf(Job job) => FolderPattern.Root(job.Output.Write).TrimEnd('/');

    private static DatasetEntry? Read(string root)
    {
        try
        {
            var folder = new RunFolder(Stores.At(root));
            return folder.Store.Find(Manifest.Path) is null ? null : new DatasetEntry(root, folder.Read<Manifest>(Manifest.Path));
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
