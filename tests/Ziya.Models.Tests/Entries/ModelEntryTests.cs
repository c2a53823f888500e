using System.ComponentModel.DataAnnotations;
using Ziya.Models.Checkpoints;
using Ziya.Models.Entries;
using Ziya.Models.Export;
using Ziya.Models.Generation;
using Ziya.Models.Teachers;
using Ziya.Models.Tests.Teachers;
using Ziya.Models.Tiny;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Plans;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Steps;

namespace Ziya.Models.Tests.Entries;

/// <summary>Options of the step below.</summary>
public sealed record AskOptions
{
    /// <summary>The model.</summary>
    [ModelName(typeof(IGenerator))]
    public required string Model { get; init; }

    /// <summary>Most tokens.</summary>
    [Range(1, 100)]
    public int MaxTokens { get; init; } = 10;
}

/// <summary>Puts a model's answer in the place of a text.</summary>
[Step("ask")]
public sealed class Ask(AskOptions options) : Step<Document, Document>
{
    public override Verdict<Document> Apply(Document record)
    {
        var completion = Model<IGenerator>(options.Model).Generate(GenerationRequest.Of(record.Text) with { MaxTokens = options.MaxTokens }, default).GetAwaiter().GetResult();
        return completion.IsAnswer ? record with { Text = completion.Text } : new Drop("no_answer", new System.Text.Json.Nodes.JsonObject { ["fault"] = completion.Fault });
    }
}

public sealed class ModelEntryTests : IDisposable
{
    private static readonly StepCatalog Catalog = new(typeof(Ask).Assembly, typeof(TeacherOptions).Assembly);
    private readonly string _folder = Directory.CreateTempSubdirectory("ziya-models-").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    [Fact]
    public void Parse_WrongModels_AreToldTogetherWithTheirPlaces()
    {
        var faults = Assert.Throws<JobFaultException>(() => JobFile.Parse(
            """
            job: bad
            input: { read: in/*.jsonl }
            models:
              gpt: { endpoint: "https://x/v1", model: m, at_onze: 3 }
              none: { model: m }
              unset: { endpoint: "https://x/v1", model: m, key_env: ZIYA_TEST_NOT_SET }
              ftp: { endpoint: "ftp://x", model: m, budget_cost: 3 }
              "a/b": { endpoint: "https://x/v1", model: m }
              low: { endpoint: "https://x/v1", model: m, retries: -1 }
            steps:
              - ask: { model: gptt }
              - ask: { model: gpt }
              - ask: { model: unset, max_tokens: 1000 }
            output: { write: out }
            """,
            "job.yaml", [], Catalog)).Faults.Select(fault => fault.ToString()).Where(fault => !fault.Contains(":2:", StringComparison.Ordinal)).ToList();
        string[] expected =
        [
            "job.yaml:4:46: model 'gpt' has no option 'at_onze'. Did you mean 'at_once'?",
            "job.yaml:5:9: model 'none' does not say what it is.",
            "job.yaml:6:3: model 'unset': the environment variable ZIYA_TEST_NOT_SET ('key_env') is not set.",
            "job.yaml:7:3: model 'ftp': 'endpoint' is 'ftp://x', expected an address",
            "job.yaml:7:3: model 'ftp': 'budget_cost' needs",
            "job.yaml:8:3: 'a/b' cannot be the name of a model",
            "job.yaml:9:55: 'retries' is -1, out of range 0 to 100.",
            "job.yaml:11:19: model 'gptt' is not declared. Did you mean 'gpt'?",
            "job.yaml:13:38: 'max_tokens' is 1000, out of range 1 to 100.",
        ];
        Assert.Equal(expected, faults.Zip(expected, (fault, start) => fault.StartsWith(start, StringComparison.Ordinal) ? start : fault));
        Assert.Equal(expected.Length, faults.Count);
    }

