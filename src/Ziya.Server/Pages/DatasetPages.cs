using System.Globalization;
using Microsoft.AspNetCore.Http;
using Ziya.Pipeline.Storage;
using Ziya.Pipeline.Writing;

namespace Ziya.Server;

/// <summary>The pages of datasets.</summary>
internal static class DatasetPages
{
    /// <summary>All datasets.</summary>
    public static IResult All(HttpContext context, DatasetShelf datasets)
    {
        var all = datasets.All();
        return Layout.Page(context, "Datasets", $"""
            <h1>Datasets</h1><p class="sub">What the jobs wrote.</p>
            {(all.Count == 0 ? (Markup)$"""<p class="note">None is written yet.</p>""" : Markup.None)}
            <table><thead><tr><th>folder</th><th>run</th><th class="n">rows</th><th class="n">tokens</th><th class="n">bytes</th><th class="n">files</th></tr></thead><tbody>
            {Markup.Each(all, one => $"""<tr><th><a href="/datasets/view?at={Uri.EscapeDataString(one.Root)}">{one.Root}</a></th><td><a href="/runs/{one.Manifest.Run}">{one.Manifest.Run}</a></td><td class="n">{one.Manifest.Rows}</td><td class="n">{one.Manifest.Tokens?.ToString("N0", CultureInfo.InvariantCulture)}</td><td class="n">{Layout.Bytes(one.Manifest.Bytes)}</td><td class="n">{one.Manifest.Files.Count}</td></tr>""")}
            </tbody></table>
            """);
    }

    /// <summary>One dataset, or the records of one of its files.</summary>
    public static IResult One(HttpContext context, DatasetShelf datasets, string at, string? file, long from, string? text)
    {
        if (datasets.Find(at) is not { } dataset)
        {
            return Layout.Missing(context, $"No job writes a dataset to '{at}', or it is not written yet.");
        }

        if (file is null)
        {
            return Layout.Page(context, at, $"""
                <h1>{at}</h1><p class="sub">{dataset.Manifest.Rows} rows, {Layout.Bytes(dataset.Manifest.Bytes)}, seed {dataset.Manifest.Seed.ToString(CultureInfo.InvariantCulture)}, by the job {dataset.Manifest.Job}, run <a href="/runs/{dataset.Manifest.Run}">{dataset.Manifest.Run}</a></p>
                <table><thead><tr><th>file</th><th class="n">rows</th><th class="n">bytes</th><th>SHA-256</th><th></th></tr></thead><tbody>
                {Markup.Each(dataset.Manifest.Files, one => Row(at, one))}</tbody></table>
                """);
        }

        if (DatasetShelf.FileOf(dataset, file) is not { } found || !IsRows(file))
        {
            return Layout.Missing(context, $"The dataset {at} has no file of records '{file}'.");
        }

        var page = RecordShelf.Read(Stores.At(at), [found.Path], Math.Max(0, from), text);
        return Layout.Page(context, file, $"""
            <h1>{file}</h1><p class="sub"><a href="/datasets/view?at={Uri.EscapeDataString(at)}">{at}</a></p>
            {RecordList.Draw(Address(at, file), page, from, text, dataset.Manifest.Run)}
            """);
    }

    /// <summary>A file as it is.</summary>
    public static IResult Download(HttpContext context, DatasetShelf datasets, string at, string file) =>
        datasets.Find(at) is { } dataset && DatasetShelf.FileOf(dataset, file) is { } found
            ? Results.Stream(Stores.At(at).OpenRead(found.Path), "application/octet-stream", file.Replace('/', '-'))
            : Layout.Missing(context, $"No dataset '{at}' with a file '{file}'.");

    private static Markup Row(string at, ManifestFile file) => $"""
        <tr><th>{(IsRows(file.Path) ? (Markup)$"""<a href="{Address(at, file.Path)}">{file.Path}</a>""" : (Markup)$"{file.Path}")}</th><td class="n">{file.Rows}</td><td class="n">{Layout.Bytes(file.Bytes)}</td><td><code title="{file.Sha256}">{file.Sha256[..Math.Min(12, file.Sha256.Length)]}…</code></td><td><a href="/datasets/download?at={Uri.EscapeDataString(at)}&file={Uri.EscapeDataString(file.Path)}" download>download</a></td></tr>

        """;

    private static string Address(string at, string file) => $"/datasets/view?at={Uri.EscapeDataString(at)}&file={Uri.EscapeDataString(file)}";

    private static bool IsRows(string file) => file.Contains(".jsonl", StringComparison.Ordinal);
}
