namespace Ziya.Cli.Tests;

public sealed class LmCommandTests : IDisposable
{
    private static readonly string Samples = Repository.PathOf("samples");

    private readonly string _folder = Directory.CreateTempSubdirectory("ziya-lm-").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    [Theory]
    [InlineData("--tokens character", "-21.8594\t14\t2", "-28.5451\t43\t0")]
    [InlineData("--tokens word", "-2.80686\t1\t1", "-12.87863\t11\t1")]
    public void TrainAndScore_SampleLines_GivesWhatKenLmGives(string tokens, params string[] scores)
    {
        var result = Ziya($"lm train lm/lines.txt {tokens} --order 4 --discount-fallback --out {_folder}/m.lm --arpa {_folder}/m.arpa.gz");

        Assert.Equal((Exit.Done, 5), (result.Exit, result.Output.Split('\n').Length));
        foreach (var model in new[] { "m.lm", "m.arpa.gz" })
        {
            Assert.Equal(scores, Ziya($"lm score --model {_folder}/{model} {tokens} lm/held-out.txt").Output.Split('\n').Take(scores.Length));
        }
    }

    [Fact]
    public void Train_TokensOfATokenizer_AreNamedInTheModelAndChecked()
    {
        Ziya($"lm train lm/lines.txt --tokens tokenizers/llama --order 3 --discount-fallback --out {_folder}/m.lm");

        var scored = Ziya($"lm score --model {_folder}/m.lm lm/held-out.txt");
        Assert.Equal(Exit.Done, scored.Exit);
        var counts = ZiyaProcess.Shell(Samples, "head -1 lm/held-out.txt | $ZIYA tokenize --tokenizer tokenizers/llama --count").Output.Split(' ');
        Assert.Equal(counts[4], scored.Output.Split('\n')[0].Split('\t')[1]);
        var other = Ziya($"lm score --model {_folder}/m.lm --tokens tokenizers/code lm/held-out.txt");
        Assert.Equal(Exit.Failed, other.Exit);
        Assert.Contains("was made with other tokens (tokenizers/llama) than tokenizers/code", other.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_PerplexityByLanguage_WritesTheScore()
    {
        Ziya($"lm train lm/lines.txt --tokens character --order 4 --discount-fallback --out {_folder}/zh.lm");
        Ziya($"lm train lm/lines.txt --tokens tokenizers/llama --order 4 --discount-fallback --out {_folder}/en.lm");
        File.WriteAllText(Path.Combine(_folder, "in.jsonl"), """
            {"id":"z","language":"zh","text":"老人的豆腐卖完了，雨也停了。"}
            {"id":"e","language":"en","text":"the wind is strong and the ferry stays in the harbour"}
            """);
        File.WriteAllText(Path.Combine(_folder, "job.yaml"), $$"""
            job: lm
            input: { read: "{{_folder}}/in.jsonl" }
            steps:
              - perplexity: { lm: { zh: "{{_folder}}/zh.lm", en: "{{_folder}}/en.lm" } }
            output: { write: "{{_folder}}/out", compression: none }
            """);

        var result = Ziya($"run {_folder}/job.yaml --run-dir {_folder}/run");

        Assert.True(result.Exit == Exit.Done, result.Error);
        // 10^(21.8594 / 15), by KenLM.
        var rows = string.Concat(Directory.GetFiles(Path.Combine(_folder, "out"), "*.jsonl").Select(File.ReadAllText)).Split('\n');
        Assert.Contains("\"perplexity\":28.66", rows[0], StringComparison.Ordinal);
        Assert.Contains("\"perplexity\":", rows[1], StringComparison.Ordinal);
        var bad = Ziya($"plan {_folder}/job.yaml --set steps.perplexity.lm={_folder}/in.jsonl");
        Assert.Equal(Exit.Wrong, bad.Exit);
        Assert.Contains("is no language model of `ziya lm`", bad.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lm train lm/lines.txt", Exit.Wrong, "--out or --arpa")]
    [InlineData("lm train lm/lines.txt --order 9 --out x.lm", Exit.Wrong, "out of range 1 to 6")]
    [InlineData("lm train lm/none.txt --out x.lm", Exit.Failed, "lm/none.txt does not exist")]
    [InlineData("lm train corpus/zh-web.jsonl --out x.lm", Exit.Failed, "no text in 'text'; --field names another field")]
    [InlineData("lm score --model lm/lines.txt lm/lines.txt", Exit.Failed, "is no language model")]
    public void Wrong_SaysWhat(string line, int exit, string said)
    {
        var result = Ziya(line);

        Assert.Equal(exit, result.Exit);
        Assert.Contains(said, result.Error, StringComparison.Ordinal);
    }

    private static ZiyaProcess.Result Ziya(string line) => ZiyaProcess.Shell(Samples, $"$ZIYA {line}");
}