    [Theory]
    [InlineData("at_once: 3, retries: 1, budget_tokens: 5, timeout_seconds: 9, key_env: PATH", true)]
    [InlineData("max_tokens: 5", false)]
    public void Plan_EntryChanged_PhasesOfItsStepsAreDoneAnewWhereItMatters(string change, bool same)
    {
        Write("你好");
        var before = Job("http://127.0.0.1:1/v1");
        var after = Job("http://127.0.0.1:1/v1", ", " + change);
        Assert.Equal(same, Planner.Make(before, Catalog).Hash == Planner.Make(after, Catalog).Hash);
        Assert.Equal(same, Planner.Make(before, Catalog).Phases[^1].Hash == Planner.Make(after, Catalog).Phases[^1].Hash);
    }

    [Fact]
    public async Task Run_BrokenOffByTheBudget_GoesOnAndAsksNothingTwice()
    {
        Write([.. Enumerable.Range(0, 20).Select(i => $"第{i}个问题")]);
        await using var server = await ChatServer.Start((_, context) => ChatServer.Answer($"答：{context.Items["asked"]}", promptTokens: 10, completionTokens: 5)(context));
        var failure = Assert.Throws<JobFailedException>(() => Execute(Job(server.Address, ", budget_tokens: 200")));
        Assert.Contains("budget_tokens", failure.Message, StringComparison.Ordinal);
        var asked = server.Requests.Count;
        Assert.InRange(asked, 5, 13);

        // The same run folder, although the budget is another.
        var report = Execute(Job(server.Address, ", budget_tokens: 2000"));
        Assert.Equal(20, report.Records.Written);
        Assert.Equal(20, server.Requests.Count);
        Assert.Equal(20, server.Requests.Select(request => (string)request.Body["messages"]![0]!["content"]!).Distinct().Count());

        // Another job over the same answers: with fresh tasks, but none asked.
        Directory.Delete(Path.Combine(_folder, "run", "phases"), true);
        Execute(Job(server.Address));
        Assert.Equal(20, server.Requests.Count);
    }

    [Theory]
    [InlineData("llama", "ziya2")]
    [InlineData("gptbigcode", "ziya-coding")]
    public void Run_TinyModel_AnswersTheSameHoweverItIsAsked(string family, string template)
    {
        Write([.. Enumerable.Range(0, 6).Select(i => $"第{i}个问题, question {i} <bot>:")]);
        var yaml = Yaml("").Replace("m: { endpoint: \"\", model: m }", $"m: {{ tiny: {family}, template: {template} }}", StringComparison.Ordinal);
        Execute(JobFile.Parse(yaml, "job.yaml", [], Catalog));
        var first = File.ReadAllText(Directory.GetFiles(Path.Combine(_folder, "out"), "*.jsonl").Single());
        Execute(JobFile.Parse(yaml, "job.yaml", [], Catalog), fresh: true, workers: 1);
        Assert.Equal(first, File.ReadAllText(Directory.GetFiles(Path.Combine(_folder, "out"), "*.jsonl").Single()));
        Assert.Equal(6, first.Count(c => c == '\n'));
    }

    [Theory]
    [InlineData(TinyFamily.Llama)]
    [InlineData(TinyFamily.GptBigCode)]
    [InlineData(TinyFamily.Reward)]
    public void Time_ExportedModel_IsThatOfItsWeights(TinyFamily family)
    {
        var (published, folder) = (Path.Combine(_folder, "published"), Path.Combine(_folder, "onnx"));
        TinyModel.Write(published, new TinyOptions { Family = family });
        ModelExport.Run(published, folder, new ExportOptions());
        var entry = new OnnxModelOptions { Onnx = folder, Device = "cpu", Batch = 4, GbPerSecond = 1, Tflops = 0.001 };

        // Matrices but the embedding, which is looked up; where the head is the embedding it counts.
        var checkpoint = Checkpoint.Open(published);
        var weights = (double)checkpoint.Tensors.Values.Where(tensor => tensor.Shape.Count == 2 && !tensor.Name.Contains("embed", StringComparison.Ordinal) && !tensor.Name.Contains("wpe", StringComparison.Ordinal) && !tensor.Name.Contains("value_head", StringComparison.Ordinal)).Sum(tensor => tensor.Count);
        var time = entry.Time(1000, 0)!;
        Assert.Equal((1000 * 2 * weights / 1e9, "cpu"), (time.Seconds, time.Device));
        Assert.Equal(1000 * Math.Max(2 * weights / 1e9, weights * 4 / 1e9 / 4), entry.Time(0, 1000)!.Seconds, 9);
        Assert.Equal(1000 * weights * 4 / 1e9, (entry with { Batch = 1 }).Time(0, 1000)!.Seconds, 9);
        Assert.Null(new OnnxModelOptions { Onnx = "no/such/folder" }.Time(1, 1));
        Assert.Equal(new OnnxModelOptions { Onnx = folder }, entry.Deciding());
    }

