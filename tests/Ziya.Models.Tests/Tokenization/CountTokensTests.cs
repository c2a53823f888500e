using System.Text.Json;
using System.Text.Json.Nodes;
using Ziya.Cli.Tests;
using Ziya.Models.Tokenization;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Plans;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Steps;
using Ziya.Pipeline.Writing;

namespace Ziya.Models.Tests.Tokenization;

public sealed class CountTokensTests : IDisposable
{
    private static readonly StepCatalog Catalog = new(typeof(CountTokens).Assembly);
    private readonly string _folder = Directory.CreateTempSubdirectory("ziya-count-").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    [Theory]
    [InlineData("llama")]
    [InlineData("code/tokenizer.json")]
    public void Run_SampleLines_CountsOfTheReferencePrograms(string tokenizer)
    {
        var golden = Golden(tokenizer);
        Write("""{{"id":"{0}","text":{1},"source":"{2}"}}""", golden.Select(pair => pair.Line));
        var report = Execute(Job("document", $"tokenizer: {Sample(tokenizer)}", "{source}"));

        var written = Rows("out/a").Concat(Rows("out/b")).ToDictionary(row => (string)row["id"]!, row => (long)row["scores"]!["tokens"]!);
        Assert.Equal(golden.Select(pair => (long)pair.Count), golden.Select((_, i) => written[$"{i}"]));

        // Each file, all of them, the report and the card say the same.
        var total = golden.Sum(pair => (long)pair.Count);
        var manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, "out/manifest.json")))!;
        Assert.Equal(total, (long)manifest["tokens"]!);
        Assert.All(manifest["files"]!.AsArray(), file => Assert.Equal(Rows("out/" + Path.GetDirectoryName((string)file!["path"]!)).Sum(row => (long)row["scores"]!["tokens"]!), (long)file["tokens"]!));
        Assert.Equal(total, report.Stats.Written.Tokens);
        Assert.Contains($"characters, {total:N0} tokens.", File.ReadAllText(Path.Combine(_folder, "out/README.md")), StringComparison.Ordinal);
        Assert.Equal(total, Dataset.ReadManifest(new Pipeline.Storage.FileStore(Path.Combine(_folder, "out")))!.Tokens);
    }

    [Fact]
    public void Run_Limits_DropsWhatIsBeyondThem()
    {
        var golden = Golden("llama");
        Write("""{{"id":"{0}","text":{1}}}""", golden.Select(pair => pair.Line));
        var report = Execute(Job("document", $"tokenizer: {Sample("llama")}, min: 20, max: 100"));

        Assert.Equal(golden.Count(pair => pair.Count < 20), report.Records.Dropped["count_tokens"]["too_few_tokens"]);
        Assert.Equal(golden.Count(pair => pair.Count > 100), report.Records.Dropped["count_tokens"]["too_many_tokens"]);
        Assert.All(Rows("out"), row => Assert.InRange((int)row["scores"]!["tokens"]!, 20, 100));
    }

    [Theory]
    [InlineData("instruction", """{"instruction":"把这句话译成英文","input":"雨停了。","output":"The rain has stopped.","system":"You are a translator."}""", new[] { "把这句话译成英文", "雨停了。", "The rain has stopped.", "You are a translator." })]
    [InlineData("dialogue", """{"messages":[{"role":"user","content":"你好"},{"role":"assistant","content":"Hello <human>!"}]}""", new[] { "你好", "Hello <human>!" })]
    [InlineData("preference", """{"prompt":"问","chosen":"好的答案","rejected":"no"}""", new[] { "问", "好的答案", "no" })]
    public void Run_OtherKinds_CountsEachTextByItself(string kind, string line, string[] texts)
    {
        Directory.CreateDirectory(Path.Combine(_folder, "in"));
        File.WriteAllText(Path.Combine(_folder, "in", "a.jsonl"), line);
        Execute(Job(kind, $"tokenizer: {Sample("llama")}"));
        var pieces = SentencePieceTokenizer.Load(Repository.PathOf("samples/tokenizers/llama/tokenizer.model"));
        Assert.Equal(texts.Sum(text => pieces.Encode(text).Length), (int)Assert.Single(Rows("out"))["scores"]!["tokens"]!);
    }

    [Fact]
    public void Run_ModelOfTheJob_CountsByItsTokenizer()
    {
        Write("""{{"id":"{0}","text":{1}}}""", ["雨停了。", "The rain has stopped."]);
        var onnx = Path.Combine(_folder, "model");
        Directory.CreateDirectory(onnx);
        foreach (var file in Directory.EnumerateFiles(Repository.PathOf("samples/tokenizers/llama")))
        {
            File.Copy(file, Path.Combine(onnx, Path.GetFileName(file)));
        }

        // No graph is needed, and none opened: the check of files is left out.
        Execute(Job("document", "model: m", models: $"models: {{ m: {{ onnx: {onnx} }} }}", checkFiles: false));
        var pieces = SentencePieceTokenizer.Load(Repository.PathOf("samples/tokenizers/llama/tokenizer.model"));
        Assert.Equal([pieces.Encode("雨停了。").Length, pieces.Encode("The rain has stopped.").Length], Rows("out").Select(row => (int)row["scores"]!["tokens"]!));
    }

    [Fact]
    public void Run_NotCounted_ManifestSaysNothingOfTokens()
    {
        Write("""{{"id":"{0}","text":{1}}}""", ["雨停了。", "Rain."]);
        Execute(JobFile.Parse(Yaml("document", "", "", "").Replace("\n  - count_tokens: {  }", " []", StringComparison.Ordinal), "job.yaml", [], Catalog));
        Assert.Null(JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, "out/manifest.json")))!["tokens"]);
        Assert.DoesNotContain("tokens", File.ReadAllText(Path.Combine(_folder, "out/README.md")), StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_OptionsThatCannotBe_SaysWhy()
    {
        Write("""{{"id":"{0}","text":{1}}}""", ["x"]);
        string Faults(string options, string models = "") => Assert.Throws<JobFaultException>(() => Job("document", options, models: models)).Message;
        Assert.Contains("one of 'tokenizer' and 'model' says", Faults(""), StringComparison.Ordinal);
        Assert.Contains("no/such does not exist: a tokenizer is", Faults("tokenizer: no/such"), StringComparison.Ordinal);
        Assert.Contains("'min' is greater than 'max'", Faults($"tokenizer: {Sample("llama")}, min: 3, max: 2"), StringComparison.Ordinal);
        Assert.Contains("model 'm' cannot be used here: it is not a model with tokenizer", Faults("model: m", "models: { m: { endpoint: \"http://localhost/v1\", model: m } }"), StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_TokenizerChanged_PhaseIsDoneAnew()
    {
        Write("""{{"id":"{0}","text":{1}}}""", ["x"]);
        var path = Path.Combine(_folder, "tokenizer.json");
        File.Copy(Sample("code/tokenizer.json"), path);
        var before = Planner.Make(Job("document", $"tokenizer: {path}"), Catalog);
        File.SetLastWriteTimeUtc(path, File.GetLastWriteTimeUtc(path).AddSeconds(1));
        Assert.Equal(before.Hash, Planner.Make(Job("document", $"tokenizer: {path}"), Catalog).Hash);

        File.AppendAllText(path, "\n");
        var after = Planner.Make(Job("document", $"tokenizer: {path}"), Catalog);
        Assert.NotEqual(before.Phases[^1].Hash, after.Phases[^1].Hash);
        Assert.NotEqual(before.Hash, after.Hash);
    }

    private static string Sample(string name) => Repository.PathOf("samples/tokenizers/" + name);

    // Where a line names a special token, Hugging Face's tokenizers find it, and this step does not.
    private static List<(string Line, int Count)> Golden(string tokenizer) =>
        [.. File.ReadAllText(Sample("lines.txt")).Split('\n').Zip(File.ReadLines(Sample(tokenizer.Split('/')[0] + "/ids.txt")), (line, ids) => (line, ids.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length))
            .Where(pair => tokenizer == "llama" || !pair.line.Contains("<|", StringComparison.Ordinal))];

    private void Write(string form, IEnumerable<string> texts)
    {
        Directory.CreateDirectory(Path.Combine(_folder, "in"));
        File.WriteAllLines(Path.Combine(_folder, "in", "a.jsonl"),
            texts.Select((text, i) => string.Format(null, form, i, JsonSerializer.Serialize(text), i % 3 == 0 ? "a" : "b")));
    }

    private Job Job(string kind, string options, string pattern = "", string models = "", bool checkFiles = true) =>
        JobFile.Parse(Yaml(kind, options, pattern, models), "job.yaml", [], Catalog, checkFiles);

    private string Yaml(string kind, string options, string pattern, string models) =>
        $$"""
        job: test
        input: { read: "{{_folder}}/in/*", kind: {{kind}} }
        {{models}}
        steps:
          - count_tokens: { {{options}} }
        output: { write: "{{_folder}}/out/{{pattern}}", compression: none }
        """;

    private IEnumerable<JsonNode> Rows(string below) => Directory.EnumerateFiles(Path.Combine(_folder, below), "*.jsonl").Order(StringComparer.Ordinal)
        .SelectMany(File.ReadLines).Select(line => JsonNode.Parse(line)!);

    private Report Execute(Job job)
    {
        using var run = Run.Open(job, Catalog, Path.Combine(_folder, "run"), false, TimeProvider.System);
        new LocalEngine(2, TimeProvider.System).Execute(run, default);
        return run.Finish("done");
    }
}
