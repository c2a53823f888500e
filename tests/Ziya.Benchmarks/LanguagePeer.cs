using System.Globalization;
using Ziya.Corpus.Scoring;

namespace Ziya.Benchmarks;

/// <summary>
/// <c>language peer FILE ANSWERS [FILE ANSWERS]...</c>: right answers by language beside those of another program. FILE has lines of label, tab, text; ANSWERS a line for each, whose last field is the other's code.
/// </summary>
internal static class LanguagePeer
{
    // Codes of CLD2 that are not those of today, or are finer.
    private static readonly Dictionary<string, string> Codes = new(StringComparer.Ordinal) { ["iw"] = "he", ["nb"] = "no", ["nn"] = "no", ["zh-Hant"] = "zh", ["bs"] = "hr" };

    /// <summary>Measures pairs of files; the exit code.</summary>
    public static int Run(string[] files)
    {
        for (var i = 0; i + 1 < files.Length; i += 2)
        {
            Compare(files[i], files[i + 1]);
        }

        return 0;
    }

    private static void Compare(string file, string answers)
    {
        var rows = File.ReadLines(file).Zip(File.ReadLines(answers), (line, answer) =>
        {
            var tab = line.IndexOf('\t', StringComparison.Ordinal);
            var peer = answer[(answer.LastIndexOf('\t') + 1)..];
            return (Label: line[..tab], Ours: LanguageIdentifier.Default.Identify(line.AsSpan(tab + 1)).Language, Peer: Codes.GetValueOrDefault(peer, peer));
        }).ToList();
        Tell(Path.GetFileNameWithoutExtension(file), rows);
        var labels = rows.GroupBy(row => row.Label).OrderBy(group => group.Key, StringComparer.Ordinal).ToList();
        foreach (var label in labels.Count > 1 ? labels : [])
        {
            Tell("  " + label.Key, [.. label]);
        }
    }

    private static void Tell(string name, List<(string Label, string Ours, string Peer)> rows)
    {
        var errors = rows.Where(row => row.Ours != row.Label).GroupBy(row => row.Ours).OrderByDescending(group => group.Count()).ThenBy(group => group.Key, StringComparer.Ordinal).Take(3).Select(group => $"{group.Key}:{group.Count()}");
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-12} n={rows.Count,5}  right {(double)rows.Count(row => row.Ours == row.Label) / rows.Count:0.000}  peer {(double)rows.Count(row => row.Peer == row.Label) / rows.Count:0.000}  ours wrong as {string.Join(' ', errors)}"));
    }
}
