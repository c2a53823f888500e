using System.Globalization;
using System.Text;
using System.Text.Json;
using Ziya.Corpus.Filtering;
using Ziya.Models.Tokenization;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Reading;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Benchmarks;

/// <summary>
/// <c>step NAME[=OPTIONS],... FILE.jsonl [SHOW]</c>: each step by itself over the documents of a file, with default options or those given (<c>NAME={"option":value}</c>). MB of UTF-8 text a second of processor time, the
/// best of several rounds (time on the wall says more about what else the machine does); bytes allocated a record; how many are changed and dropped, by reason. SHOW: how many dropped ones of each reason to print.
/// </summary>
internal static class StepBenchmark
{
    private const int Rounds = 5;

    /// <summary>Measures the steps; the exit code.</summary>
    public static int Run(string[] args)
    {
        if (args is not [var names, var path, .. var rest])
        {
            Console.Error.WriteLine("step NAME[=OPTIONS],... FILE.jsonl [SHOW]");
            return 2;
        }

        var documents = Read(path);
        var bytes = documents.Sum(document => (long)Encoding.UTF8.GetByteCount(document.Content));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{path}: {documents.Count} documents, {bytes / 1e6:f1} MB of text"));
        var catalog = new StepCatalog(typeof(Sample).Assembly, typeof(CountTokens).Assembly);
        using var models = new ModelPool(null!, null!, TimeProvider.System);
        MeasureLoop(documents, bytes);
        foreach (var name in Names(names))
        {
            var parts = name.Split('=', 2);
            var definition = catalog.Find(parts[0]) ?? throw new ArgumentException($"no step '{parts[0]}'");
            var options = JsonSerializer.Deserialize(parts.ElementAtOrDefault(1) ?? "{}", definition.Options, JsonText.Options)!;
            var step = (IRecordStep)definition.Create(options, 42, models);
            Measure(parts[0], step, documents, bytes);
            Show(step, documents, rest is [var count] ? int.Parse(count, CultureInfo.InvariantCulture) : 0);
        }

        return 0;
    }

    /// <summary>Between commas, but for those within options.</summary>
    private static IEnumerable<string> Names(string names)
    {
        var (start, depth) = (0, 0);
        for (var i = 0; i <= names.Length; i++)
        {
            depth += i == names.Length ? 0 : names[i] is '{' or '[' ? 1 : names[i] is '}' or ']' ? -1 : 0;
            if (i == names.Length || (names[i] == ',' && depth == 0))
            {
                yield return names[start..i];
                start = i + 1;
            }
        }
    }

    /// <summary>What the others are measured against: every character looked up in a table once.</summary>
    private static void MeasureLoop(List<Record> documents, long bytes)
    {
        var table = new int[char.MaxValue + 1];
        table['\n'] = 1;
        var (best, found) = (double.MaxValue, 0L);
        for (var round = 0; round < Rounds; round++)
        {
            var start = Environment.CpuUsage.TotalTime;
            foreach (var document in documents)
            {
                foreach (var c in document.Content)
                {
                    found += table[c];
                }
            }

            best = Math.Min(best, (Environment.CpuUsage.TotalTime - start).TotalSeconds);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"a bare loop",-18} {bytes / best / 1e6,7:f0} MB/s; {found / Rounds} line ends"));
    }

    private static void Measure(string name, IRecordStep step, List<Record> documents, long bytes)
    {
        var best = double.MaxValue;
        var (allocated, changed) = (0L, 0);
        var dropped = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var round = 0; round < Rounds; round++)
        {
            dropped.Clear();
            changed = 0;
            var before = GC.GetAllocatedBytesForCurrentThread();
            var start = Environment.CpuUsage.TotalTime;
            foreach (var document in documents)
            {
                var verdict = step.Apply(document);
                changed += verdict.Record is null || ReferenceEquals(verdict.Record.Content, document.Content) ? 0 : 1;
                if (verdict.Reason is { } reason)
                {
                    dropped[reason] = dropped.GetValueOrDefault(reason) + 1;
                }
            }

            best = Math.Min(best, (Environment.CpuUsage.TotalTime - start).TotalSeconds);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-18} {bytes / best / 1e6,7:f0} MB/s {allocated / documents.Count,6} bytes a record; {changed} changed, {dropped.Values.Sum()} dropped {string.Join(' ', dropped.Select(pair => $"{pair.Key}:{pair.Value}"))}"));
    }

    // Spread over the file, so that not all are of one source.
    private static void Show(IRecordStep step, List<Record> documents, int count)
    {
        var dropped = documents.Select(document => (Document: document, Verdict: step.Apply(document))).Where(pair => pair.Verdict.Reason is not null)
            .GroupBy(pair => pair.Verdict.Reason!, StringComparer.Ordinal);
        foreach (var group in dropped)
        {
            var all = group.ToArray();
            for (var i = 0; i < Math.Min(count, all.Length); i++)
            {
                var (document, verdict) = all[(int)((long)i * all.Length / Math.Min(count, all.Length))];
                var text = document.Content.Replace("\n", " / ", StringComparison.Ordinal);
                Console.WriteLine($"  {group.Key} {verdict.Detail?.ToJsonString()} {document.Id}: {text[..Math.Min(300, text.Length)]}");
            }
        }
    }

    private static List<Record> Read(string path)
    {
        var parser = new RecordParser(RecordKind.Document, new Dictionary<string, string>());
        var bytes = new FileInfo(path).Length;
        var format = new JsonLines();
        var documents = new List<Record>();
        foreach (var raw in format.Read(InputOpener.Open(new Slice(path, path, "jsonl", 0, bytes, bytes, ""), format, TextEncoding.Utf8, 64 << 20)))
        {
            if (parser.Parse(raw.Json.Span, new Origin(path, raw.Offset, raw.Line), "bench", out _) is { } record)
            {
                documents.Add(record);
            }
        }

        return documents;
    }
}
