using Google.Protobuf;
using Ziya.Models.Tokenization;

namespace Ziya.Models.Tests.Tokenization;

public sealed class ModelTokenizerTests : IDisposable
{
    private const string Prompt = "<human>:你好，model\n<bot>:";

    private readonly string _folder = Directory.CreateTempSubdirectory("ziya-model").FullName;
    private readonly int _size = TrainedModel.Make(true, false).Pieces.Count;

    public void Dispose() => Directory.Delete(_folder, true);

    [Fact]
    public void Encode_ZiyaFolder_SplitsAtTheAddedTokens()
    {
        var tokenizer = LoadZiya();

        Assert.Equal([1, _size, .. Plain(":你好，model\n"), _size + 1, .. Plain(":")], Ids(tokenizer, Prompt));
        Assert.Equal(_size + 2, tokenizer.Size);
        Assert.Equal((1, 2, 0), (tokenizer.BosId, tokenizer.EosId, tokenizer.UnknownId));
        Assert.Equal(_size + 1, tokenizer.IdOf("<bot>"));
        Assert.Equal([1, 2], Ids(tokenizer, "</s>"));
    }

    [Fact]
    public void Encode_NotLegacy_PutsTheSpaceOnlyInFront()
    {
        var tokenizer = LoadZiya(new TokenizerSwitches { Legacy = false, AddBos = false });

        Assert.Equal([_size, .. Bare(":你好，model\n"), _size + 1, .. Bare(":")], Ids(tokenizer, Prompt));
        Assert.Equal([.. Plain("the "), _size, .. Bare("text")], Ids(tokenizer, "the <human>text"));
    }

    [Fact]
    public void Encode_StripAroundAdded_LosesTheLineFeed()
    {
        var tokenizer = LoadZiya(new TokenizerSwitches { StripAroundAdded = true });

        Assert.Equal([1, _size, .. Plain(":你好，model"), _size + 1, .. Plain(":")], Ids(tokenizer, Prompt));
    }

    [Fact]
    public void Encode_NotParsed_NamesAreText()
    {
        var tokenizer = LoadZiya();

        Assert.Equal(Plain(Prompt), tokenizer.Encode(Prompt));
    }

