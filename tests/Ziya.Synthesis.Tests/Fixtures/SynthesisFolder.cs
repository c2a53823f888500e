using System.Text.Json.Nodes;
using Ziya.Models.Teachers;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Steps;
using Ziya.Synthesis.Answering;

namespace Ziya.Synthesis.Tests.Fixtures;

/// <summary>A folder with instructions, and jobs over them.</summary>
internal sealed class SynthesisFolder : IDisposable
{
    public static readonly StepCatalog Catalog = new(typeof(Answer).Assembly, typeof(TeacherOptions).Assembly, typeof(Corpus.Filtering.Sample).Assembly);

    public string Path { get; } = Directory.CreateTempSubdirectory("ziya-synthesis-").FullName;

    public string OutputFile => Directory.GetFiles(System.IO.Path.Combine(Path, "out"), "*.jsonl").Single();

    public string Quarantine => Directory.GetFiles(System.IO.Path.Combine(Path, "run", "quarantine"), "*.jsonl", SearchOption.AllDirectories).Single();

    public void Write(params string[] lines)
    {
        Directory.CreateDirectory(System.IO.Path.Combine(Path, "in"));
        File.WriteAllLines(System.IO.Path.Combine(Path, "in", "a.jsonl"), lines);
    }

    public Job Job(string models, string steps, string more = "", string kind = "instruction") => JobFile.Parse(
        $$"""
        job: test
        input: { read: "{{Path}}/in/*", kind: {{kind}} }
        models:
          {{models}}
        steps: [{{steps}}]
        output: { write: "{{Path}}/out", compression: none }
        {{more}}
        """,
        "job.yaml", [], Catalog);

    public Report Run(string models, string steps, string more = "", bool fresh = true, int workers = 2, string kind = "instruction") =>
        Run(Job(models, steps, more, kind), fresh, workers);

    public Report Run(Job job, bool fresh = true, int workers = 2)
    {
        using var run = Pipeline.Runs.Run.Open(job, Catalog, System.IO.Path.Combine(Path, "run"), fresh, TimeProvider.System);
        new LocalEngine(workers, TimeProvider.System).Execute(run, default);
        return run.Finish("done");
    }

    public List<JsonNode> Output() => [.. File.ReadLines(OutputFile).Select(line => JsonNode.Parse(line)!)];

    public IEnumerable<JsonNode> Dropped(string step) => Directory.GetFiles(System.IO.Path.Combine(Path, "run", "dropped", step)).Order(StringComparer.Ordinal)
        .SelectMany(path =>
        {
            using var reader = new StreamReader(Pipeline.Storage.Compressions.Unpack(File.OpenRead(path), Pipeline.Storage.Compressions.OfName(path)));
            return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!).ToList();
        });

    public void Dispose() => Directory.Delete(Path, true);
}
