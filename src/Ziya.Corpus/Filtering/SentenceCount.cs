using System.Buffers;

namespace Ziya.Corpus.Filtering;

/// <summary>
/// Counts sentences. English ones end at <c>. ? !</c> and what closes quotes and brackets, before white space, unless what follows begins small or the point belongs to an abbreviation
/// or an initial; Chinese ones at <c>。！？</c>, whatever follows.
/// </summary>
internal static class SentenceCount
{
    private static readonly SearchValues<char> Marks = SearchValues.Create(".?!。！？｡");
    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> Abbreviations = new HashSet<string>(
        [
            "mr", "mrs", "ms", "dr", "prof", "sr", "jr", "st", "gen", "col", "capt", "lt", "sgt", "rev", "hon", "gov", "sen", "rep", "pres", "vs", "cf", "al", "e.g", "i.e", "fig", "no", "vol", "pp",
            "ed", "eds", "approx", "dept", "inc", "ltd", "co", "corp", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "a.m", "p.m", "u.s", "u.k",
        ],
        StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The sentences of a line that is not blank: at least one, and at most <paramref name="enough"/> are counted.</summary>
    public static int Of(ReadOnlySpan<char> line, int enough)
    {
        var count = 1;
        for (var at = line.IndexOfAny(Marks); at >= 0 && count < enough;)
        {
            var mark = line[at];
            var next = at + 1;
            while (next < line.Length && (Marks.Contains(line[next]) || IsCloser(line[next])))
            {
                next++;
            }

            count += next < line.Length && (mark > '\u007f' ? !PythonText.Strip(line[next..]).IsEmpty : EndsBefore(line, at, next)) ? 1 : 0;
            var found = line[next..].IndexOfAny(Marks);
            at = found < 0 ? -1 : next + found;
        }

        return count;
    }

    /// <summary>Whether a sentence ends with the mark at a place, before what stands at the other.</summary>
    private static bool EndsBefore(ReadOnlySpan<char> line, int at, int next)
    {
        if (!PythonText.IsSpace(line[next]))
        {
            return false;
        }

        var rest = line[next..];
        var start = rest.IndexOfAnyExcept(' ', '\t', '\u00a0');
        if (start < 0 || line[at] != '.')
        {
            return start >= 0;
        }

        return !char.IsLower(rest[start]) && !IsAbbreviation(line[..at]);
    }

    private static bool IsAbbreviation(ReadOnlySpan<char> before)
    {
        var start = before.Length;
        while (start > 0 && (char.IsLetter(before[start - 1]) || (before[start - 1] == '.' && start < before.Length)))
        {
            start--;
        }

        var word = before[start..];
        return word is [var initial] ? char.IsUpper(initial) && initial != 'I' : word.Length is > 1 and <= 6 && Abbreviations.Contains(word);
    }

    private static bool IsCloser(char c) => c is '"' or '\'' or ')' or ']' or '”' or '’' or '»' or '」' or '』' or '）';
}
