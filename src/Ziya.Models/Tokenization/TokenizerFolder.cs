using System.Globalization;
using System.Text.Json;

namespace Ziya.Models.Tokenization;

/// <summary>
/// Reads a model's folder as Hugging Face lays it out and the Ziya models are published. Numbers are the order in which the files count,
/// later ones over earlier ones, as in transformers' <c>from_pretrained</c>.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>The vocabulary: <c>tokenizer.model</c>, or <c>tokenizer.json</c>, or <c>vocab.json</c> with <c>merges.txt</c>.</item>
/// <item>Added tokens: of tokenizer.json, then <c>added_tokens.json</c>, then <c>added_tokens_decoder</c> of <c>tokenizer_config.json</c>.</item>
/// <item>Names of special tokens: of tokenizer_config.json, then <c>special_tokens_map.json</c>; an empty name is none. One that is in no vocabulary gets the next id.</item>
/// <item>What goes around a text: the template of tokenizer.json, or <c>add_bos_token</c> and <c>add_eos_token</c> of tokenizer_config.json.</item>
/// </list>
/// </remarks>
internal sealed class TokenizerFolder
{
    private static readonly string[] Names = ["bos_token", "eos_token", "unk_token", "pad_token", "sep_token", "cls_token", "mask_token"];

    private static readonly string[] Vocabularies = ["tokenizer.model", "tokenizer.json", "vocab.json"];

    private readonly string _folder;
    private readonly TokenizerSwitches _switches;
    private readonly JsonElement? _config;
    private readonly JsonElement? _map;
    private readonly SortedDictionary<int, AddedToken> _added = [];

    private TokenizerFolder(string folder, TokenizerSwitches switches)
    {
        _folder = folder;
        _switches = switches;
        _config = ReadObject("tokenizer_config.json");
        _map = ReadObject("special_tokens_map.json");
    }

    /// <summary>Reads a folder or one of its vocabulary files; of a lone file, only that.</summary>
    public static ModelTokenizer Load(string path, TokenizerSwitches switches)
    {
        if (Directory.Exists(path))
        {
            return new TokenizerFolder(path, switches).Read(FindVocabulary(path));
        }

        if (!File.Exists(path))
        {
            throw new InvalidDataException($"{path} does not exist: a tokenizer is a model's folder, tokenizer.model, tokenizer.json, or vocab.json with merges.txt beside it.");
        }

        // A folder that is not there has no other files.
        return new TokenizerFolder(Path.Combine(path, "none"), switches).Read(path);
    }

