namespace Ziya.Corpus.Scoring;

/// <summary>
/// The part of a text that is looked at: all of it up to <see cref="MaxChars"/>, else evenly spread windows, so that the work
/// a document costs is bounded whatever its length, and a foreign beginning does not decide for the rest.
/// </summary>
internal static class LanguageSample
{
    /// <summary>Longest text that is read whole, and the most that is read of a longer one, in UTF-16 units.</summary>
    public const int MaxChars = (WindowChars + 1) * Windows;

    private const int WindowChars = 160;
    private const int Windows = 12;
    private const int LongestWordSkipped = 40;

    /// <summary>The text itself where it is short; else the windows, a line each, in <paramref name="buffer"/>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="buffer">Room for <see cref="MaxChars"/>.</param>
    public static ReadOnlySpan<char> Take(ReadOnlySpan<char> text, Span<char> buffer)
    {
        if (text.Length <= MaxChars)
        {
            return text;
        }

        var length = 0;
        for (var i = 0; i < Windows; i++)
        {
            var start = (int)((long)(text.Length - WindowChars) * i / (Windows - 1));
            var window = text[StartOfWord(text, start)..(start + WindowChars)];
            window.CopyTo(buffer[length..]);
            length += window.Length;
            buffer[length++] = '\n';
        }

        return buffer[..length];
    }

    // Half a word at the start of a window would be taken for a word of its own. Han has no spaces and needs none.
    private static int StartOfWord(ReadOnlySpan<char> text, int start)
    {
        for (var i = start; i > 0 && i < start + LongestWordSkipped; i++)
        {
            if (ScriptTable.Of(text[i - 1]) != ScriptTable.Of(text[i]) || ScriptTable.Of(text[i]) == WritingScript.Han)
            {
                return i;
            }
        }

        return start;
    }
}
