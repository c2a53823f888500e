using System.Text.Json;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Records;

namespace Ziya.Pipeline.Reading;

/// <summary>The objects of a JSONL file, packed or not, for what is no input of a job: lists, evaluation sets, training sets.</summary>
internal static class JsonObjects
{
    private const int MostBytes = 256 << 20;
    private const int BufferBytes = 1 << 20;

    /// <summary>The unpacked bytes of a text file, in UTF-8 whatever it is in.</summary>
    public static Stream Open(string path)
    {
        var bytes = new FileInfo(path) is { Exists: true } info ? info.Length : throw new FileNotFoundException($"{path} does not exist.");
        return InputOpener.Open(new Slice(path, path, "jsonl", 0, bytes, bytes, ""), new JsonLines(), TextEncoding.Auto, MostBytes).Content;
    }

    /// <summary>The objects with their lines, from 1. Blank lines are none.</summary>
    /// <exception cref="InvalidDataException">A line is no JSON object; the message says which.</exception>
    public static IEnumerable<(JsonElement Object, long Line)> Read(string path)
    {
        using var stream = Open(path);
        var lines = new LineReader(stream, BufferBytes, MostBytes, 0);
        for (long number = 1; lines.Next(); number++)
        {
            if (lines.Line.Span.IndexOfAnyExcept(" \t\r"u8) >= 0)
            {
                using var json = Parse(lines.Line, path, number);
                yield return (json.RootElement, number);
            }
        }
    }

    /// <summary>The text of a field.</summary>
    /// <exception cref="InvalidDataException">There is none; the message says where and what option names another field.</exception>
    public static string Text(JsonElement from, string field, string path, long line, string option) =>
        JsonPath.Find(from, field) is { ValueKind: JsonValueKind.String } text
            ? text.GetString()!
            : throw new InvalidDataException($"{path}:{line}: no text in '{field}'; {option} names another field.");

    private static JsonDocument Parse(ReadOnlyMemory<byte> line, string path, long number)
    {
        try
        {
            var json = JsonDocument.Parse(line);
            CheckTexts(line.Span);
            return json.RootElement.ValueKind == JsonValueKind.Object ? json : throw new JsonException("no object");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"{path}:{number}: not a JSON object: {exception.Message}", exception);
        }
    }

    /// <summary>Half a surrogate pair is JSON and no text: told here, with its line, and not where somebody asks for the text.</summary>
    private static void CheckTexts(ReadOnlySpan<byte> line)
    {
        if (line.IndexOf("\\ud"u8) < 0 && line.IndexOf("\\uD"u8) < 0)
        {
            return;
        }

        var reader = new Utf8JsonReader(line);
        while (reader.Read())
        {
            _ = reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName ? reader.GetString() : null;
        }
    }
}
