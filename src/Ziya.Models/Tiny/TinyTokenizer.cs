using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ziya.Models.Tiny;

/// <summary>
/// The tokenizers of small models, with the added tokens of the Ziya model of their kind: the two of <c>samples/tokenizers</c>, which were trained on the
/// samples.
/// </summary>
internal static class TinyTokenizer
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true };

    /// <summary>Rows that an embedding must have.</summary>
    public static int MinVocabulary(TinyFamily family) => Size(family) + Added(family).Length;

    /// <summary>Writes the tokenizer's files.</summary>
    public static void Write(string folder, TinyFamily family)
    {
        var file = family == TinyFamily.GptBigCode ? "tokenizer.json" : "tokenizer.model";
        using (var resource = typeof(TinyTokenizer).Assembly.GetManifestResourceStream(file)!)
        using (var target = File.Create(Path.Combine(folder, file)))
        {
            resource.CopyTo(target);
        }

        var added = new JsonObject(Added(family).Select((token, i) => KeyValuePair.Create(token, (JsonNode?)(Size(family) + i))));
        Write(folder, "added_tokens.json", added);
        Write(folder, "tokenizer_config.json", family switch
        {
            TinyFamily.GptBigCode => new() { ["tokenizer_class"] = "GPT2Tokenizer", ["bos_token"] = "<|endoftext|>", ["eos_token"] = "<|endoftext|>", ["unk_token"] = "<|endoftext|>" },
            // As the reward model has it: a text begins and ends with </s>.
            TinyFamily.Reward => Llama("</s>", "</s>", addsEos: true, "[PAD]"),
            _ => Llama("<s>", "<unk>", addsEos: false, null),
        });
    }

    private static int Size(TinyFamily family) => family == TinyFamily.GptBigCode ? 1000 : 1200;

    private static string[] Added(TinyFamily family) => family switch
    {
        TinyFamily.GptBigCode => ["<|Bot|>", "<|Human|>", "<|end|>"],
        TinyFamily.Reward => ["[PAD]"],
        TinyFamily.Embedding => [],
        _ => ["<human>", "<bot>"],
    };

    private static JsonObject Llama(string bos, string unknown, bool addsEos, string? pad)
    {
        var config = new JsonObject
        {
            ["tokenizer_class"] = "LlamaTokenizer",
            ["add_bos_token"] = true,
            ["add_eos_token"] = addsEos,
            ["bos_token"] = bos,
            ["eos_token"] = "</s>",
            ["unk_token"] = unknown,
        };
        if (pad is not null)
        {
            config["pad_token"] = pad;
        }

        return config;
    }

    private static void Write(string folder, string name, JsonObject json)
    {
        if (json.Count > 0)
        {
            File.WriteAllText(Path.Combine(folder, name), json.ToJsonString(Json) + "\n");
        }
    }
}
