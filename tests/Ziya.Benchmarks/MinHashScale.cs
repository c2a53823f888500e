using System.Diagnostics;
using System.Globalization;
using System.Text;
using Ziya.Corpus.Deduplication;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Steps;

namespace Ziya.Benchmarks;

/// <summary>A whole run of the stages of <c>dedup_minhash</c> over made-up signatures: how long each takes, with how much memory and disk, with so many workers.</summary>
internal static class MinHashScale
{
    private const int MemoryMb = 512;

    /// <summary>Runs it, says what it took and what it found.</summary>
    public static void Measure(string folder, long records, int workers, int copyEvery)
    {
        Directory.CreateDirectory(folder);
        var input = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"records-{records}.jsonl"));
        if (!File.Exists(input))
        {
            using var writer = new StreamWriter(input, false, new UTF8Encoding(false), 1 << 20);
            for (long i = 0; i < records; i++)
            {
                writer.Write(string.Create(CultureInfo.InvariantCulture, $"{{\"id\":\"{i}\",\"text\":\"x\"}}\n"));
            }
        }

        var runDir = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"run-{records}-{workers}-{copyEvery}"));
        var catalog = new StepCatalog(typeof(DedupMinHash).Assembly, typeof(SyntheticSignatures).Assembly);
        var job = JobFile.Parse(string.Create(
            CultureInfo.InvariantCulture,
            $"job: scale\ninput: {{ read: '{input}' }}\nlimits: {{ memory_mb: {MemoryMb} }}\nsteps: [{{ synthetic_signatures: {{ copy_every: {copyEvery} }} }}]\noutput: {{ write: '{runDir}-out', compression: zstd }}\n"), "scale.yaml", [], catalog);
        var start = Spent.Now;
        using (var run = Run.Open(job, catalog, runDir, true, TimeProvider.System))
        {
            using var peaks = new PeakMemory(() => run.Progress.Phase.Name);
            new LocalEngine(workers, TimeProvider.System).Execute(run, default);
            var report = run.Finish("done");
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{records} records, each {copyEvery}th a copy, {workers} workers, memory_mb {MemoryMb}"));
            Tell(report, Spent.Now - start, records / copyEvery, runDir, peaks);
        }

        Directory.Delete(runDir, true);
        Directory.Delete(runDir + "-out", true);
    }

    private static void Tell(Report report, Spent spent, long copies, string runDir, PeakMemory peaks)
    {
        using var self = Process.GetCurrentProcess();
        var dropped = report.Records.Dropped.Values.Sum(reasons => reasons.Values.Sum());
        var disk = Directory.EnumerateFiles(runDir, "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{spent}; peak {self.PeakWorkingSet64 / 1e6:0} MB; run folder {disk / 1e9:0.0} GB; {dropped} of {copies} copies dropped"));
        foreach (var phase in report.Phases)
        {
            var (all, heap) = peaks.Of(phase.Name);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {phase.Name,-36} {phase.Seconds,7:0.0} s {all / 1e6,5:0} MB, of it {heap / 1e6,4:0} collected"));
        }
    }
}
