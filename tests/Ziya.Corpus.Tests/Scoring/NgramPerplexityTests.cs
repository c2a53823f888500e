using Ziya.Corpus.Scoring;
using Ziya.Corpus.Scoring.Lm;
using Ziya.Corpus.Tests.Fixtures;
using Ziya.Corpus.Tests.Scoring.Lm;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Tests.Scoring;

public sealed class NgramPerplexityTests : IDisposable
{
    private readonly LmSamples _samples = new();
    private readonly ModelPool _pool = new(null!, null!, TimeProvider.System);
    private readonly StepCatalog _catalog = new(typeof(Perplexity).Assembly);

    public void Dispose()
    {
        _pool.Dispose();
        _samples.Dispose();
    }

    [Fact]
    public void Apply_HeldOutLines_IsWhatCcNetComputes()
    {
        var lines = LmSamples.Lines("held-out.txt");
        var step = Step(new PerplexityOptions { Lm = new Dictionary<string, string> { ["any"] = Model("zh.lm", LmTokens.Character) } });

        // Sums of KenLM's query over the five lines, one of them blank; tokens and an end each.
        double[] totals = [-21.8594, -28.545097, -17.161165, -1.3937103, -26.823494];
        var tokens = lines.Sum(line => line.Count(c => c != ' ') + 1);
        Assert.Equal(Math.Pow(10, -totals.Sum() / tokens), Score(step, string.Join('\n', lines), null)!.Value, 1e-3);
    }

    [Fact]
    public void Apply_ModelsByLanguage_TakesTheRecordsOwn()
    {
        var step = Step(new PerplexityOptions { Lm = new Dictionary<string, string> { ["zh"] = Model("zh.lm", LmTokens.Character), ["en"] = Model("en.lm", LmTokens.Word) } });

        Assert.Equal(Math.Pow(10, 21.8594 / 15), Score(step, "老人的豆腐卖完了，雨也停了。", "zh")!.Value, 1e-3);
        Assert.Equal(Math.Pow(10, 12.87863 / 12), Score(step, "the wind is strong and the ferry stays in the harbour", "en")!.Value, 1e-3);
        Assert.Null(Score(step, "der Wind ist stark", "de"));
        Assert.Null(Score(step, "雨", null));
        Assert.Null(Score(step, "", "zh"));
    }

    [Fact]
    public void Apply_NormalizedAsCcNet_ScoresTheNormalTextAsOneLine()
    {
        var lm = new Dictionary<string, string> { ["zh"] = Model("zh.lm", LmTokens.Character), ["en"] = Model("en.lm", LmTokens.Word) };
        var (plain, normal) = (Step(new PerplexityOptions { Lm = lm }), Step(new PerplexityOptions { Lm = lm, Normalize = TextNormalization.Ccnet }));

        Assert.Equal(Score(plain, "the wind is strong and the ferry stays in the harbour", "en"), Score(normal, "  The WIND is strong and thé ferry stays in the har\nbour", "en"));
        Assert.Equal(Score(plain, "老人的豆腐卖完了,雨也停了.0", "zh"), Score(normal, "老人的豆腐卖完了，\n雨也停了。７\n", "zh"));
        Assert.Contains("'normalize' is for 'lm'", string.Concat(Step(new PerplexityOptions { Model = "m", Normalize = TextNormalization.Ccnet }).Check()), StringComparison.Ordinal);
    }

    [Fact]
    public void Check_BadFiles_AreToldBeforeWorkStarts()
    {
        var good = Model("zh.lm", LmTokens.Character);
        File.WriteAllText(_samples.PathOf("empty.lm"), "");
        File.WriteAllText(_samples.PathOf("bad.arpa"), "\\data\\\nngram 1=1\n");
        File.WriteAllBytes(_samples.PathOf("cut.arpa.gz"), File.ReadAllBytes(Path.Combine(SampleCorpus.Folder, "..", "lm", "zh.arpa.gz"))[..2000]);

        Assert.Empty(Faults("good", good));
        Assert.Contains("does not exist", Faults("none", _samples.PathOf("none.lm")), StringComparison.Ordinal);
        Assert.Contains("is empty", Faults("empty", _samples.PathOf("empty.lm")), StringComparison.Ordinal);
        Assert.Contains("expected '\\1-grams:'", Faults("bad", _samples.PathOf("bad.arpa")), StringComparison.Ordinal);
        Assert.Contains("cut.arpa.gz:", Faults("cut off", _samples.PathOf("cut.arpa.gz")), StringComparison.Ordinal);
        Assert.Contains("other tokens (character) than word", Faults("cut", good, "word"), StringComparison.Ordinal);
        Assert.Contains("one of 'model' and 'lm'", string.Concat(Step(new PerplexityOptions()).Check()), StringComparison.Ordinal);
    }

    /// <summary>Machines have copies of their own, of other times.</summary>
    [Theory]
    [InlineData("zh.arpa", "-1.5\t灯塔")]
    [InlineData("en.arpa", "-1.5\tlantern")]
    public void Version_CopyOfAModel_IsTheSameUntilAByteChanges(string name, string line)
    {
        Directory.CreateDirectory(_samples.PathOf("copy"));
        var (path, copy) = (_samples.PathOf(name), _samples.PathOf("copy/" + name));
        File.WriteAllText(path, $"\\data\\\nngram 1=1\n\n\\1-grams:\n{line}\n\n\\end\\\n");
        File.Copy(path, copy);
        File.SetLastWriteTimeUtc(copy, DateTime.UnixEpoch);
        Assert.Equal(VersionOf(path), VersionOf(copy));

        File.WriteAllText(copy, File.ReadAllText(copy).Replace("-1.5", "-1.6", StringComparison.Ordinal));
        Assert.NotEqual(VersionOf(path), VersionOf(copy));

        string VersionOf(string lm) => Step(new PerplexityOptions { Lm = new Dictionary<string, string> { ["any"] = lm } }).Version();
    }

    private string Faults(string name, string path, string? tokens = null) =>
        string.Concat(Step(new PerplexityOptions { Lm = new Dictionary<string, string> { [name] = path }, Tokens = tokens }).Check());

    private string Model(string name, string tokens) => _samples.Train(name, _samples.Options(4), tokens, LmSamples.Lines("lines.txt"));

    private Step Step(PerplexityOptions options) => _catalog.Find("perplexity")!.Create(options, 42, _pool);

    private static double? Score(Step step, string text, string? language) =>
        ((IRecordStep)step).Apply(new Document { Id = "a", Text = text, Language = language }).Record!.Scores.TryGet("perplexity", out var score) ? score : null;
}
