using System.Text.Json;
using Ziya.Pipeline.Records;

namespace Ziya.Corpus.Tests.Deduplication;

/// <summary>The documents of <c>samples/corpus/*.jsonl</c> and what <c>planted.json</c> says of them.</summary>
internal static class SampleCorpus
{
    /// <summary>Every line that is a document, in order.</summary>
    public static IReadOnlyList<Record> Documents { get; } =
        [.. Directory.EnumerateFiles(Folder, "*.jsonl").Order(StringComparer.Ordinal).SelectMany(File.ReadLines).Select(Parse).OfType<Record>()];

    private static string Folder
    {
        get
        {
            var at = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(at.FullName, "Ziya.Pipeline.sln")))
            {
                at = at.Parent ?? throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds Ziya.Pipeline.sln.");
            }

            return Path.Combine(at.FullName, "samples", "corpus");
        }
    }

    /// <summary>The groups planted under a name: their language and ids.</summary>
    public static IReadOnlyList<(string Language, string[] Ids)> Planted(string name)
    {
        using var planted = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "planted.json")));
        return
        [
            .. planted.RootElement.GetProperty(name).EnumerateArray().Select(group =>
                (group.GetProperty("language").GetString()!, group.GetProperty("ids").EnumerateArray().Select(id => id.GetString()!).ToArray())),
        ];
    }

    private static Document? Parse(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            return new Document { Id = json.RootElement.GetProperty("id").GetString()!, Text = json.RootElement.GetProperty("content").GetString()! };
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }
}
