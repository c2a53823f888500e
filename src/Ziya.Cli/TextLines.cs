using System.CommandLine;
using System.Text;
using Ziya.Corpus.Scoring;
using Ziya.Pipeline.Reading;
using Ziya.Pipeline.Storage;

namespace Ziya.Cli;

/// <summary>Lines of texts for commands: of plain text, or of a field of JSONL, from files, packed or not, or from stdin.</summary>
internal static class TextLines
{
    private const int MostBytes = 256 << 20;
    private const int BufferBytes = 1 << 20;
    private static readonly string[] JsonEndings = [".jsonl", ".ndjson", ".json"];

    /// <summary>What is done to lines before they are used.</summary>
    public static Option<TextNormalization> NormalizeOption() => new("--normalize")
    {
        Description = "What is done to each line before: none, or ccnet (small letters, digits as 0, no accents, punctuation of ASCII), as the step perplexity does it. Default none.",
        DefaultValueFactory = _ => TextNormalization.None,
    };

    /// <summary>The lines, normalised.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Read(IReadOnlyList<string> files, string field, TextNormalization normalize) => normalize == TextNormalization.None
        ? Read(files, field)
        : Read(files, field).Select(line => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(CcNetText.Normalize(Encoding.UTF8.GetString(line.Span))));

    /// <summary>The lines in UTF-8; each is valid until the next.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Read(IReadOnlyList<string> files, string field) => files.Count == 0
        ? Plain(Console.OpenStandardInput())
        : files.SelectMany(file => IsJson(file) ? Fields(file, field) : Plain(JsonObjects.Open(file)));

    private static bool IsJson(string file)
    {
        var plain = Compressions.OfName(file) == Compression.None ? file : Path.GetFileNameWithoutExtension(file);
        return JsonEndings.Contains(Path.GetExtension(plain).ToLowerInvariant());
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

    private static IEnumerable<ReadOnlyMemory<byte>> Fields(string file, string field) =>
        from found in JsonObjects.Read(file)
        from line in JsonObjects.Text(found.Object, field, file, found.Line, "--field").Split('\n')
        select (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(line);
}
