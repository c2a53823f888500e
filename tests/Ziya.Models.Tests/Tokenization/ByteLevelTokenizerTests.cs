using System.Text;
using System.Text.Json.Nodes;
using Ziya.Models.Tokenization;

namespace Ziya.Models.Tests.Tokenization;

public sealed class ByteLevelTokenizerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ziya-bytes").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    [Theory]
    [InlineData(DigitSplit.None, WordPattern.Gpt2, false)]
    [InlineData(DigitSplit.None, WordPattern.Gpt2, true)]
    [InlineData(DigitSplit.None, WordPattern.None, false)]
    [InlineData(DigitSplit.Each, WordPattern.Gpt2, false)]
    [InlineData(DigitSplit.Each, WordPattern.Gpt2, true)]
    [InlineData(DigitSplit.Runs, WordPattern.Gpt2, true)]
    [InlineData(DigitSplit.None, WordPattern.Llama3, false)]
    [InlineData(DigitSplit.None, WordPattern.Qwen2, false)]
    [InlineData(DigitSplit.None, WordPattern.Llama3, false, false, true)]
    [InlineData(DigitSplit.None, WordPattern.Qwen2, false, true, true)]
    [InlineData(DigitSplit.None, WordPattern.Qwen2, false, true)]
    public void Encode_RandomTexts_MergesAsTheObviousWay(DigitSplit digits, WordPattern words, bool prefix, bool compose = false, bool whole = false)
    {
        var splitting = new WordSplitting { Digits = digits, Words = words, AddPrefixSpace = prefix, Compose = compose, WholeWords = whole };
        var tokenizer = LoadFiles(splitting);
        var random = new Random(11);
        string[] parts =
        [
            "the ", " text", "The model", "it's", " writing", "北京大学", "的", "词元", "。。", "，", "……", "龘", "😀", "😁", "𠀀𠀁", "𠀂", "\U00040000", "\uD83D", "\uDE00", "é", "e\u0301",
            "  ", "    ", "\n", "\t", "~~~~~~~~", "====", "2026", "7", "３", "½", "https://", "a", "\0", "的的的的的的的的的的的的的的的的的的的的的的的的的的的的的的的的的的的的的的的的的的的的的",
        ];
        for (var i = 0; i < 2000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 14)).Select(_ => parts[random.Next(parts.Length)]));

            Assert.Equal(Slow(text, splitting), tokenizer.Encode(text));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Load_TokenizerJson_EncodesAsTheTwoFiles(bool digits)
    {
        const string text = "It's 2026: the model reads 12345 词元，写回文本。😀  ok";
        var path = Path.Combine(_folder, "tokenizer.json");
        File.WriteAllText(path, TrainedBytes.Json(digits).ToJsonString());

        Assert.Equal(LoadFiles(new WordSplitting { Digits = digits ? DigitSplit.Each : DigitSplit.None }).Encode(text), ByteLevelTokenizer.Load(path).Encode(text));
    }

    [Theory]
    [InlineData("The model reads the text.")]
    [InlineData(" two  spaces first, 北京大学的大学生 😀 龘\n\n tab\t")]
    public void Decode_WhatWasEncoded_IsTheText(string text)
    {
        foreach (var splitting in new[] { new WordSplitting(), new WordSplitting { Digits = DigitSplit.Each } })
        {
            var tokenizer = LoadFiles(splitting);

            Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
        }
    }

    [Fact]
    public void Encode_LongRunOfOneCharacter_EndsInGoodTime()
    {
        var tokenizer = LoadFiles(new WordSplitting());

        Assert.Equal(Slow(new string('~', 999), new WordSplitting()), tokenizer.Encode(new string('~', 999)));
        Assert.InRange(tokenizer.Encode(new string('~', 1_000_000)).Length, 100_000, 1_000_000);
        Assert.InRange(tokenizer.Encode(new string('的', 1_000_000)).Length, 100_000, 3_000_000);
        Assert.InRange(tokenizer.Encode(new string(' ', 1_000_000)).Length, 100_000, 1_000_000);
    }

    [Fact]
    public void Encode_Nothing_GivesNothing() => Assert.Empty(LoadFiles(new WordSplitting { AddPrefixSpace = true }).Encode(""));

    [Theory]
    [InlineData("hole", "no token has the id 100")]
    [InlineData("two tokens", "have the same id 100")]
    [InlineData("two ids", "has two ids")]
    [InlineData("byte", "no token for the byte 0x41")]
    [InlineData("not a number", "can be used")]
    [InlineData("merge", "needs the token 'qqqq', which the vocabulary does not have")]
    [InlineData("one word", "line 2 of the merges, 'alone', is not two tokens")]
    [InlineData("truncated", "can be used")]
    [InlineData("a list", "not an object")]
    public void Load_BrokenFiles_SaysWhatAndWhere(string fault, string said)
    {
        var (vocabulary, merges) = Write();
        var tokens = TrainedBytes.Vocabulary();
        var at = tokens.First(pair => (int)pair.Value! == 100).Key;
        switch (fault)
        {
            case "hole":
                tokens.Remove(at);
                break;
            case "two tokens":
                tokens["another"] = 100;
                break;
            case "byte":
                tokens["other"] = (int)tokens["A"]!;
                tokens.Remove("A");
                break;
            case "not a number":
                tokens["another"] = "x";
                break;
            case "merge":
                File.WriteAllText(merges, "#version: 0.2\nqq qq\n");
                break;
            case "one word":
                File.WriteAllText(merges, "#version: 0.2\nalone\n");
                break;
        }

        var json = fault switch
        {
            "a list" => "[1, 2]",
            "two ids" => tokens.ToJsonString()[..^1] + ",\"A\":5000}",
            "truncated" => tokens.ToJsonString()[..^20],
            _ => tokens.ToJsonString(),
        };
        File.WriteAllText(vocabulary, json);

        var thrown = Assert.Throws<InvalidDataException>(() => ByteLevelTokenizer.Load(vocabulary, merges, new WordSplitting()));

        Assert.Contains(said, thrown.Message, StringComparison.Ordinal);
        Assert.Contains(vocabulary, thrown.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model.type", "\"Unigram\"", "type Unigram; BPE is supported")]
    [InlineData("model.type", "\"WordPiece\"", "type WordPiece")]
    [InlineData("model.byte_fallback", "true", "byte_fallback")]
    [InlineData("model.dropout", "0.1", "dropout")]
    [InlineData("model.merges", "[\"a\"]", "is not two tokens")]
    [InlineData("model.merges", "[7]", "is not two tokens")]
    [InlineData("normalizer", "{\"type\":\"NFKC\"}", "normalizer NFKC")]
    [InlineData("pre_tokenizer", "{\"type\":\"Metaspace\"}", "pre-tokenizer Metaspace")]
    [InlineData("pre_tokenizer", "null", "no pre-tokenizer")]
    [InlineData("pre_tokenizer", "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Split\"},{\"type\":\"ByteLevel\"}]}", "Split, ByteLevel")]
    [InlineData("pre_tokenizer", "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Split\",\"pattern\":{\"Regex\":\"\\\\d+\"}},{\"type\":\"ByteLevel\",\"use_regex\":false,\"add_prefix_space\":false}]}", "expression of its Split, \\d+, is not")]
    [InlineData("post_processor", "{\"type\":\"BertProcessing\"}", "post-processor BertProcessing")]
    [InlineData("model", "null", "no \"model\"")]
    [InlineData("added_tokens", "[{\"id\":\"x\"}]", "can be used")]
    public void Load_TokenizerJsonWithWhatIsNotSupported_NamesIt(string where, string what, string said)
    {
        var json = TrainedBytes.Json();
        var path = where.Split('.');
        var parent = path.Length == 2 ? json[path[0]]! : json;
        parent[path[^1]] = JsonNode.Parse(what);
        var file = Path.Combine(_folder, "tokenizer.json");
        File.WriteAllText(file, json.ToJsonString());

        var thrown = Assert.Throws<InvalidDataException>(() => ByteLevelTokenizer.Load(file));

        Assert.Contains(said, thrown.Message, StringComparison.Ordinal);
        Assert.Contains(file, thrown.Message, StringComparison.Ordinal);
    }

    private ByteLevelTokenizer LoadFiles(WordSplitting splitting)
    {
        var (vocabulary, merges) = Write();
        return ByteLevelTokenizer.Load(vocabulary, merges, splitting);
    }

    private (string Vocabulary, string Merges) Write()
    {
        var vocabulary = Path.Combine(_folder, "vocab.json");
        var merges = Path.Combine(_folder, "merges.txt");
        File.WriteAllText(vocabulary, TrainedBytes.Vocabulary().ToJsonString());
        File.WriteAllLines(merges, ["#version: 0.2", .. TrainedBytes.Merges.Select(merge => $"{merge.Left} {merge.Right}")]);
        return (vocabulary, merges);
    }

    /// <summary>Cut, then merge the neighbours of the first merge, leftmost of equals, until none do.</summary>
    private static List<int> Slow(string text, WordSplitting splitting)
    {
        var ids = TrainedBytes.Tokens().Select((token, id) => (token, id)).ToDictionary(pair => pair.token, pair => pair.id);
        var ranks = TrainedBytes.Merges.Select((merge, rank) => (merge, rank)).ToDictionary(pair => pair.merge, pair => pair.rank);
        var found = new List<int>();
        if (splitting.Compose)
        {
            text = string.Concat(text.EnumerateRunes()).Normalize(NormalizationForm.FormC);
        }

        foreach (var word in Parts(text, splitting).SelectMany(part => splitting.Words != WordPattern.None ? Words(part, splitting) : [part]))
        {
            if (splitting.WholeWords && ids.TryGetValue(string.Concat(Encoding.UTF8.GetBytes(word).Select(ByteAlphabet.Character)), out var token))
            {
                found.Add(token);
                continue;
            }

            var symbols = Encoding.UTF8.GetBytes(word).Select(value => ByteAlphabet.Character(value).ToString()).Where(ids.ContainsKey).ToList();
            while (symbols.Zip(symbols.Skip(1)).Select((pair, at) => (Rank: ranks.GetValueOrDefault(pair, int.MaxValue), At: at)).Append((Rank: int.MaxValue, At: -1)).Min() is { At: >= 0 } best && best.Rank < int.MaxValue)
            {
                symbols[best.At] += symbols[best.At + 1];
                symbols.RemoveAt(best.At + 1);
            }

            found.AddRange(symbols.Select(symbol => ids[symbol]));
        }

        return found;
    }

    private static IEnumerable<string> Parts(string text, WordSplitting splitting)
    {
        var parts = new List<string>();
        var last = -1;
        foreach (var rune in text.EnumerateRunes())
        {
            var number = splitting.Digits == DigitSplit.None || !Rune.IsNumber(rune) ? 0 : 1;
            if (number == last && (number == 0 || splitting.Digits == DigitSplit.Runs))
            {
                parts[^1] += rune.ToString();
            }
            else
            {
                parts.Add(rune.ToString());
            }

            last = number;
        }

        return parts.Select(part => splitting.AddPrefixSpace && part[0] != ' ' ? " " + part : part);
    }

    private static IEnumerable<string> Words(string text, WordSplitting splitting)
    {
        for (var at = 0; at < text.Length;)
        {
            var length = splitting.NextWord(text.AsSpan(at));
            yield return text.Substring(at, length);
            at += length;
        }
    }
}
