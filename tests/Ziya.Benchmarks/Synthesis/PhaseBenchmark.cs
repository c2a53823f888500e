using System.Globalization;
using System.Text;
using Ziya.Benchmarks.Generation;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Steps;

namespace Ziya.Benchmarks.Synthesis;

/// <summary>
/// <c>phase [REQUESTS] [TOKENS] [BATCH]</c>: a whole job over made-up instructions that a random LLaMA of 25 M parameters answers and rules score. Then the same job without the model: its answers are kept in the run
/// folder, so what it takes is what reading, prompts, looking up answers, rules and writing take.
/// </summary>
internal static class PhaseBenchmark
{
    private static readonly string[] Asked = ["写一段关于{0}号河流的短文", "Explain in a few words what bridge number {0} is for.", "列出第{0}类植物的三个特点，并说明理由", "Give three reasons to visit town {0}, and one not to."];

    public static int Run(string[] args)
    {
        var numbers = args.Select(arg => int.Parse(arg, CultureInfo.InvariantCulture)).ToArray();
        var (requests, tokens, batch) = (numbers.ElementAtOrDefault(0) is > 0 and var one ? one : 10_000, numbers.ElementAtOrDefault(1) is > 0 and var two ? two : 16, numbers.ElementAtOrDefault(2) is > 0 and var three ? three : 32);
        using var model = new RandomModel(isSmall: true);
        var folder = Directory.CreateTempSubdirectory("ziya-phase-");
        try
        {
            File.WriteAllLines(Path.Combine(folder.FullName, "in.jsonl"), Enumerable.Range(0, requests).Select(i => $"{{\"id\":\"r{i}\",\"instruction\":\"{string.Format(CultureInfo.InvariantCulture, Asked[i % Asked.Length], i)}\"}}"), new UTF8Encoding(false));
            var (whole, figures) = Execute(folder.FullName, model.Folder, tokens, batch);
            Directory.Delete(Path.Combine(folder.FullName, "run", "phases"), true);
            var (rest, _) = Execute(folder.FullName, model.Folder, tokens, batch);
            Console.WriteLine($"{requests} requests of at most {tokens} tokens, batch {batch}: {whole}; {figures.Tokens} tokens, {figures.State}");
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  without the model: {rest}, {rest.Cpu / whole.Cpu:P1} of the processors' time"));
            return 0;
        }
        finally
        {
            folder.Delete(true);
        }
    }

    private static (Spent Spent, ModelFigures Figures) Execute(string folder, string model, int tokens, int batch)
    {
        var catalog = new StepCatalog(typeof(Ziya.Synthesis.Selection.Select).Assembly, typeof(Ziya.Models.Teachers.TeacherOptions).Assembly, typeof(Corpus.Filtering.Sample).Assembly);
        var job = JobFile.Parse(
            $$"""
            job: phase
            input: { read: "{{folder}}/in.jsonl", kind: instruction }
            models: { writer: { onnx: "{{model}}", template: ziya2, device: cpu, batch: {{batch}}, cache_mb: 4096 } }
            steps: [answer: { model: writer, max_tokens: {{tokens}}, truncated: keep }, rule_reward]
            output: { write: "{{folder}}/out" }
            """,
            "phase.yaml", [], catalog);
        var start = Spent.Now;
        using var run = Pipeline.Runs.Run.Open(job, catalog, Path.Combine(folder, "run"), false, TimeProvider.System);
        new LocalEngine(Environment.ProcessorCount, TimeProvider.System).Execute(run, default);
        var spent = Spent.Now - start;
        var figures = run.Models.Single();
        run.Finish("done");
        return (spent, figures);
    }
}
