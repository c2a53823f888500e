using Ziya.Corpus.Cleaning;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Plans;
using Ziya.Pipeline.Reading;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Steps;
using Ziya.Pipeline.Storage;

namespace Ziya.Benchmarks.Serve;

/// <summary>The folder of a run of many tasks that goes on: its plan, and the markers of real tasks, over and over. Nothing is executed.</summary>
internal sealed class LargeRun : IDisposable
{
    public static readonly StepCatalog Catalog = new(typeof(Clean).Assembly);

    private readonly Claim _claim;
    private readonly FileStore _store;
    private readonly Phase _phase;
    private readonly Marker _marker;
    private int _done;

    /// <summary>Makes it below a folder, half done.</summary>
    public LargeRun(string root, int tasks)
    {
        Directory.CreateDirectory($"{root}/jobs");
        var text = $"job: large\ninput: {{ read: '{Path.GetFullPath("samples/corpus")}/*.jsonl' }}\nsteps: [clean, dedup_exact]\noutput: {{ write: '{root}/out' }}\n";
        File.WriteAllText($"{root}/jobs/large.yaml", text);
        var job = JobFile.Parse(text, "large.yaml", [], Catalog);
        _marker = RealMarker(job, root);
        var slice = InputListing.Shards(job, Catalog)[0].Slices[0];
        var compiled = Planner.Compile(job, [.. Enumerable.Range(0, tasks).Select(number => new Shard(number, [slice]))]);
        Name = Run.IdOf(compiled.Plan);
        _store = new FileStore($"{root}/runs/{Name}");
        _claim = Claim.Take(_store, TimeProvider.System);
        using (var run = new RunLog(_store, Name, TimeProvider.System))
        {
            run.Tell(LogWeight.Information, "opened");
        }

        _store.Write(RunFolder.JobPath, System.Text.Encoding.UTF8.GetBytes(JobYaml.Write(job)));
        _store.Write(RunFolder.PlanPath, JsonText.Write(compiled.Plan));
        _phase = compiled.Plan.Phases[0];
        Tasks = compiled.Plan.Phases.Sum(phase => phase.Tasks.Count);
        Directory.CreateDirectory(_store.FullPath(_phase.Folder));
        End(_phase.Tasks.Count / 2);
    }

    /// <summary>Name of the run.</summary>
    public string Name { get; }

    /// <summary>Name of the phase that goes on.</summary>
    public string Phase => _phase.Name;

    /// <summary>All tasks of the plan.</summary>
    public int Tasks { get; }

    /// <summary>So many more tasks end.</summary>
    public void End(int tasks)
    {
        for (var end = Math.Min(_phase.Tasks.Count, _done + tasks); _done < end; _done++)
        {
            // As many files as a real task leaves; what is in them nobody reads here.
            foreach (var output in _marker.Outputs)
            {
                File.WriteAllBytes(_store.FullPath($"{_phase.Folder}/{Marker.Part(_done)}{Path.GetFileName(output.Path)[Marker.Part(0).Length..]}"), []);
            }

            File.WriteAllBytes(_store.FullPath(RunFolder.MarkerPath(_phase, _done)), JsonText.Write(_marker with { Task = _done, Hash = _phase.Hash }));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _claim.Dispose();

    private static Marker RealMarker(Job job, string root)
    {
        using var run = Run.Open(job, Catalog, $"{root}/small", true, TimeProvider.System);
        new LocalEngine(1, TimeProvider.System).CarryOut(run, default);
        return run.Folder.ReadMarker(RunFolder.MarkerPath(run.Plan.Phases[0], 0))!;
    }
}
