namespace Ziya.Cli.Tests;

public sealed class TokenizeCommandTests
{
    private static readonly string Samples = Repository.PathOf("samples", "tokenizers");

    [Theory]
    [InlineData("llama")]
    [InlineData("code/tokenizer.json --special")]
    public void Tokenize_SampleLines_GivesTheSampleIds(string tokenizer)
    {
        var result = ZiyaProcess.Shell(Samples, $"head -110 lines.txt | $ZIYA tokenize --tokenizer {tokenizer}");

        Assert.Equal((Exit.Done, ""), (result.Exit, result.Error));
        Assert.Equal(File.ReadAllText(Path.Combine(Samples, tokenizer.Split('/')[0], "ids.txt")), result.Output);
    }

    [Fact]
    public void Tokenize_ThereAndBack_GivesTheLines()
    {
        var result = ZiyaProcess.Shell(Samples, "$ZIYA tokenize --tokenizer code < lines.txt | $ZIYA tokenize --tokenizer code --decode");

        Assert.Equal(Exit.Done, result.Exit);
        Assert.Equal(File.ReadAllText(Path.Combine(Samples, "lines.txt")), result.Output);
    }

    [Fact]
    public void Tokenize_Special_FindsTheAddedTokens() =>
        Assert.Equal("1 1200 1201\n", ZiyaProcess.Shell(Samples, "printf '<human><bot>' | $ZIYA tokenize --tokenizer llama --special").Output);

    [Fact]
    public void Tokenize_Count_GivesOnlyTheSums() =>
        Assert.StartsWith(
            $"294 lines, {new FileInfo(Path.Combine(Samples, "lines.txt")).Length} bytes, ",
            ZiyaProcess.Shell(Samples, "$ZIYA tokenize --tokenizer llama --count < lines.txt").Output,
            StringComparison.Ordinal);

    [Fact]
    public void Tokenize_OtherEngine_EncodesOrSaysThatItIsNotThere()
    {
        var result = ZiyaProcess.Shell(Samples, "echo '雨停了。' | $ZIYA tokenize --tokenizer llama --engine microsoft");

        Assert.True(result.Exit == Exit.Done || result.Error.Contains("this build has no Microsoft.ML.Tokenizers", StringComparison.Ordinal), result.Error);
    }

    [Theory]
    [InlineData("echo 1 99999 | $ZIYA tokenize --tokenizer llama --decode", "stdin:1: '99999' is no id of this tokenizer; ids are 0 to 1201")]
    [InlineData("echo x | $ZIYA tokenize --tokenizer nowhere", "nowhere does not exist")]
    public void Tokenize_Wrong_SaysWhat(string line, string said)
    {
        var result = ZiyaProcess.Shell(Samples, line);

        Assert.Equal(Exit.Failed, result.Exit);
        Assert.Contains(said, result.Error, StringComparison.Ordinal);
    }
}
