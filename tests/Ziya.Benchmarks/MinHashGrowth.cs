using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Ziya.Corpus.Deduplication;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Steps;
using Ziya.Pipeline.Storage;

namespace Ziya.Benchmarks;

/// <summary>A whole job of <c>dedup_minhash</c> over made-up texts, each twentieth an edited copy of an earlier one. Made in a process of its own, for the peak memory.</summary>
internal static class MinHashGrowth
{
    private const int CopyEvery = 20;
    private const int Recent = 1000;
    private const double Edits = 0.01;
    private const string CopyMark = "-copy-of-";

    /// <summary>Runs the job, says what it took and what it found.</summary>
    public static void Measure(string folder, int megabytes)
    {
        var input = InputOf(folder, megabytes);
        var runDir = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"run-{megabytes}"));
        var start = Stopwatch.GetTimestamp();
        var report = Execute(input, runDir, Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"out-{megabytes}")));
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var cpu = Environment.CpuUsage.TotalTime.TotalSeconds;
        using var self = Process.GetCurrentProcess();
        var peak = self.PeakWorkingSet64;
        var (planted, found, others) = Compare(input, runDir);
        var bytes = new FileInfo(input).Length;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{bytes / 1e6:f0} MB, {report.Records.Read} records: {seconds:f1} s, {cpu:f1} s of processor time, peak {peak / 1e6:f0} MB, {found} of {planted} planted duplicates found, {others} others dropped"));
        foreach (var phase in report.Phases)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {phase.Name,-28} {phase.Seconds,7:f2} s"));
        }
    }

    /// <summary>Makes the input.</summary>
    public static void Plant(string folder, int megabytes, string[] files)
    {
        Directory.CreateDirectory(folder);
        var random = new Random(42);
        var sources = files.Select(file => MinHashCorpus.Made(MinHashCorpus.Texts(file), random).GetEnumerator()).ToArray();
        var recent = new List<(string Id, string Text)>();
        using var output = new StreamWriter(InputOf(folder, megabytes), false, new UTF8Encoding(false));
        var options = new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        for (long i = 0, written = 0; written < megabytes * 1_000_000L; i++)
        {
            var source = sources[i % sources.Length];
            source.MoveNext();
            var (id, text) = (string.Create(CultureInfo.InvariantCulture, $"d{i}"), source.Current);
            if (i % CopyEvery == CopyEvery - 1)
            {
                var original = recent[random.Next(recent.Count)];
                (id, text) = (id + CopyMark + original.Id, MinHashCorpus.Edit(original.Text, Edits, random));
            }
            else if (recent.Count < Recent)
            {
                recent.Add((id, text));
            }
            else
            {
                recent[random.Next(Recent)] = (id, text);
            }

            var line = JsonSerializer.Serialize(new { id, text }, options);
            output.Write(line + "\n");
            written += Encoding.UTF8.GetByteCount(line) + 1;
        }
    }

    private static string InputOf(string folder, int megabytes) => Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"grow-{megabytes}.jsonl"));

    private static Report Execute(string input, string runDir, string output)
    {
        var catalog = new StepCatalog(typeof(DedupMinHash).Assembly);
        var job = JobFile.Parse(
            $"job: grow\ninput: {{ read: '{input}' }}\nsteps: [dedup_minhash]\noutput: {{ write: '{output}', compression: zstd }}\n", "grow.yaml", [], catalog);
        using var run = Run.Open(job, catalog, runDir, true, TimeProvider.System);
        new LocalEngine(Environment.ProcessorCount, TimeProvider.System).Execute(run, default);
        return run.Finish("done");
    }

    /// <summary>A planted copy is found where it or its original went.</summary>
    private static (int Planted, int Found, int Others) Compare(string input, string runDir)
    {
        var dropped = new Dictionary<string, string>();
        foreach (var path in Directory.EnumerateFiles(Path.Combine(runDir, "dropped", "dedup_minhash")))
        {
            using var file = File.OpenRead(path);
            using var reader = new StreamReader(Compressions.Unpack(file, Compressions.OfName(path)));
            while (reader.ReadLine() is { } line)
            {
                using var json = JsonDocument.Parse(line);
                dropped[json.RootElement.GetProperty("id").GetString()!] = json.RootElement.GetProperty("_drop").GetProperty("keeper_id").GetString()!;
            }
        }

        var planted = File.ReadLines(input).Select(line => line[7..line.IndexOf('"', 7)]).Where(id => id.Contains(CopyMark, StringComparison.Ordinal)).ToList();
        var found = planted.Count(id => dropped.ContainsKey(id) || dropped.ContainsKey(Original(id)));
        return (planted.Count, found, dropped.Count(pair => Original(pair.Key) != Original(pair.Value)));
    }

    private static string Original(string id) => id[(id.IndexOf(CopyMark, StringComparison.Ordinal) is var at and >= 0 ? at + CopyMark.Length : 0)..];
}
