namespace Ziya.Corpus.Filtering;

/// <summary>Telephone numbers.</summary>
internal sealed partial class PiiScanner
{
    private const int MostExtension = 5;

    private PiiHit? Phone(ReadOnlySpan<char> text, int free)
    {
        var at = _groups.Start;
        var hasPlus = at > free && text[at - 1] == '+' && (at < 2 || !IsWord(text[at - 2]));
        var isOpen = at > free && text[at - 1] is '(' or '（';
        var start = hasPlus || (isOpen && _groups.Separator(0) == ')') ? at - 1 : at;
        var end = Chinese(text, hasPlus);
        end = end < 0 ? American(text, hasPlus, isOpen) : end;
        end = end < 0 && hasPlus ? Foreign() : end;
        return end >= 0 && EndsFree(text, end) ? new PiiHit(PiiKind.Phone, start, end) : null;
    }

    /// <summary>Where a Chinese number has ended; -1 if it is none.</summary>
    private int Chinese(ReadOnlySpan<char> text, bool hasPlus)
    {
        var (group, skip) = Country(hasPlus);
        if (skip < 0)
        {
            return -1;
        }

        // What is left of the first group, if the country stands in it.
        var digits = _groups.Digits[skip..];
        var first = group == 0 ? _groups.Length(0) - skip : _groups.Length(group);
        var (second, third) = (_groups.Length(group + 1), _groups.Length(group + 2));
        var mobile = first == 11 ? 1 : first == 3 && second == 8 ? 2 : first == 3 && second == 4 && third == 4 ? 3 : 0;
        if (mobile > 0 && _groups.Separated(group, mobile - 1, Between) && PiiNumbers.IsMobile(digits[..11]))
        {
            return mobile > 1 || skip > 0 || PiiContext.IsPhone(text, _groups.Start) || !PiiContext.IsOther(text, _groups.Start) ? _groups.End(group + mobile - 1) : -1;
        }

        return Fixed(text, group, first, digits, skip > 0);
    }

    private int Fixed(ReadOnlySpan<char> text, int group, int first, ReadOnlySpan<char> digits, bool hasCountry)
    {
        // Behind the country the area has no 0.
        var isArea = PiiNumbers.IsArea(digits[..Math.Min(first, digits.Length)]) || (hasCountry && first is 2 or 3 && PiiNumbers.IsArea($"0{digits[..first]}"));
        if (isArea && AroundArea.Contains(_groups.Separator(group)))
        {
            return Subscriber(group + 1, digits[first..]);
        }

        // Without an area, or with it in one piece, only where it is said to be a number.
        if (!PiiContext.IsPhone(text, _groups.Start))
        {
            return -1;
        }

        for (var area = 3; area <= 4 && first > area; area++)
        {
            if (PiiNumbers.IsArea(digits[..area]) && PiiNumbers.IsFixed(digits[area..first]))
            {
                return _groups.End(group);
            }
        }

        return first == 8 && PiiNumbers.IsFixed(digits[..8]) ? _groups.End(group) : first == 4 && _groups.Length(group + 1) == 4 && Between.Contains(_groups.Separator(group)) && PiiNumbers.IsFixed(digits[..8]) ? _groups.End(group + 1) : -1;
    }

    /// <summary>The number within an area, in one piece or two, and an extension.</summary>
    private int Subscriber(int group, ReadOnlySpan<char> digits)
    {
        var (first, second) = (_groups.Length(group), _groups.Length(group + 1));
        var pieces = first is 7 or 8 ? 1 : first is 3 or 4 && second == 4 && Between.Contains(_groups.Separator(group)) ? 2 : 0;
        if (pieces == 0 || !PiiNumbers.IsFixed(digits[..(pieces == 1 ? first : first + second)]))
        {
            return -1;
        }

        var last = group + pieces - 1;
        return _groups.Separator(last) == '-' && _groups.Length(last + 1) is >= 1 and <= MostExtension ? _groups.End(last + 1) : _groups.End(last);
    }

    /// <summary>The group in which the number starts, and how many digits before it are the country's: +86, 0086, 86; none is no fault, another one is (-1).</summary>
    private (int Group, int Skip) Country(bool hasPlus)
    {
        var digits = _groups.Digits;
        var length = digits.StartsWith("0086") ? 4 : digits.StartsWith("86") && (hasPlus || _groups.Length(0) is 2 or 13) ? 2 : 0;

        // Digits of several groups, such as 0.086, are no country.
        length = length <= _groups.Length(0) ? length : 0;
        return length == 0 ? (0, hasPlus ? -1 : 0) : (_groups.Length(0) == length ? 1 : 0, length);
    }

    private int American(ReadOnlySpan<char> text, bool hasPlus, bool isOpen)
    {
        var group = _groups.Length(0) == 1 && _groups.Digits[0] == '1' && (hasPlus || _groups.Separator(0) is '-' or '.' or '(' or ' ') ? 1 : 0;
        var digits = _groups.Digits[group..];
        if (hasPlus && group == 0)
        {
            return -1;
        }

        if (_groups.Has(group, 3, 3, 4) && PiiNumbers.IsAmerican(digits[..10]))
        {
            var (area, exchange) = (_groups.Separator(group), _groups.Separator(group + 1));
            return (area == ')' ? isOpen || group > 0 : exchange == area) && exchange is ' ' or '-' or '.' ? _groups.End(group + 2) : -1;
        }

        // Within the area, or in one piece, only where it is said to be a number.
        var isSaid = PiiContext.IsPhone(text, _groups.Start);
        return isSaid && _groups.Has(group, 10) && PiiNumbers.IsAmerican(digits[..10]) ? _groups.End(group)
            : isSaid && group == 0 && _groups.Has(0, 3, 4) && _groups.Count == 2 && _groups.Separator(0) == '-' && digits[0] >= '2' ? _groups.End(1) : -1;
    }

    /// <summary>Any number behind a plus: 9 to 15 digits (ITU-T E.164) of some groups.</summary>
    private int Foreign()
    {
        const int Fewest = 9;
        const int Most = 15;
        var (total, end) = (0, -1);
        for (var group = 0; group < _groups.Count && total + _groups.Length(group) <= Most; group++)
        {
            total += _groups.Length(group);
            end = total >= Fewest ? _groups.End(group) : end;
            if (!AroundArea.Contains(_groups.Separator(group)))
            {
                break;
            }
        }

        return _groups.Digits[0] == '0' ? -1 : end;
    }
}
