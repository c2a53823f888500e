using Ziya.Pipeline.Reading;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Storage;

namespace Ziya.Pipeline.Runs;

/// <summary>Reads files of rows that the pipeline wrote, plain or packed by their name.</summary>
internal static class RowReader
{
    private const int MostLineBytes = 1 << 30;

    /// <summary>The rows of a file as UTF-8 JSON, with their numbers from 0. Each is valid until the next is taken.</summary>
    public static IEnumerable<(int Row, ReadOnlyMemory<byte> Json)> Rows(IStore store, string path)
    {
        using var stream = Compressions.Unpack(store.OpenRead(path), Compressions.OfName(path));
        using var lines = new JsonLines().Read(new FormatInput(stream, path, 0, long.MaxValue, MostLineBytes)).GetEnumerator();
        for (var row = 0; MoveNext(lines, store, path); row++)
        {
            yield return (row, lines.Current.Json);
        }
    }

    private static bool MoveNext(IEnumerator<RawRecord> lines, IStore store, string path)
    {
        try
        {
            return lines.MoveNext();
        }
        catch (InvalidDataException exception)
        {
            throw Damaged(store, path, exception.Message, exception);
        }
    }

    /// <summary>What to tell of a file that the pipeline wrote and cannot read. Rows come before the checksum behind them, so spoilt ones can be met first.</summary>
    public static InvalidDataException Damaged(IStore store, string path, string why, Exception? inner = null) => new(
        $"{store.Root}/{path} is damaged ({why}). Delete it and its .done.json, then run the job again to rebuild it.", inner);

    /// <summary>The records of the rows asked for.</summary>
    public static IEnumerable<(int Row, Record Record)> Records(IStore store, string path, RecordKind kind, Func<int, bool> wanted)
    {
        var parser = RecordParser.ForInternal(kind);
        foreach (var (row, json) in Rows(store, path))
        {
            if (wanted(row))
            {
                yield return (row, parser.Parse(json.Span, default, "", out var fault)
                    ?? throw Damaged(store, path, $"row {row + 1}: {fault}"));
            }
        }
    }
}
