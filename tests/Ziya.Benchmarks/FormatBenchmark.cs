using System.Diagnostics;
using System.Globalization;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Reading;
using Ziya.Pipeline.Steps;

namespace Ziya.Benchmarks;

/// <summary><c>formats FILE...</c>: records of files of any input format, found and turned to JSON, on one core. The best of several rounds, and the most memory so far.</summary>
internal static class FormatBenchmark
{
    private const int Rounds = 3;

    /// <summary>Measures each file; the exit code.</summary>
    public static int Run(string[] args)
    {
        var catalog = new StepCatalog();
        foreach (var path in args)
        {
            if (catalog.FormatOf("auto", path) is not { } format)
            {
                Console.Error.WriteLine($"the name {path} does not tell its format");
                return 2;
            }

            var best = double.MaxValue;
            long records = 0, json = 0;
            for (var round = 0; round < Rounds; round++)
            {
                var start = Stopwatch.GetTimestamp();
                (records, json) = Read(path, format);
                best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
            }

            var bytes = new FileInfo(path).Length;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{Path.GetFileName(path),-28} {records,10} records  {bytes / 1e6,7:f1} MB read, {json / 1e6,7:f1} MB of JSON in {best:f2} s  {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MB of memory"));
        }

        return 0;
    }

    private static (long Records, long Json) Read(string path, InputFormat format)
    {
        var bytes = new FileInfo(path).Length;
        var input = InputOpener.Open(new Slice(path, path, "", 0, bytes, bytes, ""), format, TextEncoding.Auto, 16 << 20);
        using var content = input.Content;
        long records = 0, json = 0;
        foreach (var raw in format.Read(input))
        {
            records++;
            json += raw.Json.Length;
        }

        return (records, json);
    }
}
