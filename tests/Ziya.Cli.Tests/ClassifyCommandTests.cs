namespace Ziya.Cli.Tests;

public sealed class ClassifyCommandTests : IDisposable
{
    private static readonly string Samples = Repository.PathOf("samples");

    private readonly string _folder = Directory.CreateTempSubdirectory("ziya-classify-").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    [Fact]
    public void TrainEvalAndRun_SampleTexts_DropTheAdvertising()
    {
        Assert.Contains("expected calibration error", Ziya($"classify train classify/train.jsonl --held-out 0.2 --out {_folder}/ad.clf").Output, StringComparison.Ordinal);
        Assert.StartsWith("4 texts, accuracy 1.0000", Ziya($"classify eval classify/test.jsonl --model {_folder}/ad.clf").Output, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(_folder, "job.yaml"), $$"""
            job: ads
            input: { read: classify/test.jsonl }
            steps:
              - classify: { model: "{{_folder}}/ad.clf", name: kind, max: { advert: 0.5 } }
              - select: { where: "kind_prose > 0.5" }
            output: { write: "{{_folder}}/out", compression: none }
            """);

        var run = Ziya($"run {_folder}/job.yaml --run-dir {_folder}/run");

        Assert.True(run.Exit == Exit.Done, run.Error);
        Assert.Contains("above_advert 2", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("classify train classify/none.jsonl --out x.clf", Exit.Failed, "classify/none.jsonl does not exist")]
    [InlineData("classify train lm/lines.txt --out x.clf", Exit.Failed, "lm/lines.txt:1: not a JSON object")]
    [InlineData("classify train classify/train.jsonl --label-field kind --out x.clf", Exit.Failed, "classify/train.jsonl:1: no text in 'kind'; --label-field names another field")]
    [InlineData("classify train classify/train.jsonl --bits 40 --out x.clf", Exit.Wrong, "bits: 10 to 26")]
    [InlineData("classify eval classify/test.jsonl --model classify/test.jsonl", Exit.Failed, "is no classifier of")]
    public void Wrong_SaysWhat(string line, int exit, string said)
    {
        var result = Ziya(line);

        Assert.Equal(exit, result.Exit);
        Assert.Contains(said, result.Error, StringComparison.Ordinal);
    }

    private static ZiyaProcess.Result Ziya(string line) => ZiyaProcess.Shell(Samples, $"$ZIYA {line}");
}
