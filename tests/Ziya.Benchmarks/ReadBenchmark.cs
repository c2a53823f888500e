using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Reading;
using Ziya.Pipeline.Records;

namespace Ziya.Benchmarks;

/// <summary>
/// <c>read FILE.jsonl</c>: what reading costs beside a bare pass of <see cref="Utf8JsonReader"/> over the same lines. One core; the best
/// of several rounds, taken in turns so that a change of the machine's pace meets all of them.
/// </summary>
internal static class ReadBenchmark
{
    private const int Rounds = 7;

    /// <summary>Measures one file; the exit code.</summary>
    public static int Run(string[] args)
    {
        if (args is not [var path])
        {
            Console.Error.WriteLine("read FILE.jsonl");
            return 2;
        }

        (string Name, Action Pass)[] passes =
        [
            ("bare JSON pass", () => BarePass(path)),
            ("JSON pass, text as string", () => TextPass(path)),
            ("lines", () => Lines(path)),
            ("records", () => Records(path)),
        ];
        var best = new double[passes.Length];
        Array.Fill(best, double.MaxValue);
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < passes.Length; i++)
            {
                var start = Stopwatch.GetTimestamp();
                passes[i].Pass();
                best[i] = Math.Min(best[i], Stopwatch.GetElapsedTime(start).TotalSeconds);
            }
        }

        var bytes = new FileInfo(path).Length;
        for (var i = 0; i < passes.Length; i++)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{passes[i].Name,-28} {bytes / best[i] / 1e6,8:f1} MB/s  {best[i] / best[0],5:f2} x the bare pass"));
        }

        return 0;
    }

    /// <summary>Every token of every line is found and checked, nothing is made of it.</summary>
    private static void BarePass(string path) => EachLine(path, line =>
    {
        var reader = new Utf8JsonReader(line);
        while (reader.Read())
        {
        }
    });

    /// <summary>As above, with every string made: what any program that looks at the text has to do.</summary>
    private static void TextPass(string path) => EachLine(path, line =>
    {
        var reader = new Utf8JsonReader(line);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.String)
            {
                _ = reader.GetString();
            }
        }
    });

    private static void EachLine(string path, Action<ReadOnlySpan<byte>> use)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1);
        var buffer = new byte[1 << 20];
        int used = 0, read;
        while ((read = file.Read(buffer, used, buffer.Length - used)) > 0)
        {
            var rest = buffer.AsSpan(0, used + read);
            int end;
            while ((end = rest.IndexOf((byte)'\n')) >= 0)
            {
                use(rest[..end]);
                rest = rest[(end + 1)..];
            }

            rest.CopyTo(buffer);
            used = rest.Length;
            if (used == buffer.Length)
            {
                Array.Resize(ref buffer, used * 2);
            }
        }
    }

    private static void Lines(string path)
    {
        foreach (var raw in Open(path))
        {
            _ = raw.Bytes;
        }
    }

    private static void Records(string path)
    {
        var parser = new RecordParser(RecordKind.Document, new Dictionary<string, string>());
        foreach (var raw in Open(path))
        {
            _ = parser.Parse(raw.Json.Span, new Origin(path, raw.Offset, raw.Line), "bench", out _);
        }
    }

    private static IEnumerable<RawRecord> Open(string path)
    {
        var bytes = new FileInfo(path).Length;
        var format = new JsonLines();
        return format.Read(InputOpener.Open(new Slice(path, path, "jsonl", 0, bytes, bytes, ""), format, TextEncoding.Utf8, 16 << 20));
    }
}
