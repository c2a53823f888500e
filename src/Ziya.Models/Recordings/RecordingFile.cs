using System.Globalization;
using System.Text;
using Ziya.Models.Completions;
using Ziya.Pipeline.Execution;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Reading;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Shuffle;
using Ziya.Pipeline.Storage;

namespace Ziya.Models.Recordings;

/// <summary>
/// Makes the file of a recording from what a run has recorded, sorted by step, record, operation, sample and model, so that it is the same whatever the workers and interruptions. What
/// the file holds already stays, but for what was recorded anew.
/// </summary>
/// <remarks>Writing it again gives the same file; a process that dies half way leaves the one before.</remarks>
internal static class RecordingFile
{
    private const int SortBytes = 128 << 20;
    private const int KeyParts = 5;

    // Of equal keys the least stands: what was recorded just now, what was there, a place for an answer.
    private const byte New = 0;
    private const byte Known = 1;
    private const byte Open = 2;

    /// <summary>Writes the file; a sentence about it.</summary>
    public static IEnumerable<string> Publish(string path, ModelContext context)
    {
        var full = Path.GetFullPath(path);
        var answers = new CompletionCache(context.Store, context.Recordings);
        if (answers.Count == 0)
        {
            return [];
        }

        using var sorter = new ExternalSorter(Path.Combine(Path.GetTempPath(), "ziya"), SortBytes);
        var line = new JsonLine();
        foreach (var content in answers.Keys.Select(answers.FindContent).OfType<byte[]>())
        {
            Add(sorter, line, RecordedAnswer.Parse(content), New, content);
        }

        AddKnown(sorter, line, path);
        using var pending = new FileStore(Path.GetDirectoryName(full)!).Create(Path.GetFileName(full));
        Write(sorter, pending.Content);
        pending.Commit();
        return [string.Create(CultureInfo.InvariantCulture, $"{answers.Count:N0} answers are recorded in {path}.")];
    }

    private static void AddKnown(ExternalSorter sorter, JsonLine line, string path)
    {
        if (!File.Exists(path))
        {
            return;
        }

        using var content = File.OpenRead(path);
        var lines = new LineReader(content, 1 << 16, Recording.LongestLine, 0);
        for (var number = 1; lines.Next(); number++)
        {
            var known = lines.Line.Span.Trim(" \t\r"u8);
            if (!known.IsEmpty)
            {
                var answer = Parse(known, path, number);
                Add(sorter, line, answer, answer.IsAnswered ? Known : Open, known);
            }
        }
    }

    // It was well when the job was checked.
    private static RecordedAnswer Parse(ReadOnlySpan<byte> line, string path, int number)
    {
        try
        {
            return RecordedAnswer.Parse(line.ToArray());
        }
        catch (InvalidDataException exception)
        {
            throw new JobFailedException($"{path}:{number}: {exception.Message.TrimEnd('.')}. It was changed while the job ran; the answers of the run are kept, and added to it once it is put right", exception);
        }
    }

    private static void Add(ExternalSorter sorter, JsonLine entry, RecordedAnswer answer, byte age, ReadOnlySpan<byte> line)
    {
        entry.Clear();
        var purpose = answer.For;
        string[] key = [purpose.Step, purpose.Record, purpose.Operation, purpose.Sample.ToString("D10", CultureInfo.InvariantCulture), answer.Model];

        // A zero ends each part, and ids may hold what they like.
        entry.Raw(Encoding.UTF8.GetBytes(string.Concat(key.Select(part => part.Replace("\0", "\u0001\u0001", StringComparison.Ordinal) + "\0"))));
        entry.Raw(age);
        entry.Raw(line);
        sorter.Add(entry.Written);
    }

    private static void Write(ExternalSorter sorter, Stream content)
    {
        byte[] last = [];
        foreach (var entry in sorter)
        {
            var key = entry.Span[..KeyLength(entry.Span)];
            if (!key.SequenceEqual(last))
            {
                last = key.ToArray();
                content.Write(entry.Span[(key.Length + 1)..]);
                content.WriteByte((byte)'\n');
            }
        }
    }

    private static int KeyLength(ReadOnlySpan<byte> entry)
    {
        var length = 0;
        for (var part = 0; part < KeyParts; part++)
        {
            length += entry[length..].IndexOf((byte)0) + 1;
        }

        return length;
    }
}
