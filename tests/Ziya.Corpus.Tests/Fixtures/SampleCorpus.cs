using System.Text.Json;
using System.Text.Json.Nodes;
using Ziya.Corpus.Cleaning;
using Ziya.Pipeline.Records;

namespace Ziya.Corpus.Tests.Fixtures;

/// <summary>The documents of samples/corpus and what is planted in them.</summary>
internal static class SampleCorpus
{
    /// <summary>The folder samples/corpus.</summary>
    public static string Folder { get; } = Find();
    private static readonly string[] Faults = ["boilerplate", "spam", "repetitive", "too_short", "symbol_soup", "mojibake", "characters"];

    /// <summary>The folder samples/.</summary>
    public static string Root => Path.GetDirectoryName(Folder)!;

    /// <summary>The truth: planted.json.</summary>
    public static JsonObject Planted { get; } = (JsonObject)JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, "planted.json")))!;

    /// <summary>The readable documents by id; of two with one id, the first.</summary>
    public static IReadOnlyDictionary<string, Document> Documents { get; } = Read();

    /// <summary>The entries of one kind of planted fault.</summary>
    public static IEnumerable<JsonObject> Entries(string kind) => Planted[kind]!.AsArray().Select(entry => entry!.AsObject());

    /// <summary>The ids of one kind of planted fault.</summary>
    public static IEnumerable<string> Ids(string kind) => Entries(kind).Select(entry => (string)entry["id"]!);

    /// <summary>The groups of one kind of planted duplicates: their language and ids.</summary>
    public static IReadOnlyList<(string Language, string[] Ids)> Groups(string kind) =>
        [.. Entries(kind).Select(group => ((string)group["language"]!, group["ids"]!.AsArray().Select(id => (string)id!).ToArray()))];

    /// <summary>The documents without a planted fault of the text itself.</summary>
    public static IEnumerable<Document> Good()
    {
        var faulty = Faults.SelectMany(Ids).ToHashSet();
        return Documents.Values.Where(document => !faulty.Contains(document.Id));
    }

    /// <summary>The Chinese and English ones of those, cleaned: what a filter should keep.</summary>
    public static IEnumerable<Document> GoodProse()
    {
        var clean = new Clean(new CleanOptions());
        return from document in Good()
               where document.Id.StartsWith("zh-", StringComparison.Ordinal) || document.Id.StartsWith("hant-", StringComparison.Ordinal)
                   || (document.Id.StartsWith("en-", StringComparison.Ordinal) && document.Id != "en-bad-utf8")
               select (Document)clean.Apply(document).Record!;
    }

    private static Dictionary<string, Document> Read()
    {
        var documents = new Dictionary<string, Document>();
        foreach (var file in Directory.GetFiles(Folder, "*.jsonl").Order(StringComparer.Ordinal))
        {
            foreach (var line in File.ReadLines(file))
            {
                try
                {
                    using var json = JsonDocument.Parse(line);
                    var (id, text) = (json.RootElement.GetProperty("id").GetString()!, json.RootElement.GetProperty("content").GetString()!);
                    documents.TryAdd(id, new Document { Id = id, Text = text });
                }
                catch (Exception planted) when (planted is JsonException or KeyNotFoundException or InvalidOperationException)
                {
                    // One of the lines that are no record.
                }
            }
        }

        return documents;
    }

    private static string Find()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Ziya.Pipeline.sln")))
            {
                return Path.Combine(at.FullName, "samples", "corpus");
            }
        }

        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds Ziya.Pipeline.sln.");
    }
}
