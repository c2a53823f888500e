using System.Text;
using Ziya.Corpus.Scoring.Lm;
using Ziya.Pipeline.Scoring;

namespace Ziya.Corpus.Tests.Scoring.Lm;

public sealed class LanguageModelTests : IDisposable
{
    private readonly LmSamples _samples = new();

    public void Dispose() => _samples.Dispose();

    /// <summary>Totals and unknown tokens by KenLM's query (4cb443e) with lmplz's models of the same lines.</summary>
    [Theory]
    [InlineData(LmTokens.Character, 4, new int[0], new[] { -21.8594, -28.545097, -17.161165, -1.3937103, -26.823494 }, new[] { 2, 0, 2, 0, 0 })]
    [InlineData(LmTokens.Character, 3, new[] { 0, 0, 1 }, new[] { -21.556711, -31.82623, -16.920803, -1.3937103, -28.28947 }, new[] { 2, 0, 2, 0, 0 })]
    [InlineData(LmTokens.Word, 4, new int[0], new[] { -2.8068557, -12.87863, -2.8068557, -0.76351434, -10.416588 }, new[] { 1, 1, 1, 0, 1 })]
    [InlineData(LmTokens.Word, 3, new[] { 0, 0, 1 }, new[] { -2.8068557, -12.916276, -2.8068557, -0.76351434, -10.885649 }, new[] { 1, 1, 1, 0, 1 })]
    public void Score_HeldOutLines_GivesWhatKenLmGives(string tokens, int order, int[] prune, double[] totals, int[] unknown)
    {
        var path = _samples.Train("own.lm", _samples.Options(order, prune), tokens, LmSamples.Lines("lines.txt"));
        using (var writer = new ArpaWriter(_samples.PathOf("text.arpa.gz"), _samples.Folder))
        {
            LmSamples.Train(_samples.Options(order, prune), tokens, LmSamples.Lines("lines.txt"), writer);
        }

        LmFiles.Convert(_samples.PathOf("text.arpa.gz"), _samples.PathOf("converted.lm"), LmSamples.Tokens(tokens));
        foreach (var file in new[] { path, _samples.PathOf("converted.lm") })
        {
            using var model = LanguageModel.Open(file);
            Assert.Equal(totals, LmSamples.Lines("held-out.txt").Select(line => LmSamples.Score(model, line, out _)), (a, b) => Math.Abs(a - b) < 1e-5);
            Assert.Equal(unknown, LmSamples.Lines("held-out.txt").Select(line => { LmSamples.Score(model, line, out var count); return count; }));
        }
    }

    [Fact]
    public void Score_EveryTokenBehindAnyText_SumsToOne()
    {
        using var model = LanguageModel.Open(_samples.Train("own.lm", _samples.Options(4, 0, 0, 1), LmTokens.Character, LmSamples.Lines("lines.txt")));
        foreach (var text in new[] { "", "老人的豆腐", "the old man at the ", "菜市场#the", "豆腐豆腐" })
        {
            var ids = new List<int>();
            LmSamples.Tokens(LmTokens.Character).Cut(Encoding.UTF8.GetBytes(text), model.Vocabulary, false, ids);
            var state = model.Start;
            ids.ForEach(id => model.Score(ref state, id));
            var sum = Enumerable.Range(0, model.Vocabulary.Count).Where(id => id != LmVocabulary.Begin).Sum(id =>
            {
                var behind = state;
                return Math.Pow(10, model.Score(ref behind, id));
            });

            Assert.Equal(1, sum, 1e-5);
        }
    }

    /// <summary>Strings are cut as they are, and where that is the same, without making UTF-8 of them.</summary>
    [Theory]
    [InlineData(LmTokens.Character)]
    [InlineData(LmTokens.Word)]
    public void Cut_OfAString_GivesWhatCuttingItsUtf8Gives(string tokens)
    {
        string[] pieces = ["豆", "腐", "the", " ", "\u3000", "\t", "\0", "😀", "\ud83d", "\udc00", "é", "龘", "\u2029"];
        using var model = LanguageModel.Open(_samples.Train("own.lm", _samples.Options(3), tokens, LmSamples.Lines("lines.txt")));
        var random = new Random(7);
        for (var i = 0; i < 500; i++)
        {
            var text = string.Concat(Enumerable.Range(0, i % 30).Select(_ => pieces[random.Next(pieces.Length)]));
            var (found, expected) = (new List<int> { 5 }, new List<int> { 5 });
            LmSamples.Tokens(tokens).Cut(text, model.Vocabulary, found);
            LmSamples.Tokens(tokens).Cut(Encoding.UTF8.GetBytes(text), model.Vocabulary, false, expected);
            Assert.Equal(expected, found);
        }
    }

