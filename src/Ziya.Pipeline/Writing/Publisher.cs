using System.Text;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Storage;

namespace Ziya.Pipeline.Writing;

/// <summary>
/// Brings the outputs of a finished run to <c>output.write</c>: files no longer in the dataset go first, then the new ones come,
/// then the card, then the manifest. Killed half way it is simply done again: the manifest that is there still tells what to remove.
/// </summary>
internal static class Publisher
{
    /// <summary>Publishes the outputs of a run, whose markers are given.</summary>
    public static void Publish(Run run, IReadOnlyDictionary<string, IReadOnlyDictionary<int, Marker>> markers)
    {
        var root = FolderPattern.Root(run.Job.Output.Write);
        var target = run.IsShared ? Stores.Shared(root) : Stores.At(root);
        var last = run.Plan.Phases[^1];
        var staging = DatasetWriter.Staging(last);
        var staged = markers[last.Name].Values
            .SelectMany(marker => marker.Outputs)
            .Where(output => output.Path.StartsWith(staging, StringComparison.Ordinal))
            .OrderBy(output => output.Path, StringComparer.Ordinal)
            .ToList();
        var files = staged.ConvertAll(output => new ManifestFile(output.Path[staging.Length..], output.Rows, output.Bytes, output.Sha256) { Tokens = output.Tokens });
        var manifest = new Manifest(
            run.Job.Name, run.Plan.JobHash, Run.IdOf(run.Plan), run.Job.Seed, files.Sum(file => file.Rows), files.Sum(file => file.Bytes), files)
        {
            TokenFiles = run.Job.Output.OpenFormat() is TokenFormat format ? format.Info with { LossMask = files.Exists(file => file.Path.EndsWith(TokenFiles.Mask + ".bin", StringComparison.Ordinal)) } : null,
            Groups = [.. Report.StatsOf(markers, run.Plan).Written.Groups.Values],
        };
        run.ThrowIfClaimLost();
        RemoveStale(target, manifest);
        foreach (var (output, file) in staged.Zip(files))
        {
            // Who slept meanwhile must not write over what a later run has brought here.
            run.ThrowIfClaimLost();
            target.Take(run.Folder.Store, output.Path, file.Path);
        }

        run.ThrowIfClaimLost();
        WriteCard(run, target, manifest, markers);
        target.Write(Manifest.Path, JsonText.Write(manifest));
    }

    private static void RemoveStale(IStore target, Manifest manifest)
    {
        var kept = manifest.Files.Select(file => file.Path).ToHashSet();
        foreach (var stale in Dataset.ReadManifest(target)?.Files.Where(file => !kept.Contains(file.Path)) ?? [])
        {
            if (IsBelow(stale.Path))
            {
                target.Delete(stale.Path);
            }
        }
    }

    /// <summary>A manifest that was tampered with must not make us delete anything outside its folder.</summary>
    private static bool IsBelow(string path) =>
        !Path.IsPathRooted(path) && !path.Split('/', '\\').Contains("..") && (path.Contains(".jsonl", StringComparison.Ordinal) || Path.GetExtension(path) is ".bin" or ".idx");

    private static void WriteCard(
        Run run, IStore target, Manifest manifest, IReadOnlyDictionary<string, IReadOnlyDictionary<int, Marker>> markers)
    {
        const string Card = "README.md";
        if (target.Find(Card) is not null && !ReadText(target, Card).Contains(DatasetCard.Signature, StringComparison.Ordinal))
        {
            // Somebody else's README: theirs stays.
            return;
        }

        var counts = Report.CountOf(markers, run.Plan);
        var stats = Report.StatsOf(markers, run.Plan);
        var models = ModelReport.Of(run.Plan, run.Plan.Phases.SelectMany(phase => markers[phase.Name].Values), stats);
        target.Write(Card, Encoding.UTF8.GetBytes(DatasetCard.Write(run.Job, manifest, counts, Report.MakeFunnel(run.Plan, counts), stats, models)));
    }

    private static string ReadText(IStore store, string path)
    {
        using var reader = new StreamReader(store.OpenRead(path));
        return reader.ReadToEnd();
    }
}
