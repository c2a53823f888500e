using System.Buffers;

namespace Ziya.Corpus.Cleaning;

/// <summary>Writes a text anew without what is to go: control and invisible characters, full-width forms, spare white space.</summary>
internal sealed class CharacterPass(CleanOptions options)
{
    private readonly bool _tidy = options.Whitespace != WhitespaceRule.Keep;
    private readonly bool _flat = options.Whitespace == WhitespaceRule.Flat;

    private char[] _out = [];
    private int _length;

    // Where the line under way starts, whether it is all white space so far, and how many blank lines stand before it.
    private int _lineStart;
    private bool _blank;
    private int _blankLines;

    /// <summary>The clean text; the same string where nothing changes.</summary>
    public string Run(string text)
    {
        _out = ArrayPool<char>.Shared.Rent(text.Length + 1);
        (_length, _lineStart, _blank, _blankLines) = (0, 0, true, 0);
        var output = _out;
        var (length, blank) = (0, true);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            var kind = CharacterTable.Of(c);
            if (kind == CharacterKind.Plain)
            {
                output[length++] = c;
                blank = false;
            }
            else if (kind == CharacterKind.Space && !blank && output[length - 1] is not (' ' or '\t'))
            {
                output[length++] = ' ';
            }
            else
            {
                (_length, _blank) = (length, blank);
                i += Special(text, i, kind);
                (length, blank) = (_length, _blank);
            }
        }

        _length = length;
        if (_tidy)
        {
            TrimEnd();
        }

        var result = _out.AsSpan(0, _length).SequenceEqual(text) ? text : new string(_out, 0, _length);
        ArrayPool<char>.Shared.Return(_out);
        _out = [];
        return result;
    }

    /// <summary>Whether a full-width sign stands inside a word or number: between letters or digits, a colon between digits, a per cent sign after one.</summary>
    public static bool BelongsInside(ReadOnlySpan<char> text, int i)
    {
        var before = i > 0 ? text[i - 1] : ' ';
        var after = i + 1 < text.Length ? text[i + 1] : ' ';
        return text[i] switch
        {
            '％' => CharacterTable.IsAsciiDigit(before),
            '：' => CharacterTable.IsAsciiDigit(before) && CharacterTable.IsAsciiDigit(after),
            _ => CharacterTable.IsAsciiWordChar(before) && CharacterTable.IsAsciiWordChar(after),
        };
    }

    /// <summary>Deals with a unit that is not plain; how many units after it are done too.</summary>
    private int Special(string text, int i, CharacterKind kind)
    {
        var c = text[i];
        switch (kind)
        {
            case CharacterKind.Space or CharacterKind.Tab or CharacterKind.OtherSpace when _tidy:
                AddSpace(kind);
                return 0;
            case CharacterKind.CarriageReturn when _tidy:
                if (i + 1 < text.Length && text[i + 1] == '\n')
                {
                    return 0;
                }

                AddLineEnd();
                return 0;
            case CharacterKind.LineFeed or CharacterKind.OtherLineEnd when _tidy:
                AddLineEnd();
                return 0;
            case CharacterKind.Control when options.Controls || c >= '\uFFFE':
                return c == '\e' ? LengthOfColourCode(text.AsSpan(i + 1)) : 0;
            case CharacterKind.Invisible when options.Invisible:
            case CharacterKind.Joiner when options.Invisible && !NeedsJoiner():
                return 0;
            case CharacterKind.WideLetter when options.Width != WidthRule.Keep:
            case CharacterKind.WideJoiner when options.Width == WidthRule.Letters && BelongsInside(text, i):
            case CharacterKind.WideJoiner or CharacterKind.WidePunctuation when options.Width == WidthRule.All:
                Add((char)(c - CharacterTable.Wide));
                return 0;
            case CharacterKind.High when i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]):
                Add(c);
                Add(text[i + 1]);
                return 1;
            case CharacterKind.High or CharacterKind.Low:
                return 0;
            default:
                Add(c);
                return 0;
        }
    }

    private void Add(char c)
    {
        _out[_length++] = c;
        _blank = false;
    }

    private void AddSpace(CharacterKind kind)
    {
        if (_blank)
        {
            if (!_flat && kind != CharacterKind.OtherSpace && _length > 0)
            {
                _out[_length++] = kind == CharacterKind.Tab ? '\t' : ' ';
            }

            return;
        }

        var last = _out[_length - 1];
        if (last is not (' ' or '\t'))
        {
            _out[_length++] = kind == CharacterKind.Tab && !_flat ? '\t' : ' ';
        }
        else if (kind == CharacterKind.Tab && !_flat)
        {
            _out[_length - 1] = '\t';
        }
    }

    private void AddLineEnd()
    {
        if (_blank)
        {
            // Blank lines before the text, and more of them than there may be, are not begun.
            _length = _lineStart;
            if (_length == 0 || _blankLines == options.MaxBlankLines)
            {
                return;
            }

            _blankLines++;
        }
        else
        {
            _blankLines = 0;
            while (_out[_length - 1] is ' ' or '\t')
            {
                _length--;
            }
        }

        _out[_length++] = '\n';
        _lineStart = _length;
        _blank = true;
    }

    private void TrimEnd()
    {
        while (_length > 0 && _out[_length - 1] is ' ' or '\t' or '\n')
        {
            _length--;
        }
    }

    /// <summary>Whether a joiner after what is written so far does something: in emoji, and in scripts whose letters join.</summary>
    private bool NeedsJoiner() => _length > 0 && _out[_length - 1] is (>= '\u0600' and <= '\u0DFF') or (>= '\u1000' and <= '\u109F')
        or (>= '\u1780' and <= '\u18AF') or (>= '\u2190' and <= '\u2BFF') or '\uFE0F' or (>= '\uDC00' and <= '\uDFFF');

    /// <summary>Length of what follows ESC in a control sequence such as <c>ESC [ 1 ; 31 m</c> (ECMA-48, 5.4); 0 where it is none.</summary>
    private static int LengthOfColourCode(ReadOnlySpan<char> rest)
    {
        const int Longest = 24;
        if (rest is not ['[', ..])
        {
            return 0;
        }

        var end = 1;
        while (end < rest.Length && end < Longest && rest[end] is >= ' ' and <= '?')
        {
            end++;
        }

        return end < rest.Length && rest[end] is >= '@' and <= '~' ? end + 1 : 0;
    }
}
