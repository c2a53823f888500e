namespace Ziya.Corpus.Scoring;

/// <summary>
/// Splits a text into runs of letters of one script. A run that looks like a part of an address, a path, markup or a program
/// is marked as noise: its letters say little about the language of the text around it.
/// </summary>
internal ref struct WordScanner(ReadOnlySpan<char> text, WritingScript script)
{
    private readonly ReadOnlySpan<char> _text = text;
    private int _position;

    /// <summary>The current word.</summary>
    public ReadOnlySpan<char> Word { get; private set; }

    /// <summary>Whether the current word is noise.</summary>
    public bool IsNoise { get; private set; }

    /// <summary>Moves to the next word; false at the end of the text.</summary>
    public bool MoveNext()
    {
        var start = _position;
        while (start < _text.Length && ScriptTable.Of(_text[start]) != script)
        {
            start = AfterGap(_text, start);
        }

        if (start == _text.Length)
        {
            return false;
        }

        var end = EndOfRun(_text, start, script);
        _position = end;
        Word = _text[start..end];
        IsNoise = script == WritingScript.Latin && IsLatinNoise(_text, start, end);
        return true;
    }

    /// <summary>
    /// Index after one character that is not in a word, or after the whole address where the character is the colon of one.
    /// </summary>
    public static int AfterGap(ReadOnlySpan<char> text, int position)
    {
        if (text[position] is not ':' || !text[position..].StartsWith("://"))
        {
            return position + 1;
        }

        var end = position + 3;
        while (end < text.Length && text[end] is > ' ' and < (char)0x7F and not ('"' or '<' or '>' or ')' or ']'))
        {
            end++;
        }

        return end;
    }

    /// <summary>Index after the run of letters of <paramref name="script"/> that starts at <paramref name="start"/>.</summary>
    public static int EndOfRun(ReadOnlySpan<char> text, int start, WritingScript script)
    {
        var end = start + 1;
        while (end < text.Length && ScriptTable.Of(text[end]) == script)
        {
            end++;
        }

        return end;
    }

    /// <summary>Whether the Latin word at <c>start..end</c> is an identifier, a part of an address or path, or an acronym.</summary>
    public static bool IsLatinNoise(ReadOnlySpan<char> text, int start, int end)
    {
        if (start > 0 && (IsCodeMark(text[start - 1]) || (text[start - 1] is '.' && start > 1 && IsWordChar(text[start - 2]))))
        {
            return true;
        }

        if (end < text.Length)
        {
            var next = text[end];
            var afterNext = end + 1 < text.Length ? text[end + 1] : ' ';
            if (IsCodeMark(next) || next is '(' || (next is '.' or ':' && (IsWordChar(afterNext) || afterNext is '/' or ':')))
            {
                return true;
            }
        }

        // "iPhone", "getText", "HTTP"; a capital alone in front is an ordinary sentence or name.
        return text[(start + 1)..end].ContainsAnyInRange('A', 'Z');
    }

    private static bool IsCodeMark(char c) =>
        c is '_' or '/' or '\\' or '=' or '<' or '>' or '$' or '#' or '@' or '{' or '}' or '~' or '^' or '|' or '%' or '&'
        || char.IsAsciiDigit(c);

    private static bool IsWordChar(char c) => char.IsAsciiLetterOrDigit(c) || c is '_';
}
