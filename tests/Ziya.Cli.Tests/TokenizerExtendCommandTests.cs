using Ziya.Models.Tokenization;
using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Cli.Tests;

public sealed class TokenizerExtendCommandTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public TokenizerExtendCommandTests() => _folder.Copy(Repository.PathOf("samples"));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Extend_SampleCorpus_LeavesEnglishAsItIsAndShortensChinese()
    {
        var result = Run("--tokenizer samples/tokenizers/llama --read samples/corpus/*-web.jsonl --text content --size 1700 --least 2 --out out");

        Assert.Equal((Exit.Done, ""), (result.Exit, result.Error));
        Assert.Contains("out: 1200 pieces + 498 characters + 2 added tokens = 1700 ids", result.Output, StringComparison.Ordinal);
        var rows = result.Output.Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(cells => cells.Length == 6 && cells[0] is "zh" or "en").ToDictionary(cells => cells[0]);

        // Some English pages have full-width punctuation in them.
        Assert.InRange(Number(rows["en"][3]), Number(rows["en"][2]) * 0.99, Number(rows["en"][2]));
        Assert.True(Number(rows["zh"][5]) > 1.2 * Number(rows["zh"][4]));
        var tokenizer = ModelTokenizer.Load(_folder["out"]);
        Assert.Equal(1700, tokenizer.Size);
        Assert.Equal(1698, tokenizer.IdOf("<human>"));
        Assert.Equal(1699, tokenizer.IdOf("<bot>"));
    }

    [Fact]
    public void Extend_CorpusWithFewCharacters_SaysHowManyThereAre()
    {
        _folder.Write("few.txt", "龘靐");

        var result = Run("--tokenizer samples/tokenizers/llama/tokenizer.model --read few.txt --out out");

        Assert.Equal(Exit.Done, result.Exit);
        Assert.Contains("has only 2 characters that are new: 1202 ids instead of 39410", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--tokenizer samples/tokenizers/llama --read few.txt --size 1200 --out out", "--size 1200 leaves no room")]
    [InlineData("--tokenizer samples/tokenizers/code --read few.txt --out out", "Only vocabularies of SentencePiece")]
    [InlineData("--tokenizer nowhere --read few.txt --out out", "nowhere does not exist")]
    [InlineData("--tokenizer samples/tokenizers/llama --read none/*.txt --out out", "none")]
    [InlineData("--tokenizer samples/tokenizers/llama --read few.txt --out samples/tokenizers/llama", "is where the tokenizer to extend lies")]
    public void Extend_Wrong_SaysWhatAndWritesNothing(string arguments, string said)
    {
        _folder.Write("few.txt", "龘靐");

        var result = Run(arguments);

        Assert.Equal(Exit.Failed, result.Exit);
        Assert.Contains(said, result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["out"]));
    }

    private static double Number(string text) => double.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private ZiyaProcess.Result Run(string arguments) => ZiyaProcess.Shell(_folder.Path, $"$ZIYA tokenizer extend {arguments}");
}
