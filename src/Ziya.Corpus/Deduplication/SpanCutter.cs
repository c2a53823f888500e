using System.Buffers;
using System.Globalization;

namespace Ziya.Corpus.Deduplication;

/// <summary>
/// Cuts texts into lines, paragraphs or sentences, Chinese and English. White space, blank lines too, belongs to what stands before it, so that all pieces together are the text.
/// </summary>
internal static class SpanCutter
{
    private const string Closers = "\"'”’»)]）】」』》〉";

    private static readonly SearchValues<char> Ends = SearchValues.Create("。！？.!?…");

    // A full stop after one of these ends no sentence.
    private static readonly HashSet<string> Abbreviations = new(StringComparer.OrdinalIgnoreCase) { "mr", "mrs", "ms", "dr", "prof", "st", "vs", "etc", "no", "fig", "vol", "inc", "e.g", "i.e", "cf", "al" };
    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> Known = Abbreviations.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Where each piece begins, the first at 0; none of an empty text.</summary>
    public static void Cut(ReadOnlySpan<char> text, SpanUnit unit, List<int> starts)
    {
        starts.Clear();
        if (text.IsEmpty)
        {
            return;
        }

        starts.Add(0);
        var seen = false;
        var blank = false;
        for (var at = 0; at < text.Length;)
        {
            var length = text[at..].IndexOf('\n');
            var line = text.Slice(at, length < 0 ? text.Length - at : length + 1);
            var isBlank = line.IsWhiteSpace();
            if (seen && !isBlank && (unit != SpanUnit.Paragraph || blank))
            {
                starts.Add(at);
            }

            if (unit == SpanUnit.Sentence && !isBlank)
            {
                CutSentences(line, at, starts);
            }

            (blank, seen) = (isBlank, seen || !isBlank);
            at += line.Length;
        }
    }

    /// <summary>How many sentences a text has.</summary>
    public static int CountSentences(ReadOnlySpan<char> text)
    {
        var starts = new List<int>();
        Cut(text, SpanUnit.Sentence, starts);
        return starts.Count;
    }

    private static void CutSentences(ReadOnlySpan<char> line, int offset, List<int> starts)
    {
        for (var at = 0; at < line.Length;)
        {
            var end = line[at..].IndexOfAny(Ends);
            if (end < 0)
            {
                return;
            }

            end += at;
            at = end + 1;
            while (at < line.Length && (line[at] is '。' or '！' or '？' or '.' or '!' or '?' or '…' || Closers.Contains(line[at])))
            {
                at++;
            }

            var isWide = line[end] is '。' or '！' or '？' or '…';
            var next = at;
            while (next < line.Length && char.IsWhiteSpace(line[next]))
            {
                next++;
            }

            if (next < line.Length && (isWide || next > at || IsUnspaced(line[next])) && !(line[end] == '.' && IsAbbreviation(line[..end])))
            {
                starts.Add(offset + next);
                at = next;
            }
        }
    }

    private static bool IsUnspaced(char c) => char.GetUnicodeCategory(c) == UnicodeCategory.OtherLetter;

    /// <summary>Whether what stands before a full stop is an abbreviation or an initial.</summary>
    private static bool IsAbbreviation(ReadOnlySpan<char> before)
    {
        const int MostLetters = 5;
        var from = before.Length;
        while (from > 0 && before.Length - from <= MostLetters && (char.IsAsciiLetter(before[from - 1]) || before[from - 1] == '.'))
        {
            from--;
        }

        var word = before[from..];
        return (word.Length == 1 && char.IsAsciiLetterUpper(word[0])) || Known.Contains(word);
    }
}
