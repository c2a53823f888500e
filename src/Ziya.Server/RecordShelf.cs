using System.Text;
using Ziya.Pipeline.Runs;
using Ziya.Pipeline.Storage;

namespace Ziya.Server;

/// <summary>Some rows of a set of files.</summary>
/// <param name="Rows">File, row from 1 and the record as JSON.</param>
/// <param name="Next">Where the next page begins; null where there is none.</param>
internal sealed record RecordPage(IReadOnlyList<(string File, int Row, string Json)> Rows, long? Next);

/// <summary>Pages through files of records, a page's worth in memory.</summary>
internal static class RecordShelf
{
    /// <summary>Rows of a page.</summary>
    public const int Most = 50;

    // A page is for people: what is longer is in the file.
    private const int MostCharacters = 20_000;

    // A search that finds little would read a whole corpus for a page.
    private const long MostSearched = 200_000;

    /// <summary>The rows from a number on that hold a text.</summary>
    public static RecordPage Read(IStore store, IEnumerable<string> files, long from, string? text)
    {
        var rows = new List<(string, int, string)>();
        var wanted = Encoding.UTF8.GetBytes(text ?? "");
        long at = 0;
        foreach (var file in files)
        {
            foreach (var (row, json) in RowReader.Rows(store, file))
            {
                if (at++ < from)
                {
                    continue;
                }

                if (rows.Count == Most || at - from > MostSearched)
                {
                    return new RecordPage(rows, at - 1);
                }

                if (wanted.Length == 0 || json.Span.IndexOf(wanted) >= 0)
                {
                    rows.Add((file, row + 1, Cut(json.Span)));
                }
            }
        }

        return new RecordPage(rows, null);
    }

    private static string Cut(ReadOnlySpan<byte> json)
    {
        var text = Encoding.UTF8.GetString(json);
        return text.Length <= MostCharacters ? text : text[..MostCharacters] + "…";
    }
}
