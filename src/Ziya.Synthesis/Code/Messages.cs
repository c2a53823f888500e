using System.Text.RegularExpressions;
using Ziya.Pipeline.Records;

namespace Ziya.Synthesis.Code;

/// <summary>What compilers and programs say, cut to what a record keeps and a model can use, and without what differs from run to run.</summary>
internal static partial class Messages
{
    private const int MostLines = 12;
    private const int MostCharacters = 200;

    /// <summary>The first lines, where compilers say what is wrong.</summary>
    public static string First(string text) => Cut(text, lines => lines.Take(MostLines));

    /// <summary>The first and the last lines, in one of which a program that fell over says why: Node.js in the first, Python in the last.</summary>
    public static string Ends(string text) =>
        Cut(text, lines => lines.Count <= MostLines ? lines : [.. lines.Take(MostLines / 2), "...", .. lines.TakeLast(MostLines / 2)]);

    private static string Cut(string text, Func<IReadOnlyList<string>, IEnumerable<string>> choose)
    {
        var lines = Address().Replace(text, "0x...").Replace("/tmp/", "", StringComparison.Ordinal).Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0).ToList();
        return string.Join('\n', choose(lines).Select(line => Excerpt.Marked(line, MostCharacters, "...")));
    }

    [GeneratedRegex("0x[0-9a-fA-F]{6,}")]
    private static partial Regex Address();
}
