using Ziya.Models.Export;
using Ziya.Models.Generation;
using Ziya.Models.Tests.Entries;
using Ziya.Models.Tiny;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Models.Tests.Generation;

public sealed class LocalModelTests : IDisposable
{
    private static readonly StepCatalog Catalog = new(typeof(Ask).Assembly, typeof(LocalModel).Assembly);
    private static readonly string[] Questions = ["写一首诗", "Write a poem.", "<bot>: 你好 <human>"];
    private readonly string _folder = Directory.CreateTempSubdirectory("ziya-local-").FullName;

    public LocalModelTests()
    {
        TinyModel.Write(Path.Combine(_folder, "source"), new TinyOptions { Family = TinyFamily.Llama, Vocabulary = 1300 });
        ModelExport.Run(Path.Combine(_folder, "source"), Model, new ExportOptions());
    }

    private string Model => Path.Combine(_folder, "model");

    public void Dispose() => Directory.Delete(_folder, true);

    [Fact]
    public async Task Generate_Conversations_AreAnsweredTheSameEveryTime()
    {
        using var generator = Open();
        GenerationRequest[] requests = [.. Questions.Select(text => GenerationRequest.Of(text) with { MaxTokens = 20, Seed = 3 })];

        var first = await Task.WhenAll(requests.Select(request => generator.Generate(request, default)));
        var second = await Task.WhenAll(requests.Reverse().Select(request => generator.Generate(request, default)));

        Assert.All(first, completion => Assert.True(completion.IsAnswer, completion.Fault));
        Assert.Equal(first.Select(completion => completion.Text), second.Reverse().Select(completion => completion.Text));
        Assert.All(first, completion => Assert.InRange(completion.PromptTokens, 4, 60));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n\u3000")]
    public async Task Generate_PromptWithoutWords_FailsAlone(string text)
    {
        using var generator = Open();

        var completion = await generator.Generate(GenerationRequest.Of(text), default);

        Assert.Equal((Ending.Fault, "the prompt is empty: the last turn has no words."), (completion.Ending, completion.Fault));
        Assert.True((await generator.Generate(GenerationRequest.Of("你好") with { MaxTokens = 2 }, default)).IsAnswer);
    }

    [Fact]
    public async Task Generate_WhatTheTemplateCannotExpress_FailsAlone()
    {
        using var generator = Open();

        var completion = await generator.Generate(new GenerationRequest([new Message("system", "x"), new Message("user", "y")]), default);

        Assert.Equal(Ending.Fault, completion.Ending);
        Assert.Contains("system prompt", completion.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_JobWithALocalModel_WritesTheSameWithAnyNumberOfWorkers()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "in"));
        File.WriteAllLines(Path.Combine(_folder, "in", "a.jsonl"), Enumerable.Range(0, 12).Select(i => $$"""{"text":"第{{i}}个问题：What is {{i}}?"}"""));

        Assert.Equal(Run("one", 1), Run("four", 4));
    }

    [Fact]
    public void Parse_WrongEntries_SayWhatToDo()
    {
        var faults = Assert.Throws<JobFaultException>(() => JobFile.Parse(
            $$"""
            job: bad
            input: { read: "{{_folder}}/*" }
            models:
              gone: { onnx: "{{_folder}}/gone", template: ziya2 }
              other: { onnx: "{{Model}}", template: zyia2 }
              gpu: { onnx: "{{Model}}", template: ziya2, device: "cuda:99" }
              npu: { onnx: "{{Model}}", template: ziya2, device: npu }
            steps: [ask: { model: gone }]
            output: { write: "{{_folder}}/out" }
            """,
            "job.yaml", [], Catalog)).Faults.Select(fault => fault.ToString()).ToList();

        Assert.Contains(faults, fault => fault.StartsWith("job.yaml:4:", StringComparison.Ordinal) && fault.Contains("ziya models export", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.StartsWith("job.yaml:5:", StringComparison.Ordinal) && fault.Contains("no template 'zyia2'", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.StartsWith("job.yaml:6:", StringComparison.Ordinal) && fault.Contains("'device' is cuda:99, which is not possible here: ", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.StartsWith("job.yaml:7:", StringComparison.Ordinal) && fault.Contains("npu", StringComparison.Ordinal));
    }

    private LocalGenerator Open() => new("tiny", LocalModel.Open(Model, new SchedulerOptions { Batch = 4 }), Ziya.Models.Prompts.PromptTemplates.Load("ziya2"), 4);

    private List<string> Run(string name, int workers)
    {
        var job = JobFile.Parse(
            $$"""
            job: test
            input: { read: "{{_folder}}/in/*" }
            models: { writer: { onnx: "{{Model}}", template: ziya2 } }
            steps: [ask: { model: writer, max_tokens: 12 }]
            output: { write: "{{_folder}}/{{name}}", compression: none }
            """,
            "job.yaml", [], Catalog);
        using var run = Pipeline.Runs.Run.Open(job, Catalog, Path.Combine(_folder, "run-" + name), false, TimeProvider.System);
        new LocalEngine(workers, TimeProvider.System).Execute(run, default);
        Assert.Equal(12, run.Finish("done").Records.Read);
        return [.. Directory.GetFiles(Path.Combine(_folder, name), "*.jsonl").Order(StringComparer.Ordinal).SelectMany(File.ReadLines)];
    }
}
