using Ziya.Cli.Tests;
using Ziya.Models.Tokenization;

namespace Ziya.Models.Tests.Tokenization;

/// <summary>Microsoft.ML.Tokenizers behind the same interface, and where it differs from the programs that the ids of samples/tokenizers are from.</summary>
public sealed class MicrosoftTokenizerTests(ITestOutputHelper output)
{
    private const string Missing = "the package registry has no Microsoft.ML.Tokenizers";

    private static string[] Lines => File.ReadAllText(Folder("lines.txt")).Split('\n')[..^1];

    [Theory]
    [InlineData("llama", 20)]
    [InlineData("code", 0)]
    public void Encode_SampleLines_DiffersWhereOursDoesNot(string folder, int most)
    {
        Assert.SkipUnless(TokenizerEngines.HasMicrosoft, Missing);
        var (own, theirs) = (ModelTokenizer.Load(Folder(folder)), Microsoft(folder));
        var expected = File.ReadAllLines(Folder(folder, "ids.txt"));
        var differing = 0;
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], Ids(own, Lines[i]));
            if (Ids(theirs, Lines[i]) != expected[i])
            {
                differing++;
                output.WriteLine($"line {i + 1}: {Lines[i]}\n  {expected[i]}\n  {Ids(theirs, Lines[i])}");
            }
        }

        output.WriteLine($"{differing} of {expected.Length} lines differ");
        Assert.InRange(differing, 0, most);

        string Ids(ModelTokenizer tokenizer, string line)
        {
            var ids = new TokenBuffer();
            tokenizer.Encode(line, ids, folder == "code", false);
            return string.Join(' ', ids.Ids.ToArray());
        }
    }

    [Theory]
    [InlineData("llama", "The rain has stopped. 雨停了，我们走吧！")]
    [InlineData("llama", "中英 mixed 文本 😀 龘\t2026")]
    [InlineData("code", "def f(x):\n    return x ** 2  # 平方 12345")]
    [InlineData("code", "雨停了。  😀 <human>")]
    public void Encode_PlainText_GivesTheIdsOfOurs(string folder, string text)
    {
        Assert.SkipUnless(TokenizerEngines.HasMicrosoft, Missing);
        var (own, theirs) = (ModelTokenizer.Load(Folder(folder)), Microsoft(folder));

        Assert.Equal(own.Encode(text), theirs.Encode(text));
        Assert.Equal(text, theirs.Decode(theirs.Encode(text)));
        Assert.Equal((own.Size, own.BosId, own.EosId), (theirs.Size, theirs.BosId, theirs.EosId));
    }

    [Fact]
    public void Load_EngineThatIsNotThere_SaysSo()
    {
        Assert.SkipWhen(TokenizerEngines.HasMicrosoft, "the package registry has Microsoft.ML.Tokenizers");

        Assert.Contains("this build has no Microsoft.ML.Tokenizers", Assert.Throws<InvalidDataException>(() => Microsoft("llama")).Message, StringComparison.Ordinal);
    }

    private static ModelTokenizer Microsoft(string folder) => ModelTokenizer.Load(Folder(folder), new TokenizerSwitches { Engine = TokenizerEngine.Microsoft });

    private static string Folder(params string[] parts) => Repository.PathOf(["samples", "tokenizers", .. parts]);
}
