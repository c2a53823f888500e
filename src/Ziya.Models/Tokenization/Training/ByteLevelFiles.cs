using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ziya.Models.Tokenization.Training;

/// <summary>A trained byte-level vocabulary and the files it is written as.</summary>
public sealed class ByteLevelFiles
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly TrainingOptions _options;

    internal ByteLevelFiles(IReadOnlyList<string> tokens, IReadOnlyList<(string Left, string Right)> merges, TrainingOptions options) =>
        (Tokens, Merges, _options) = (tokens, merges, options);

    /// <summary>Tokens by id, as the files write them.</summary>
    public IReadOnlyList<string> Tokens { get; }

    /// <summary>Merges, first to last.</summary>
    public IReadOnlyList<(string Left, string Right)> Merges { get; }

    /// <summary>A <c>vocab.json</c>.</summary>
    public string Vocabulary() => VocabularyObject().ToJsonString(Readable);

    /// <summary>A <c>merges.txt</c>.</summary>
    public string MergeLines() => "#version: 0.2\n" + string.Concat(Merges.Select(merge => $"{merge.Left} {merge.Right}\n"));

    /// <summary>A <c>tokenizer.json</c>.</summary>
    public string Tokenizer()
    {
        var words = new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = _options.Splitting.AddPrefixSpace, ["trim_offsets"] = true, ["use_regex"] = _options.Splitting.Words == WordPattern.Gpt2 };
        var splitter = _options.Splitting.Digits == DigitSplit.None ? words.DeepClone() : new JsonObject
        {
            ["type"] = "Sequence",
            ["pretokenizers"] = new JsonArray(new JsonObject { ["type"] = "Digits", ["individual_digits"] = _options.Splitting.Digits == DigitSplit.Each }, words.DeepClone()),
        };
        return new JsonObject
        {
            ["version"] = "1.0",
            ["truncation"] = null,
            ["padding"] = null,
            ["added_tokens"] = new JsonArray([.. _options.Special.Select(AddedToken)]),
            ["normalizer"] = null,
            ["pre_tokenizer"] = splitter,
            ["post_processor"] = words.DeepClone(),
            ["decoder"] = words.DeepClone(),
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["dropout"] = null,
                ["unk_token"] = null,
                ["continuing_subword_prefix"] = null,
                ["end_of_word_suffix"] = null,
                ["fuse_unk"] = false,
                ["vocab"] = VocabularyObject(),
                ["merges"] = new JsonArray([.. Merges.Select(merge => (JsonNode)$"{merge.Left} {merge.Right}")]),
            },
        }.ToJsonString(Readable);
    }

    /// <summary>Writes all three into a folder.</summary>
    public void Save(string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "vocab.json"), Vocabulary());
        File.WriteAllText(Path.Combine(folder, "merges.txt"), MergeLines());
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), Tokenizer());
    }

    private static JsonNode AddedToken(string content, int id) => new JsonObject
    {
        ["id"] = id,
        ["content"] = content,
        ["single_word"] = false,
        ["lstrip"] = false,
        ["rstrip"] = false,
        ["normalized"] = false,
        ["special"] = true,
    };

    private JsonObject VocabularyObject() => new(Tokens.Select((token, id) => KeyValuePair.Create<string, JsonNode?>(token, id)));
}