    private static string FindVocabulary(string folder) =>
        Vocabularies.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists)
            ?? throw new InvalidDataException($"{folder} has no tokenizer: it needs tokenizer.model, tokenizer.json, or vocab.json with merges.txt.");

    private ModelTokenizer Read(string path)
    {
        // 1.
        List<int> before = [], after = [];
        Tokenizer vocabulary;
        if (Path.GetExtension(path) != ".json")
        {
            vocabulary = SentencePieceTokenizer.Load(path);
        }
        else if (Path.Combine(Path.GetDirectoryName(path) ?? "", "merges.txt") is var merges && Path.GetFileName(path) != "tokenizer.json" && File.Exists(merges))
        {
            var qwen = Value(_config, "tokenizer_class") is { ValueKind: JsonValueKind.String } named && named.GetString()!.StartsWith("Qwen2Tokenizer", StringComparison.Ordinal);
            vocabulary = ByteLevelTokenizer.Load(path, merges, new WordSplitting { Compose = qwen, Words = qwen ? WordPattern.Qwen2 : WordPattern.Gpt2, Digits = _switches.Digits ?? DigitSplit.None, AddPrefixSpace = Flag("add_prefix_space") ?? false });
        }
        else
        {
            var file = TokenizerJson.Load(path);
            vocabulary = new ByteLevelTokenizer(file.Vocabulary, file.Splitting with { Digits = _switches.Digits ?? file.Splitting.Digits });
            (before, after) = ([.. file.Before], [.. file.After]);
            file.Added.ToList().ForEach(Add);
        }

        ReadAdded();
        var ids = ReadNames(vocabulary);
        Check(vocabulary);

        // 4.
        before = Around(before, _switches.AddBos, Flag("add_bos_token") ?? vocabulary is SentencePieceTokenizer, ids[0]);
        after = Around(after, _switches.AddEos, Flag("add_eos_token") ?? false, ids[1]);
        return new ModelTokenizer(TokenizerEngines.Use(_switches.Engine, vocabulary, path), new TokenizerSpecials
        {
            Added = [.. _added.Values.Select(token => _switches.StripAroundAdded is { } strip ? token with { StripLeft = strip, StripRight = strip } : token)],
            BosId = ids[0],
            EosId = ids[1],
            UnknownId = ids[2],
            PadId = ids[3],
            Before = before,
            After = after,
            Legacy = _switches.Legacy ?? Flag("legacy") ?? true,
        });
    }

    private static List<int> Around(List<int> template, bool? decided, bool configured, int? id) =>
        decided is null && template.Count > 0 ? template : (decided ?? configured) && id is { } token ? [token] : [];

    /// <summary>2.</summary>
    private void ReadAdded()
    {
        if (ReadObject("added_tokens.json") is { } file)
        {
            Checked("added_tokens.json", () => file.EnumerateObject().ToList().ForEach(pair => Add(new AddedToken { Content = pair.Name, Id = pair.Value.GetInt32(), Special = false })));
        }

        if (Value(_config, "added_tokens_decoder") is { ValueKind: JsonValueKind.Object } decoder)
        {
            Checked("tokenizer_config.json", () => decoder.EnumerateObject().ToList().ForEach(pair => Add(AddedToken.Parse(pair.Value, int.Parse(pair.Name, CultureInfo.InvariantCulture)))));
        }
    }

    /// <summary>3. The ids of bos, eos, unk and pad.</summary>
    private int?[] ReadNames(Tokenizer vocabulary)
    {
        var ids = new int?[Names.Length];
        for (var i = 0; i < Names.Length; i++)
        {
            var name = Value(_map, Names[i]) is { } mapped && Content(mapped) != "" ? mapped : Value(_config, Names[i]);
            ids[i] = name is { } found ? AddNamed(found, vocabulary) : null;
        }

        foreach (var source in new[] { _config, _map })
        {
            if (Value(source, "additional_special_tokens") is { ValueKind: JsonValueKind.Array } more)
            {
                more.EnumerateArray().ToList().ForEach(token => AddNamed(token, vocabulary));
            }
        }

        ids[0] ??= vocabulary.BosId;
        ids[1] ??= vocabulary.EosId;
        ids[2] ??= vocabulary.IdOf("<unk>");
        foreach (var (id, name) in new[] { (vocabulary.BosId, "<s>"), (vocabulary.EosId, "</s>") })
        {
            if (id is { } own && vocabulary.IdOf(name) == own && !_added.ContainsKey(own))
            {
                _added[own] = new AddedToken { Content = name, Id = own };
            }
        }

        return ids;
    }

    private int? AddNamed(JsonElement token, Tokenizer vocabulary)
    {
        var content = Content(token);
        if (content == "")
        {
            return null;
        }

        var known = _added.Values.FirstOrDefault(added => added.Content == content);
        var id = known?.Id ?? vocabulary.IdOf(content) ?? _added.Keys.Append(vocabulary.Size - 1).Max() + 1;
        _added[id] = token.ValueKind == JsonValueKind.Object ? AddedToken.Parse(token, id) with { Special = true } : (known ?? new AddedToken { Content = content, Id = id }) with { Special = true };
        return id;
    }

    private void Add(AddedToken token)
    {
        if (_added.Values.FirstOrDefault(other => other.Content == token.Content && other.Id != token.Id) is { } twice)
        {
            throw new InvalidDataException($"{_folder}: the added token '{token.Content}' has two ids, {twice.Id} and {token.Id}.");
        }

        if (_added.TryGetValue(token.Id, out var before) && before.Content != token.Content)
        {
            throw new InvalidDataException($"{_folder}: the added tokens '{before.Content}' and '{token.Content}' have the same id {token.Id}.");
        }

        _added[token.Id] = token;
    }

    private void Check(Tokenizer vocabulary)
    {
        foreach (var (id, token) in _added)
        {
            if (token.Content == "" || id < 0 || id > vocabulary.Size + (1 << 20))
            {
                throw new InvalidDataException($"{_folder}: the added token '{token.Content}' with the id {id} cannot be.");
            }

            if (vocabulary.IdOf(token.Content) is { } known ? known != id : !vocabulary.BytesOf(id).IsEmpty)
            {
                throw new InvalidDataException($"{_folder}: the added token '{token.Content}' has the id {id}, which the vocabulary gives to another token.");
            }
        }
    }

    private JsonElement? ReadObject(string name)
    {
        var path = Path.Combine(_folder, name);
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : throw new JsonException("it is not an object.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{path} cannot be read: {exception.Message}", exception);
        }
    }

    private void Checked(string name, Action read)
    {
        try
        {
            read();
        }
        catch (Exception exception) when (exception is InvalidOperationException or FormatException or KeyNotFoundException or OverflowException)
        {
            throw new InvalidDataException($"{Path.Combine(_folder, name)} cannot be read: {exception.Message}", exception);
        }
    }

    private bool? Flag(string name) => Value(_config, name) is { ValueKind: JsonValueKind.True or JsonValueKind.False } value ? value.GetBoolean() : null;

    private static JsonElement? Value(JsonElement? parent, string name) =>
        parent is { } element && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>The name of a token that is written as a string or as an object.</summary>
    private static string Content(JsonElement token) =>
        token.ValueKind == JsonValueKind.String ? token.GetString()!
            : token.ValueKind == JsonValueKind.Object && token.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.String ? content.GetString()!
            : "";
}