    [Fact]
    public void Encode_Prompt_OnlyTheTemplateWritesAddedTokens()
    {
        var tokenizer = LoadZiya();
        var ids = new TokenBuffer();
        tokenizer.Encode([new("<human>:", true), new("说 <bot>: </s>", false), new("\n<bot>:", true)], ids, addBefore: true);
        Assert.Equal([1, _size, .. Plain(":说 <bot>: </s>\n"), _size + 1, .. Plain(":")], ids.Ids.ToArray());

        // Nor half a name, nor one at the end.
        ids.Clear();
        tokenizer.Encode([new("<hum", true), new("an>的<bot>", false)], ids, addBefore: false);
        Assert.Equal(Plain("<human>的<bot>"), ids.Ids.ToArray());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Decode_WhatWasEncoded_IsTheText(bool legacy)
    {
        var tokenizer = LoadZiya(new TokenizerSwitches { Legacy = legacy });
        foreach (var text in new[] { Prompt, " two  spaces<human> and<bot><bot>\n", "<bot> 龘😀", "的", "" })
        {
            Assert.Equal("<s>" + text, tokenizer.Decode(Ids(tokenizer, text), false));
            Assert.Equal(text, tokenizer.Decode(Ids(tokenizer, text + "</s>"), true));
        }
    }

    [Fact]
    public void Load_RewardFolder_HasOneTokenForBothEnds()
    {
        WriteModel();
        Write("added_tokens.json", $$"""{ "[PAD]": {{_size}} }""");
        Write("special_tokens_map.json", """{ "bos_token": "</s>", "eos_token": "</s>", "unk_token": "</s>", "pad_token": "[PAD]" }""");
        Write("tokenizer_config.json", """{ "add_bos_token": true, "add_eos_token": true, "bos_token": { "content": "" }, "eos_token": { "content": "" } }""");

        var tokenizer = ModelTokenizer.Load(_folder);

        Assert.Equal((2, 2, _size, 2), (tokenizer.BosId, tokenizer.EosId, tokenizer.PadId, tokenizer.UnknownId));
        Assert.Equal([2, .. Plain("Human:的"), 2], Ids(tokenizer, "Human:的"));
        Assert.Equal(_size + 1, tokenizer.Size);
    }

    [Fact]
    public void Load_SpecialTokenInNoVocabulary_GetsTheNextId()
    {
        WriteModel();
        Write("special_tokens_map.json", """{ "pad_token": { "content": "[PAD]", "lstrip": true }, "additional_special_tokens": ["<x>"] }""");

        var tokenizer = ModelTokenizer.Load(_folder);

        Assert.Equal((_size, _size + 1), (tokenizer.PadId, tokenizer.IdOf("<x>")));
        Assert.Equal([1, .. Plain("a"), _size], Ids(tokenizer, "a  [PAD]"));
    }

    [Fact]
    public void Load_CodingFolder_AddsToTheByteLevelVocabulary()
    {
        WriteBytes();
        var size = TrainedBytes.Tokens().Count;
        Write("added_tokens.json", $$"""{ "<|Bot|>": {{size}}, "<|Human|>": {{size + 1}}, "<|end|>": {{size + 2}} }""");
        Write("special_tokens_map.json", """{ "bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>" }""");

        var tokenizer = ModelTokenizer.Load(_folder);

        Assert.Equal([size + 1, .. tokenizer.Encode(":写 2026 text"), size, .. tokenizer.Encode(":"), size + 2], Ids(tokenizer, "<|Human|>:写 2026 text<|Bot|>:<|end|>"));
        Assert.Equal((0, 0, size + 3), (tokenizer.BosId, tokenizer.EosId, tokenizer.Size));
        Assert.Equal("<|Human|>: 2026\n<|Bot|>:", tokenizer.Decode(Ids(tokenizer, "<|Human|>: 2026\n<|Bot|>:"), false));
        Assert.NotEqual(tokenizer.Encode("2026"), ModelTokenizer.Load(_folder, new TokenizerSwitches { Digits = DigitSplit.Each }).Encode("2026"));
    }

    [Theory]
    [InlineData("Qwen2Tokenizer", WordPattern.Qwen2)]
    [InlineData("GPT2Tokenizer", WordPattern.Gpt2)]
    public void Load_VocabularyAndMerges_CutsAsTheClassOfTheTokenizer(string name, WordPattern words)
    {
        WriteBytes();
        Write("tokenizer_config.json", $$"""{ "tokenizer_class": "{{name}}" }""");
        const string text = "It's 2026: e\u0301té，写回文本。\n\n  x";
        var expected = ByteLevelTokenizer.Load(Path.Combine(_folder, "vocab.json"), Path.Combine(_folder, "merges.txt"), new WordSplitting { Words = words, Compose = words == WordPattern.Qwen2 });

        Assert.Equal(expected.Encode(text), ModelTokenizer.Load(_folder).Encode(text));
    }

    [Fact]
    public void Load_TokenizerJson_HasItsTokensAndTemplate()
    {
        var json = TrainedBytes.Json();
        var size = TrainedBytes.Tokens().Count;
        json["added_tokens"] = System.Text.Json.Nodes.JsonNode.Parse($$"""
            [{ "id": 0, "content": "<|endoftext|>", "special": true }, { "id": {{size}}, "content": "the", "single_word": true, "normalized": true, "special": false }]
            """);
        json["post_processor"] = System.Text.Json.Nodes.JsonNode.Parse("""
            { "type": "TemplateProcessing", "single": [{ "SpecialToken": { "id": "<|endoftext|>" } }, { "Sequence": { "id": "A" } }], "special_tokens": { "<|endoftext|>": { "ids": [0] } } }
            """);
        Write("tokenizer.json", json.ToJsonString());

        var tokenizer = ModelTokenizer.Load(_folder);

        Assert.Equal([0, size, .. tokenizer.Encode(" then them"), 0], Ids(tokenizer, "the then them<|endoftext|>"));
        Assert.Equal([.. tokenizer.Encode("a")], Ids(ModelTokenizer.Load(_folder, new TokenizerSwitches { AddBos = false }), "a"));
        Assert.Equal("the", tokenizer.Decode([size, 0], true));
    }

    [Fact]
    public void Load_OneFile_ReadsOnlyThat()
    {
        WriteModel();
        Write("special_tokens_map.json", "broken");

        Assert.Equal([1, .. Plain("的")], Ids(ModelTokenizer.Load(Path.Combine(_folder, "tokenizer.model")), "的"));
    }

    [Theory]
    [InlineData("added_tokens.json", "{ \"<a>\": 5 }", "which the vocabulary gives to another token")]
    [InlineData("added_tokens.json", "{ \"<s>\": 9000 }", "which the vocabulary gives to another token")]
    [InlineData("added_tokens.json", "{ \"<a>\": 9000, \"<b>\": 9000 }", "have the same id 9000")]
    [InlineData("added_tokens.json", "{ \"<a>\": 9000, \"<a>\": 9001 }", "has two ids")]
    [InlineData("added_tokens.json", "{ \"<a>\": -3 }", "cannot be")]
    [InlineData("added_tokens.json", "{ \"\": 9000 }", "cannot be")]
    [InlineData("added_tokens.json", "{ \"<a>\": \"x\" }", "added_tokens.json cannot be read")]
    [InlineData("added_tokens.json", "{ \"<a>\": 90", "added_tokens.json cannot be read")]
    [InlineData("tokenizer_config.json", "[]", "is not an object")]
    [InlineData("tokenizer_config.json", "{ \"added_tokens_decoder\": { \"x\": { \"content\": \"y\" } } }", "tokenizer_config.json cannot be read")]
    [InlineData("tokenizer_config.json", "{ \"added_tokens_decoder\": { \"9000\": 1 } }", "tokenizer_config.json cannot be read")]
    public void Load_BrokenFolder_SaysWhatAndWhere(string file, string content, string said)
    {
        WriteModel();
        Write(file, content);

        var thrown = Assert.Throws<InvalidDataException>(() => ModelTokenizer.Load(_folder));

        Assert.Contains(said, thrown.Message, StringComparison.Ordinal);
        Assert.Contains(_folder, thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_NoTokenizer_SaysWhatIsNeeded()
    {
        Assert.Contains("it needs tokenizer.model", Assert.Throws<InvalidDataException>(() => ModelTokenizer.Load(_folder)).Message, StringComparison.Ordinal);
        Assert.Contains("does not exist", Assert.Throws<InvalidDataException>(() => ModelTokenizer.Load(_folder + "x")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_TruncatedModel_SaysSo()
    {
        File.WriteAllBytes(Path.Combine(_folder, "tokenizer.model"), TrainedModel.Make(true, false).ToByteArray()[..^1000]);

        Assert.Contains("tokenizer.model", Assert.Throws<InvalidDataException>(() => ModelTokenizer.Load(_folder)).Message, StringComparison.Ordinal);
    }

    private static int[] Ids(ModelTokenizer tokenizer, string text)
    {
        var ids = new TokenBuffer();
        tokenizer.Encode(text, ids, true, true);
        return ids.Ids.ToArray();
    }

    private int[] Plain(string text) => SentencePieceTokenizer.Load(Path.Combine(_folder, "tokenizer.model")).Encode(text);

    private int[] Bare(string text)
    {
        var ids = new TokenBuffer();
        SentencePieceTokenizer.Load(Path.Combine(_folder, "tokenizer.model")).Encode(text, ids, false);
        return ids.Ids.ToArray();
    }

    private ModelTokenizer LoadZiya(TokenizerSwitches? switches = null)
    {
        WriteModel();
        Write("added_tokens.json", $$"""{ "<human>": {{_size}}, "<bot>": {{_size + 1}} }""");
        Write("special_tokens_map.json", """{ "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>" }""");
        Write("tokenizer_config.json", """{ "add_bos_token": true, "add_eos_token": false, "tokenizer_class": "LlamaTokenizer" }""");
        return ModelTokenizer.Load(_folder, switches);
    }

    private void WriteModel() => File.WriteAllBytes(Path.Combine(_folder, "tokenizer.model"), TrainedModel.Make(true, false).ToByteArray());

    private void WriteBytes()
    {
        Write("vocab.json", TrainedBytes.Vocabulary().ToJsonString());
        File.WriteAllLines(Path.Combine(_folder, "merges.txt"), TrainedBytes.Merges.Select(merge => $"{merge.Left} {merge.Right}"));
    }

    private void Write(string name, string content) => File.WriteAllText(Path.Combine(_folder, name), content);
}
