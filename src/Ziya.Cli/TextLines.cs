using System.Text;
using System.Text.Json;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Reading;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Storage;

namespace Ziya.Cli;

/// <summary>Lines of texts for commands: of plain text, or of a field of JSONL, from files, packed or not, or from stdin.</summary>
internal static class TextLines
{
    private const int MostBytes = 256 << 20;
    private const int BufferBytes = 1 << 20;
    private static readonly string[] JsonEndings = [".jsonl", ".ndjson", ".json"];

    /// <summary>The lines in UTF-8; each is valid until the next.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Read(IReadOnlyList<string> files, string field)
    {
        if (files.Count == 0)
        {
            return Plain(Console.OpenStandardInput());
        }

        return files.SelectMany(file => IsJson(file) ? Fields(file, field) : Plain(Open(file)));
    }

    private static bool IsJson(string file)
    {
        var plain = Compressions.OfName(file) == Compression.None ? file : Path.GetFileNameWithoutExtension(file);
        return JsonEndings.Contains(Path.GetExtension(plain).ToLowerInvariant());
    }

    private static Stream Open(string file)
    {
        var bytes = new FileInfo(file) is { Exists: true } info ? info.Length : throw new FileNotFoundException($"{file} does not exist.");
        return InputOpener.Open(new Slice(file, file, "jsonl", 0, bytes, bytes, ""), new JsonLines(), TextEncoding.Auto, MostBytes).Content;
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Plain(Stream stream)
    {
        using (stream)
        {
            var lines = new LineReader(stream, BufferBytes, MostBytes, 0);
            while (lines.Next())
            {
                yield return lines.Line;
            }
        }
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Fields(string file, string field)
    {
        long number = 0;
        foreach (var line in Plain(Open(file)))
        {
            number++;
            if (line.Span.IndexOfAnyExcept(" \t\r"u8) < 0)
            {
                continue;
            }

            foreach (var part in Text(line, field, file, number).Split('\n'))
            {
                yield return Encoding.UTF8.GetBytes(part);
            }
        }
    }

    private static string Text(ReadOnlyMemory<byte> line, string field, string file, long number)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            return JsonPath.Find(json.RootElement, field) is { ValueKind: JsonValueKind.String } text
                ? text.GetString()!
                : throw new InvalidDataException($"{file}:{number}: no text in '{field}'; --field names another field.");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"{file}:{number}: not valid JSON: {exception.Message}", exception);
        }
    }
}
