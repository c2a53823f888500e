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
}
