using System.Text;
using System.Text.Json.Nodes;
using Ziya.Models.Tokenization;

namespace Ziya.Models.Tests.Tokenization;

/// <summary>A small byte-level vocabulary whose merges are counted, the obvious way, on a few sentences in both languages.</summary>
internal static class TrainedBytes
{
    private const string Text = """
        The model reads the text and the tokens of the text, then it's writing the text again. There are spaces    in runs and ~~~~ ==== ---- signs. It'll read 2026 and 20262026.
        模型读入文本，把文本切成词元，再把词元写回文本。文本里有文字，也有标点。北京大学的大学生在北京学习。😀😀😁 𠀀𠀁𠀀𠀁
        https://example.com/a/b?c=d&e=f 12345 2026-11-23 3.14159 ……。。。！！
        """;

    private static readonly Lazy<List<(string Left, string Right)>> Counted = new(() => Count(220));

    /// <summary>Merges as the files write them.</summary>
    public static IReadOnlyList<(string Left, string Right)> Merges => Counted.Value;

    /// <summary>A special token, the bytes without some that UTF-8 never has, and what the merges make.</summary>
    public static List<string> Tokens() =>
    [
        "<|endoftext|>",
        .. Enumerable.Range(0, 256).Where(value => value is not (0xF1 or 0xFF)).Select(value => ByteAlphabet.Character((byte)value).ToString()),
        .. Merges.Select(merge => merge.Left + merge.Right).Distinct(),
    ];

    /// <summary>A <c>vocab.json</c>.</summary>
    public static JsonObject Vocabulary() => new(Tokens().Select((token, id) => KeyValuePair.Create<string, JsonNode?>(token, id)));

    /// <summary>A <c>tokenizer.json</c>.</summary>
    public static JsonObject Json(bool digits = false, bool prefix = false) => new()
    {
        ["added_tokens"] = new JsonArray(new JsonObject { ["id"] = 0, ["content"] = "<|endoftext|>", ["special"] = true }),
        ["normalizer"] = null,
        ["pre_tokenizer"] = new JsonObject
        {
            ["type"] = "Sequence",
            ["pretokenizers"] = digits
                ? new JsonArray(new JsonObject { ["type"] = "Digits", ["individual_digits"] = true }, Words(prefix))
                : new JsonArray(Words(prefix)),
        },
        ["model"] = new JsonObject
        {
            ["type"] = "BPE",
            ["dropout"] = null,
            ["vocab"] = Vocabulary(),
            ["merges"] = new JsonArray([.. Merges.Select(merge => (JsonNode)$"{merge.Left} {merge.Right}")]),
        },
    };

    private static JsonObject Words(bool prefix) => new() { ["type"] = "ByteLevel", ["add_prefix_space"] = prefix, ["use_regex"] = true };

    private static List<(string, string)> Count(int count)
    {
        var words = Text.Split('\n').SelectMany(line => line.Split(' ').Select((word, i) => i == 0 ? word : " " + word))
            .Select(word => Encoding.UTF8.GetBytes(word).Select(value => ByteAlphabet.Character(value).ToString()).ToList()).ToList();
        var made = new List<(string, string)>();
        while (made.Count < count)
        {
            var best = words.SelectMany(word => word.Zip(word.Skip(1))).GroupBy(pair => pair)
                .OrderByDescending(group => group.Count()).ThenBy(group => group.Key.First, StringComparer.Ordinal).ThenBy(group => group.Key.Second, StringComparer.Ordinal).First().Key;
            made.Add(best);
            foreach (var word in words)
            {
                for (var at = 0; at + 1 < word.Count; at++)
                {
                    if ((word[at], word[at + 1]) == best)
                    {
                        word[at] += word[at + 1];
                        word.RemoveAt(at + 1);
                    }
                }
            }
        }

        return made;
    }
}