    /// <summary>Lines look their n-grams up ahead; one token after the other does not.</summary>
    [Theory]
    [InlineData(1, LmTokens.Character)]
    [InlineData(2, LmTokens.Word)]
    [InlineData(4, LmTokens.Character)]
    [InlineData(6, LmTokens.Word)]
    [InlineData(6, LmTokens.Character)]
    public void Score_LinesOfAnyLength_GivesTheSumOfTheirTokens(int order, string tokens)
    {
        using var model = LanguageModel.Open(_samples.Train("own.lm", _samples.Options(order), tokens, LmSamples.Lines("lines.txt")));
        var known = LmSamples.Lines("lines.txt").Select(line => Ids(model, tokens, line)).ToList();
        var random = new Random(7);
        for (var length = 0; length < 60; length++)
        {
            // Stretches that were trained on, and tokens at random, unknown ones among them.
            int[] line = [.. known[random.Next(known.Count)].Take(length / 2), .. Enumerable.Range(0, length).Select(_ => random.Next(model.Vocabulary.Count)), .. known[random.Next(known.Count)]];
            var (state, sum, ofUnknown) = (model.Start, 0.0, 0.0);
            foreach (var token in line.Append(LmVocabulary.End))
            {
                var score = model.Score(ref state, token);
                sum += score;
                ofUnknown += token == LmVocabulary.Unknown ? score : 0;
            }

            Assert.Equal(sum, model.Score(line, out var unknown, out var theirs));
            Assert.Equal((line.Count(token => token == LmVocabulary.Unknown), ofUnknown), (unknown, theirs));
        }
    }

    [Fact]
    public void Find_NamesOfAllLengths_AreToldApart()
    {
        var vocabulary = new LmVocabulary();
        var names = new[] { "", "a", "a\0", "猫", "猫\0", "seven b", "eight by", "nine byte", "十个字节" }.Concat(Enumerable.Range(0, 20_000).Select(i => $"{i:x}")).Distinct().ToList();

        var ids = names.ConvertAll(name => vocabulary.FindOrAdd(Encoding.UTF8.GetBytes(name)));

        Assert.Equal(names.Count, ids.Distinct().Count());
        Assert.Equal(ids, names.ConvertAll(name => vocabulary.Find(Encoding.UTF8.GetBytes(name))));
    }

    [Fact]
    public void Convert_WithoutTheEndsOfLongerOnes_BacksOffAsDefined()
    {
        // "b c" is not there, "a b c" is: p(c | b) is p(c) + backoff(b), and p(c | a b) stays what it is.
        var arpa = Write("gap.arpa", "\\data\\\nngram 1=6\nngram 2=1\nngram 3=1\n\n\\1-grams:\n-1\t<unk>\n0\t<s>\t-0.5\n-1\t</s>\n-1.1\ta\t-0.2\n-1.2\tb\t-0.3\n-1.3\tc\t-0.4\n\n\\2-grams:\n-0.6\ta b\t-0.05\n\n\\3-grams:\n-0.1\ta b c\n\n\\end\\\n");
        LmFiles.Convert(arpa, _samples.PathOf("gap.lm"), LmSamples.Tokens(LmTokens.Word));
        using var model = LanguageModel.Open(_samples.PathOf("gap.lm"));

        // a | <s>, b | a, c | a b, end | c.
        Assert.Equal(-0.5 - 1.1 - 0.6 - 0.1 - 0.4 - 1, LmSamples.Score(model, "a b c", out _), 1e-5);
        Assert.Equal(-0.5 - 1.2 - 0.3 - 1.3 - 0.4 - 1, LmSamples.Score(model, "b c", out _), 1e-5);
    }

