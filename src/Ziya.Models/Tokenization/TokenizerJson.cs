using System.Text.Json;

namespace Ziya.Models.Tokenization;

/// <summary>What a Hugging Face <c>tokenizer.json</c> of byte-level byte-pair encoding says. What it says beyond that is refused by name.</summary>
internal sealed record TokenizerJson(ByteLevelVocabulary Vocabulary, WordSplitting Splitting, IReadOnlyList<AddedToken> Added, IReadOnlyList<int> Before, IReadOnlyList<int> After)
{
    private static readonly Dictionary<string, WordPattern> Expressions = new(StringComparer.Ordinal)
    {
        [@"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"] = WordPattern.Llama3,
        [@"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"] = WordPattern.Qwen2,
    };

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
        if (Present(root, "normalizer", out var normalizer) && Kind(normalizer) != "NFC")
        {
            throw new NotSupportedException($"its normalizer {Kind(normalizer)} is not supported; byte-level tokenizers have none, or NFC.");
        }

        var splitting = Splitter(root) with { Compose = Present(root, "normalizer", out _), WholeWords = Is(model, "ignore_merges", false) };
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

        foreach (var name in new[] { "dropout", "continuing_subword_prefix", "end_of_word_suffix", "byte_fallback" })
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

        var words = WordPattern.None;
        if (parts.Length == 2 && digits == DigitSplit.None && Kind(parts[0]) == "Split" && !Is(parts[1], "use_regex", true) && !Is(parts[1], "add_prefix_space", true))
        {
            words = Pattern(parts[0]);
            parts = parts[1..];
        }

        if (parts.Length != 1 || Kind(parts[0]) != "ByteLevel")
        {
            throw new NotSupportedException($"its pre-tokenizer {string.Join(", ", parts.Select(Kind))} is not supported; ByteLevel is, alone, after Digits, or after the Split of Llama 3 or Qwen2.");
        }

        return new WordSplitting { Digits = digits, Words = Is(parts[0], "use_regex", true) ? WordPattern.Gpt2 : words, AddPrefixSpace = Is(parts[0], "add_prefix_space", true) };
    }

    /// <summary>The words of a Split. Its expression leaves nothing out, so that to isolate what matches and to take it away from between what does not are the same.</summary>
    private static WordPattern Pattern(JsonElement split)
    {
        var expression = Present(split, "pattern", out var pattern) && Present(pattern, "Regex", out var regex) ? regex.GetString()! : "";
        var whole = split.TryGetProperty("behavior", out var behavior) && (behavior.GetString(), Is(split, "invert", false)) is ("Isolated", false) or ("Removed", true);
        return !Expressions.TryGetValue(expression, out var words) ? throw new NotSupportedException($"the expression of its Split, {expression}, is not supported; those of Llama 3 and Qwen2 are.")
            : whole ? words
            : throw new NotSupportedException("its Split does not keep what matches; it should be Isolated, or Removed and inverted.");
    }

    private static (List<int> Before, List<int> After) Template(JsonElement root)
    {
        if (!Present(root, "post_processor", out var processor))
        {
            return ([], []);
        }

        // Llama 3 has a sequence of the two. ByteLevel is about offsets alone.
        var steps = Kind(processor) == "Sequence" ? processor.GetProperty("processors").EnumerateArray() : (IEnumerable<JsonElement>)[processor];
        var others = steps.Where(step => Kind(step) != "ByteLevel").ToList();
        if (others.Count == 0)
        {
            return ([], []);
        }

        processor = others.Count == 1 ? others[0] : processor;

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
