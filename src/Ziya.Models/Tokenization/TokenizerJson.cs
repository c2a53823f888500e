using System.Text.Json;

namespace Ziya.Models.Tokenization;

/// <summary>What a Hugging Face <c>tokenizer.json</c> of byte-level byte-pair encoding says. What it says beyond that is refused by name.</summary>
internal sealed record TokenizerJson(ByteLevelVocabulary Vocabulary, WordSplitting Splitting, IReadOnlyList<AddedToken> Added, IReadOnlyList<int> Before, IReadOnlyList<int> After)
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidDataException">The file is broken, or has something that is not supported.</exception>
    public static TokenizerJson Load(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return Parse(document.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"{path} is not a tokenizer that can be used: {exception.Message}", exception);
        }
    }

    /// <summary>The tokens of a vocabulary object.</summary>
    public static List<(string Token, int Id)> Tokens(JsonElement vocabulary) =>
        vocabulary.ValueKind == JsonValueKind.Object
            ? [.. vocabulary.EnumerateObject().Select(property => (property.Name, property.Value.GetInt32()))]
            : throw new NotSupportedException("the vocabulary is not an object of tokens and ids.");

    /// <summary>The two tokens of a merge written with a space between them; null if it is not.</summary>
    public static (string, string)? Merge(string line)
    {
        var cut = line.IndexOf(' ', StringComparison.Ordinal);
        return cut > 0 && cut < line.Length - 1 && line.IndexOf(' ', cut + 1) < 0 ? (line[..cut], line[(cut + 1)..]) : null;
    }

    private static TokenizerJson Parse(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object || !Present(root, "model", out var model))
        {
            throw new NotSupportedException("it has no \"model\".");
        }

        CheckModel(model);
        if (Present(root, "normalizer", out var normalizer))
        {
            throw new NotSupportedException($"its normalizer {Kind(normalizer)} is not supported; byte-level tokenizers have none.");
        }

        var splitting = Splitter(root);
        var added = Present(root, "added_tokens", out var tokens) ? tokens.EnumerateArray().Select(token => AddedToken.Parse(token)).ToList() : [];
        var merges = model.GetProperty("merges").EnumerateArray().Select(ReadMerge).ToList();
        var vocabulary = new ByteLevelVocabulary(Tokens(model.GetProperty("vocab")), merges, added.Select(token => token.Id).ToHashSet());
        var (before, after) = Template(root);
        return new TokenizerJson(vocabulary, splitting, added, before, after);
    }

    private static void CheckModel(JsonElement model)
    {
        // Files of early versions name no type.
        var type = Present(model, "type", out var named) ? named.GetString() : Present(model, "merges", out _) ? "BPE" : "unnamed";
        if (type != "BPE")
        {
            throw new NotSupportedException($"its model is of the type {type}; BPE is supported.");
        }

        foreach (var name in new[] { "dropout", "continuing_subword_prefix", "end_of_word_suffix", "byte_fallback", "ignore_merges" })
        {
            if (Present(model, name, out var value) && value.ValueKind != JsonValueKind.False && !(value.ValueKind == JsonValueKind.String && value.GetString() == ""))
            {
                throw new NotSupportedException($"its model has \"{name}\": {value.GetRawText()}, which byte-level tokenizers do not have.");
            }
        }
    }

    private static WordSplitting Splitter(JsonElement root)
    {
        if (!Present(root, "pre_tokenizer", out var first))
        {
            throw new NotSupportedException("it has no pre-tokenizer; ByteLevel is supported, alone or after Digits.");
        }

        var digits = DigitSplit.None;
        JsonElement[] parts = Kind(first) == "Sequence" ? [.. first.GetProperty("pretokenizers").EnumerateArray()] : [first];
        if (parts.Length == 2 && Kind(parts[0]) == "Digits")
        {
            digits = Is(parts[0], "individual_digits", false) ? DigitSplit.Each : DigitSplit.Runs;
            parts = parts[1..];
        }

        if (parts.Length != 1 || Kind(parts[0]) != "ByteLevel")
        {
            throw new NotSupportedException($"its pre-tokenizer {string.Join(", ", parts.Select(Kind))} is not supported; ByteLevel is, alone or after Digits.");
        }

        return new WordSplitting { Digits = digits, Words = Is(parts[0], "use_regex", true), AddPrefixSpace = Is(parts[0], "add_prefix_space", true) };
    }

    private static (List<int> Before, List<int> After) Template(JsonElement root)
    {
        if (!Present(root, "post_processor", out var processor) || Kind(processor) == "ByteLevel")
        {
            return ([], []);
        }

        if (Kind(processor) != "TemplateProcessing")
        {
            throw new NotSupportedException($"its post-processor {Kind(processor)} is not supported; ByteLevel and TemplateProcessing are.");
        }

        List<int> before = [], after = [];
        var target = before;
        foreach (var part in processor.GetProperty("single").EnumerateArray())
        {
            if (part.TryGetProperty("SpecialToken", out var special))
            {
                var ids = processor.GetProperty("special_tokens").GetProperty(special.GetProperty("id").GetString()!).GetProperty("ids");
                target.AddRange(ids.EnumerateArray().Select(id => id.GetInt32()));
            }
            else
            {
                target = after;
            }
        }

        return (before, after);
    }

    private static (string, string) ReadMerge(JsonElement merge) =>
        merge.ValueKind == JsonValueKind.Array && merge.GetArrayLength() == 2 ? (merge[0].GetString()!, merge[1].GetString()!)
            : merge.ValueKind == JsonValueKind.String && Merge(merge.GetString()!) is { } pair ? pair
            : throw new NotSupportedException($"its merge {merge.GetRawText()} is not two tokens.");

    private static bool Present(JsonElement parent, string name, out JsonElement value) =>
        parent.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;

    private static bool Is(JsonElement parent, string name, bool missing) => Present(parent, name, out var value) ? value.GetBoolean() : missing;

    private static string Kind(JsonElement part) => part.TryGetProperty("type", out var type) ? type.GetString() ?? "?" : "?";
}