    [Theory]
    [InlineData("", ":0: is empty.")]
    [InlineData("hello\n", ":1: is no ARPA file")]
    [InlineData("\\data\\\nngram 1=x\n", ":2: expected 'ngram 1=COUNT'")]
    [InlineData("\\data\\\nngram 1=3\n\\1-grams:\n-1\t<unk>\n-1\t<s>\n\\end\\\n", "has 2 1-grams, and says 3")]
    [InlineData("\\data\\\nngram 1=1\n\\1-grams:\n0.5\t<unk>\n\\end\\\n", ":4: log10 of a probability is 0.5")]
    [InlineData("\\data\\\nngram 1=1\n\\1-grams:\nminus\t<unk>\n", ":4: 'minus' is no number")]
    [InlineData("\\data\\\nngram 1=1\n\\1-grams:\n-1\t<unk>\n", "ends without '\\end\\'")]
    [InlineData("\\data\\\nngram 1=2\nngram 2=1\n\\1-grams:\n-1\t<unk>\n-1\t猫\n\\2-grams:\n-1\t猫 狗\n\\end\\\n", "'狗' is none of the 1-grams")]
    [InlineData("\\data\\\nngram 1=3\nngram 2=0\nngram 3=1\n\\1-grams:\n-1\t<unk>\n-1\ta\n-1\tb\n\\2-grams:\n\\3-grams:\n-1\ta b a\n\\end\\\n", "without its last token is not in the file")]
    public void Convert_BadArpa_SaysWhereAndWhat(string text, string said)
    {
        var arpa = Write("bad.arpa", text);

        var message = Assert.Throws<InvalidDataException>(() => LmFiles.Convert(arpa, _samples.PathOf("bad.lm"), LmSamples.Tokens(LmTokens.Word))).Message;

        Assert.StartsWith(arpa, message, StringComparison.Ordinal);
        Assert.Contains(said, message, StringComparison.Ordinal);
        Assert.Equal([arpa], Directory.GetFiles(_samples.Folder));
    }

    [Theory]
    [InlineData(-1, 0, "is empty")]
    [InlineData(100, 0, "is no language model of")]
    [InlineData(8, 9, "is of version 9, and this program reads 1")]
    [InlineData(200, 77, "is damaged")]
    [InlineData(5000, 77, "is damaged")]
    public void Open_SpoiltFile_IsRefused(int at, byte value, string said)
    {
        var path = _samples.Train("own.lm", _samples.Options(2), LmTokens.Word, LmSamples.Lines("lines.txt"));
        var bytes = File.ReadAllBytes(path);
        bytes[Math.Max(0, at)] = value;
        File.WriteAllBytes(path, at < 0 ? [] : at == 100 ? bytes[8..] : bytes);

        Assert.Contains(said, Assert.Throws<InvalidDataException>(() => LanguageModel.Open(path)).Message, StringComparison.Ordinal);
    }

    /// <summary>A tokenizer is told by its vocabulary, not by its path.</summary>
    [Fact]
    public void Open_WithAnotherTokenizer_IsRefused()
    {
        var path = _samples.PathOf("tokens.lm");
        var tokens = LmTokens.Of("my.model", _ => new Letters(7));
        using (var trainer = new LmTrainer(_samples.Options(2), tokens))
        {
            trainer.Add("豆腐 bread"u8);
            using var builder = new LmBuilder(path, tokens);
            trainer.Estimate([builder]);
        }

        LmFiles.Open(path, "moved.model", _ => new Letters(7), out _).Dispose();
        Assert.Contains("made with other tokens (my.model) than other.model", Refusal("other.model", _ => new Letters(8)), StringComparison.Ordinal);
        Assert.Contains("made with other tokens (my.model) than character", Refusal("character", _ => new Letters(7)), StringComparison.Ordinal);
        Assert.Contains("needs the tokenizer it was made with, which cannot be read: gone", Refusal(null, _ => throw new IOException("gone")), StringComparison.Ordinal);

        string Refusal(string? cut, Func<string, ITextTokenizer> load) => Assert.Throws<InvalidDataException>(() => LmFiles.Open(path, cut, load, out _)).Message;
    }

    private static List<int> Ids(LanguageModel model, string tokens, string line)
    {
        var ids = new List<int>();
        LmSamples.Tokens(tokens).Cut(Encoding.UTF8.GetBytes(line), model.Vocabulary, false, ids);
        return ids;
    }

    private string Write(string name, string text)
    {
        File.WriteAllText(_samples.PathOf(name), text);
        return _samples.PathOf(name);
    }

    private sealed class Letters(ulong fingerprint) : ITextTokenizer
    {
        public int Size => 128;

        public ulong Fingerprint => fingerprint;

        public void Encode(ReadOnlySpan<char> text, List<int> ids)
        {
            foreach (var letter in text)
            {
                ids.Add(letter % 128);
            }
        }

        public string NameOf(int id) => $"<{id}>";
    }
}
