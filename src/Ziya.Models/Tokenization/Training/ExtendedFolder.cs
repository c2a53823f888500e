using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ziya.Models.Tokenization.Training;

/// <summary>A tokenizer's folder with an extended vocabulary: tokens that were added behind the old pieces move behind the new ones, in every file that says their ids.</summary>
public static class ExtendedFolder
{
    private static readonly string[] Settings = ["tokenizer_config.json", "special_tokens_map.json"];

    private const string Model = "tokenizer.model";
    private const string Added = "added_tokens.json";
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The file of pieces of a folder, or the file itself.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public static string ModelOf(string path)
    {
        var file = Directory.Exists(path) ? Path.Combine(path, Model) : path;
        return File.Exists(file) ? file
            : throw new InvalidDataException($"{file} does not exist. Only vocabularies of SentencePiece, a {Model}, can be extended.");
    }

    /// <summary>How many tokens a folder adds to its pieces, with those that are to be added.</summary>
    public static int AddedIn(string path, IReadOnlyList<string> more) => TokensIn(path).Select(token => token.Key).Union(more).Count();

    /// <summary>Writes the folder.</summary>
    /// <param name="from">The folder, or file of pieces, that was extended.</param>
    /// <param name="model">The extended pieces.</param>
    /// <param name="more">Names of tokens to add behind them.</param>
    /// <param name="to">The folder to make.</param>
    public static void Write(string from, byte[] model, IReadOnlyList<string> more, string to)
    {
        ArgumentNullException.ThrowIfNull(more);
        Directory.CreateDirectory(to);
        var (before, after) = (VocabularyExtension.Size(File.ReadAllBytes(ModelOf(from))), VocabularyExtension.Size(model));
        File.WriteAllBytes(Path.Combine(to, Model), model);

        // In the order of their ids; names that are new follow.
        var names = TokensIn(from).OrderBy(token => token.Value).Select(token => token.Key).Union(more).ToList();
        if (names.Count > 0)
        {
            Write(to, Added, new JsonObject(names.Select((name, i) => KeyValuePair.Create(name, (JsonNode?)(after + i)))));
        }

        foreach (var file in Settings.Where(file => Directory.Exists(from) && File.Exists(Path.Combine(from, file))))
        {
            var json = JsonNode.Parse(File.ReadAllText(Path.Combine(from, file)))!.AsObject();
            if (json["added_tokens_decoder"] is JsonObject decoder)
            {
                json["added_tokens_decoder"] = new JsonObject(decoder.Select(token => KeyValuePair.Create(Moved(token, before, names, after), token.Value?.DeepClone())));
            }

            Write(to, file, json);
        }
    }

    private static string Moved(KeyValuePair<string, JsonNode?> token, int before, List<string> names, int after)
    {
        var id = int.Parse(token.Key, CultureInfo.InvariantCulture);
        return id < before ? token.Key : (after + names.IndexOf((string)token.Value!["content"]!)).ToString(CultureInfo.InvariantCulture);
    }

    private static Dictionary<string, int> TokensIn(string path)
    {
        var tokens = new Dictionary<string, int>(StringComparer.Ordinal);
        if (!Directory.Exists(path))
        {
            return tokens;
        }

        var pieces = VocabularyExtension.Size(File.ReadAllBytes(ModelOf(path)));
        foreach (var (name, id) in Read(path, Added) ?? [])
        {
            tokens[name] = (int)id!;
        }

        foreach (var (id, token) in Read(path, "tokenizer_config.json")?["added_tokens_decoder"] as JsonObject ?? [])
        {
            tokens[(string)token!["content"]!] = int.Parse(id, CultureInfo.InvariantCulture);
        }

        // Those among the pieces keep their places.
        return tokens.Where(token => token.Value >= pieces).ToDictionary();
    }

    private static JsonObject? Read(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        try
        {
            return File.Exists(path) ? JsonNode.Parse(File.ReadAllText(path))!.AsObject() : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"{path} is not valid JSON: {exception.Message}", exception);
        }
    }

    private static void Write(string folder, string name, JsonObject json) =>
        File.WriteAllText(Path.Combine(folder, name), json.ToJsonString(Readable) + "\n", new UTF8Encoding(false));
}
