using System.Text.Json.Nodes;
using Ziya.Cli.Tests;
using Ziya.Models.Tokenization;
using Ziya.Models.Tokenization.Training;

namespace Ziya.Models.Tests.Tokenization;

/// <summary>The vocabularies of samples/tokenizers, and the ids that SentencePiece and Hugging Face's tokenizers give with them.</summary>
public sealed class GoldenTokenizerTests
{
    private static string[] Lines => File.ReadAllText(Folder("lines.txt")).Split('\n')[..^1];

    [Theory]
    [InlineData("llama")]
    [InlineData("code")]
    public void Encode_SampleLines_GivesTheIdsOfTheProgramsTheyComeFrom(string folder)
    {
        var tokenizer = ModelTokenizer.Load(Folder(folder));
        var expected = File.ReadAllLines(Folder(folder, "ids.txt"));

        Assert.Equal(110, expected.Length);
        Assert.Equal(expected, Lines.Take(expected.Length).Select(Ids));

        // spm_encode takes names of special tokens for text, Hugging Face's tokenizers do not.
        string Ids(string line)
        {
            var ids = new TokenBuffer();
            tokenizer.Encode(line, ids, folder == "code", false);
            return string.Join(' ', ids.Ids.ToArray());
        }
    }

    /// <summary>The same vocabulary in the form of Llama 3, where a fifth of the merges is missing, and in that of Qwen2.</summary>
    [Theory]
    [InlineData("llama3")]
    [InlineData("qwen2")]
    public void Encode_TokenizerJsonOfOtherFamilies_GivesTheIdsOfHuggingFaceTokenizers(string family)
    {
        var folder = Directory.CreateTempSubdirectory("ziya-golden-").FullName;
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), Family(family).ToJsonString());
        var tokenizer = ModelTokenizer.Load(folder);
        Directory.Delete(folder, true);

        Assert.Equal(File.ReadAllLines(Folder("code", $"ids-{family}.txt")), Lines.Take(110).Select(Ids));
        Assert.Equal(family == "llama3" ? [tokenizer.IdOf("<|endoftext|>")!.Value] : [], tokenizer.Before);

        string Ids(string line)
        {
            var ids = new TokenBuffer();
            tokenizer.Encode(line, ids, true, false);
            return string.Join(' ', ids.Ids.ToArray());
        }
    }

    [Theory]
    [InlineData("llama")]
    [InlineData("code")]
    public void Decode_SampleLines_GivesThemBack(string folder)
    {
        var tokenizer = ModelTokenizer.Load(Folder(folder));

        // ▁ is how SentencePiece writes a space, so a text's own becomes one.
        Assert.All(Lines, line => Assert.Equal(folder == "llama" ? line.Replace('▁', ' ') : line, tokenizer.Decode(tokenizer.Encode(line))));
    }

    [Fact]
    public void Train_SampleLines_MakesTheSampleVocabularies()
    {
        Assert.Equal(File.ReadAllBytes(Folder("llama", "tokenizer.model")), SentencePieceTraining.Train(Lines, new TrainingOptions { Size = 1200 }));
        Assert.Equal(
            File.ReadAllText(Folder("code", "tokenizer.json")),
            ByteLevelTraining.Train(Lines, new TrainingOptions { Size = 1000, Splitting = new WordSplitting { Digits = DigitSplit.Each } }).Tokenizer());
    }

    [Fact]
    public void Load_LlamaFolder_HasTheAddedTokens()
    {
        var tokenizer = ModelTokenizer.Load(Folder("llama"));
        var ids = new TokenBuffer();
        tokenizer.Encode("<human>:你好\n<bot>:", ids, true, true);

        Assert.Equal((1200, 1201, 1202), (tokenizer.IdOf("<human>"), tokenizer.IdOf("<bot>"), tokenizer.Size));
        Assert.Equal([1, 1200, .. tokenizer.Encode(":你好\n"), 1201, .. tokenizer.Encode(":")], ids.Ids.ToArray());
    }

    private static string Folder(params string[] parts) => Repository.PathOf(["samples", "tokenizers", .. parts]);

    private static JsonNode Family(string family)
    {
        var json = JsonNode.Parse(File.ReadAllText(Folder("code", "tokenizer.json")))!;
        var digits = family == "llama3" ? "{1,3}" : "";
        json["pre_tokenizer"] = JsonNode.Parse($$$"""
            {"type": "Sequence", "pretokenizers": [
              {"type": "Split", "behavior": "Isolated", "invert": false,
               "pattern": {"Regex": "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{{{digits}}}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"}},
              {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false}]}
            """);
        json["normalizer"] = family == "llama3" ? null : JsonNode.Parse("""{"type": "NFC"}""");
        if (family == "llama3")
        {
            var model = json["model"]!;
            model["ignore_merges"] = true;
            model["merges"] = new JsonArray([.. model["merges"]!.AsArray().Where((_, rank) => rank % 5 > 0).Select(merge => merge!.DeepClone())]);
            json["post_processor"] = JsonNode.Parse("""
                {"type": "Sequence", "processors": [{"type": "ByteLevel"}, {"type": "TemplateProcessing",
                  "single": [{"SpecialToken": {"id": "<|endoftext|>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
                  "special_tokens": {"<|endoftext|>": {"id": "<|endoftext|>", "ids": [0], "tokens": ["<|endoftext|>"]}}}]}
                """);
        }

        return json;
    }
}
