using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Plans;
using Ziya.Pipeline.Reading;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Steps;
using Ziya.Pipeline.Storage;

namespace Ziya.Pipeline.Tests.Fixtures;

/// <summary>Runs jobs of the test steps.</summary>
internal static class TestRun
{
    public static readonly StepCatalog Catalog = new(typeof(Append).Assembly);

    /// <summary>A job over <c>in/*.jsonl</c> of a folder that writes to <c>out</c> in it.</summary>
    public static Job Job(TempFolder folder, string steps, string output = "out", string extra = "") => JobFile.Parse(
        $"""
        job: test
        input: {"{"} read: "{folder.Path}/in/*" {"}"}
        steps: [{steps}]
        output: {"{"} write: "{folder.Path}/{output}" {"}"}
        {extra}
        """,
        "test.yaml", [], Catalog);

    /// <summary>Runs a job to its end.</summary>
    public static Report Execute(Job job, string runDir, int workers = 2, bool fresh = false, CancellationToken cancel = default)
    {
        using var run = Run.Open(job, Catalog, runDir, fresh, TimeProvider.System);
        return Execute(run, workers, cancel);
    }

    /// <summary>Runs a job over another store.</summary>
    public static Report Execute(Job job, IStore store, int workers = 2)
    {
        using var run = Run.OpenAt(store, job, Planner.Compile(job, InputListing.Shards(job, Catalog)), Catalog, false, TimeProvider.System);
        return Execute(run, workers, default);
    }

    /// <summary>All files of a folder by path, but for what says when and how long.</summary>
    public static SortedDictionary<string, string> Bytes(string folder) => new(
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(path => !path.EndsWith(Marker.Ending, StringComparison.Ordinal) && !path.Contains("/report.", StringComparison.Ordinal) && !path.EndsWith(".guard", StringComparison.Ordinal)
                && !path.Contains("/log/", StringComparison.Ordinal) && !path.Contains("/workers/", StringComparison.Ordinal))
            .ToDictionary(path => Path.GetRelativePath(folder, path), path => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path)))),
        StringComparer.Ordinal);

    /// <summary>The lines of all output files, in the order of their paths.</summary>
    public static List<string> Output(TempFolder folder, string output = "out") =>
    [
        .. Directory.EnumerateFiles(folder[output], "*.jsonl*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).SelectMany(Lines),
    ];

    /// <summary>The lines of a packed file.</summary>
    public static IEnumerable<string> Lines(string path)
    {
        using var file = File.OpenRead(path);
        using var reader = new StreamReader(Compressions.Unpack(file, Compressions.OfName(path)));
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    /// <summary>Fails unless what was read is all accounted for.</summary>
    public static void AssertAddsUp(Report report)
    {
        var counts = report.Records;
        Assert.Equal(counts.Read + counts.Created.Values.Sum(), counts.Written + counts.Quarantined + counts.Dropped.Values.Sum(reasons => reasons.Values.Sum()));
    }

    private static Report Execute(Run run, int workers, CancellationToken cancel)
    {
        new LocalEngine(workers, new FastTime()).Execute(run, cancel);
        var report = run.Finish("done");
        AssertAddsUp(report);
        return report;
    }

    /// <summary>Waits a hundredth of what it is asked to, for retries.</summary>
    internal sealed class FastTime : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, dueTime / 100, period);
    }
}
