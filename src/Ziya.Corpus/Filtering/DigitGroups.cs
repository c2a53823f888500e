namespace Ziya.Corpus.Filtering;

/// <summary>Groups of digits that stand together in a text, with one space, hyphen, point or bracket between them: what numbers for people look like.</summary>
internal sealed class DigitGroups
{
    private const int MostDigits = 32;
    private const int MostGroups = 8;

    private readonly char[] _digits = new char[MostDigits];
    private readonly int[] _ends = new int[MostGroups];
    private readonly int[] _lengths = new int[MostGroups];
    private readonly char[] _separators = new char[MostGroups];
    private int _total;

    /// <summary>How many groups there are; none where the first is longer than any number for people.</summary>
    public int Count { get; private set; }

    /// <summary>Where the first digit stands.</summary>
    public int Start { get; private set; }

    /// <summary>Where the first group has ended.</summary>
    public int FirstEnd { get; private set; }

    /// <summary>All digits, without what is between them.</summary>
    public ReadOnlySpan<char> Digits => _digits.AsSpan(0, _total);

    /// <summary>Digits of a group.</summary>
    public int Length(int group) => group < Count ? _lengths[group] : 0;

    /// <summary>Where a group has ended in the text.</summary>
    public int End(int group) => _ends[group];

    /// <summary>What stands behind a group, before the next one: a space, <c>-</c>, <c>.</c>, <c>(</c> or <c>)</c>; 0 behind the last.</summary>
    public char Separator(int group) => group < Count ? _separators[group] : '\0';

    /// <summary>Whether there are groups of these lengths from one on; those behind them do not matter.</summary>
    public bool Has(int first, params ReadOnlySpan<int> lengths)
    {
        for (var i = 0; i < lengths.Length; i++)
        {
            if (Length(first + i) != lengths[i])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether all the separators behind some groups are of a set.</summary>
    public bool Separated(int first, int count, ReadOnlySpan<char> by)
    {
        for (var i = first; i < first + count; i++)
        {
            if (!by.Contains(Separator(i)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Reads the groups that start at a digit.</summary>
    public void Read(ReadOnlySpan<char> text, int at)
    {
        (Start, Count, _total) = (at, 0, 0);
        while (Count < MostGroups)
        {
            var end = at;
            while (end < text.Length && char.IsAsciiDigit(text[end]))
            {
                end++;
            }

            FirstEnd = Count == 0 ? end : FirstEnd;
            if (_total + end - at > MostDigits)
            {
                break;
            }

            text[at..end].CopyTo(_digits.AsSpan(_total));
            _total += end - at;
            (_ends[Count], _lengths[Count]) = (end, end - at);
            at = Next(text, end, out var separator);
            _separators[Count++] = separator;
            if (at < 0)
            {
                break;
            }
        }
    }

    /// <summary>Where the next group starts; -1 if none does.</summary>
    private static int Next(ReadOnlySpan<char> text, int end, out char separator)
    {
        separator = '\0';
        var rest = text[end..];
        var length = rest switch
        {
            [' ' or '-' or '.' or '\u00a0' or '–', >= '0' and <= '9', ..] => 1,
            ['(' or ')' or '（' or '）', >= '0' and <= '9', ..] => 1,
            [' ', '(' or '（', >= '0' and <= '9', ..] or [')' or '）', ' ' or '-', >= '0' and <= '9', ..] => 2,
            _ => 0,
        };
        if (length == 0)
        {
            return -1;
        }

        separator = rest[length == 2 && rest[0] == ' ' ? 1 : 0] switch
        {
            '\u00a0' => ' ',
            '–' => '-',
            '（' => '(',
            '）' => ')',
            var other => other,
        };
        return end + length;
    }
}