    [Fact]
    public void Parse_OnnxFolder_IsLookedInto()
    {
        var faults = Assert.Throws<JobFaultException>(() => JobFile.Parse(
            Yaml("").Replace("m: { endpoint: \"\", model: m }", "m: { onnx: no/such/folder, template: ziya3 }", StringComparison.Ordinal), "job.yaml", [], Catalog)).Message;
        Assert.Contains("job.yaml:3:11: model 'm': no/such/folder: there is no such folder", faults, StringComparison.Ordinal);
        Assert.Contains("There is no template 'ziya3'", faults, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ChangedJob_TakesTheAnswersOver()
    {
        Write("一", "two", "三");
        await using var server = await ChatServer.Start(ChatServer.Answer("answer"));
        Execute(Job(server.Address), runDir: "runs/a");
        Assert.Equal(3, server.Requests.Count);

        var longer = JobFile.Parse(Yaml(server.Address).Replace("[ask: { model: m }]", "[ask: { model: m }, ask: { model: m, max_tokens: 20 }]", StringComparison.Ordinal), "job.yaml", [], Catalog);
        var notes = new List<string>();
        Execute(longer, runDir: "runs/b", notes: notes);
        Assert.Contains(notes, note => note.StartsWith("Took the answers of model 'm' over from ", StringComparison.Ordinal));

        // All second questions are the first answer.
        Assert.Equal(4, server.Requests.Count);
    }

    [Fact]
    public async Task Run_Fresh_AsksAgain()
    {
        Write("一", "two");
        await using var server = await ChatServer.Start(ChatServer.Answer("a"));
        Execute(Job(server.Address));
        Execute(Job(server.Address), fresh: true);
        Assert.Equal(4, server.Requests.Count);
    }

    [Fact]
    public async Task Run_KeyTakenAwayAfterTheCheck_FailsTheJobAndSaysWhy()
    {
        Write("一");
        await using var server = await ChatServer.Start(ChatServer.Answer("a"));
        const string Variable = "ZIYA_TEST_FLEETING_KEY";
        Environment.SetEnvironmentVariable(Variable, "sk-1");
        var job = Job(server.Address, $", key_env: {Variable}");
        Environment.SetEnvironmentVariable(Variable, null);
        var failure = Assert.Throws<JobFailedException>(() => Execute(job));
        Assert.Contains($"model 'm' cannot be opened: the environment variable {Variable}", failure.Message, StringComparison.Ordinal);
    }

    private void Write(params string[] texts)
    {
        Directory.CreateDirectory(Path.Combine(_folder, "in"));
        File.WriteAllLines(Path.Combine(_folder, "in", "a.jsonl"), texts.Select(text => $$"""{"text":"{{text}}"}"""));
    }

    private Job Job(string endpoint, string more = "") => JobFile.Parse(Yaml(endpoint, more), "job.yaml", [], Catalog);

    private string Yaml(string endpoint, string more = "") =>
        $$"""
        job: test
        input: { read: "{{_folder}}/in/*" }
        models: { m: { endpoint: "{{endpoint}}", model: m{{more}} } }
        steps: [ask: { model: m }]
        output: { write: "{{_folder}}/out", compression: none }
        """;

    private Report Execute(Job job, bool fresh = false, int workers = 2, string runDir = "run", List<string>? notes = null)
    {
        using var run = Pipeline.Runs.Run.Open(job, Catalog, Path.Combine(_folder, runDir), fresh, TimeProvider.System);
        notes?.AddRange(run.Notes);
        new LocalEngine(workers, TimeProvider.System).Execute(run, default);
        return run.Finish("done");
    }
}
