namespace Ziya.Corpus.Filtering;

/// <summary>Numbers: what a row of digits can be, the surest first.</summary>
internal sealed partial class PiiScanner
{
    private const string Between = " -";
    private const string AroundArea = " -()";

    private PiiHit? Number(ReadOnlySpan<char> text, int at, int free)
    {
        _groups.Read(text, at);
        if (_groups.Count == 0)
        {
            return null;
        }

        if (at > free && char.IsAsciiLetterUpper(text[at - 1]))
        {
            return Passport(text, at, free);
        }

        if (!StartsFree(text, at))
        {
            return null;
        }

        return Ip(text) ?? Resident(text) ?? Card(text) ?? Phone(text, free);
    }

    private PiiHit? Ip(ReadOnlySpan<char> text)
    {
        if (!_groups.Separated(0, 3, ".") || _groups.Count < 4 || _groups.Separator(3) == '.')
        {
            return null;
        }

        Span<int> parts = stackalloc int[4];
        var digits = _groups.Digits;
        for (var i = 0; i < 4; i++)
        {
            var length = _groups.Length(i);
            parts[i] = length > 3 ? 256 : PiiNumbers.Value(digits[..length]);
            if (parts[i] > 255 || (length > 1 && digits[0] == '0'))
            {
                return null;
            }

            digits = digits[length..];
        }

        // Four small numbers are a section or a version unless something says that they are an address; of addresses one in 250 is so.
        const int LargestOfVersions = 63;
        var (start, end) = (_groups.Start, _groups.End(3));
        var isSmall = parts.IndexOfAnyExceptInRange(0, LargestOfVersions) < 0;
        var isVersion = isSmall ? !PiiContext.IsHost(text, start) : PiiContext.IsVersion(text, start) && !PiiContext.IsHost(text, start);
        return (end < text.Length && IsWord(text[end])) || isVersion || (options.PublicIpsOnly && !IsGlobal(parts)) ? null : new PiiHit(PiiKind.Ip, start, end);
    }

    // RFC 6890: no private, loopback, link-local, shared, multicast or reserved address. Those for documentation stand for public ones.
    private static bool IsGlobal(ReadOnlySpan<int> ip) => ip[0] is not (0 or 10 or 127 or >= 224) && !(ip[0] == 172 && ip[1] is >= 16 and <= 31) && !(ip[0] == 192 && ip[1] == 168)
        && !(ip[0] == 169 && ip[1] == 254) && !(ip[0] == 100 && ip[1] is >= 64 and <= 127);

    private PiiHit? Resident(ReadOnlySpan<char> text)
    {
        var groups = _groups.Has(0, 6, 8) && _groups.Separated(0, 2, Between) ? 3 : 1;
        var total = _groups.Length(0) + (groups == 3 ? _groups.Length(1) + _groups.Length(2) : 0);
        var end = groups == 3 && _groups.Count > 2 ? _groups.End(2) : _groups.End(0);
        if (total == 17 && end < text.Length && text[end] is 'X' or 'x' && EndsFree(text, end + 1))
        {
            Span<char> number = stackalloc char[18];
            _groups.Digits[..17].CopyTo(number);
            number[17] = 'X';
            return PiiNumbers.IsResident(number) || PiiContext.IsResident(text, _groups.Start) ? new PiiHit(PiiKind.IdCard, _groups.Start, end + 1) : null;
        }

        var isNumber = total switch
        {
            // Said to be one it is one, typing errors and all.
            18 => PiiNumbers.IsResident(_groups.Digits[..18]) || PiiContext.IsResident(text, _groups.Start),
            15 => options.OldIdCards && groups == 1 && PiiNumbers.IsOldResident(_groups.Digits[..15]),
            _ => false,
        };
        return isNumber && EndsFree(text, end) ? new PiiHit(PiiKind.IdCard, _groups.Start, end) : null;
    }

    private PiiHit? Card(ReadOnlySpan<char> text)
    {
        var (groups, length) = (1, _groups.Length(0));
        if (_groups.Has(0, 4, 4, 4) && _groups.Separated(0, 3, Between) && _groups.Length(3) is 4)
        {
            var hasFifth = _groups.Length(4) is >= 1 and <= 3 && Between.Contains(_groups.Separator(3));
            (groups, length) = hasFifth ? (5, 16 + _groups.Length(4)) : (4, 16);
        }
        else if (_groups.Has(0, 4, 6) && _groups.Separated(0, 2, Between) && _groups.Length(2) is 5)
        {
            (groups, length) = (3, 15);
        }
        else if (_groups.Length(0) == 6 && _groups.Length(1) is 10 or 13 && Between.Contains(_groups.Separator(0)))
        {
            (groups, length) = (2, 6 + _groups.Length(1));
        }

        if (length is < 13 or > 19)
        {
            return null;
        }

        // A tenth of all numbers has a valid check digit: a number in one piece needs a word that speaks for it, but UnionPay's, of which there are few, and one in pieces no digits around.
        var number = _groups.Digits[..length];
        var (start, end) = (_groups.Start, _groups.End(groups - 1));
        return PiiNumbers.IsIssued(number) && PiiNumbers.IsLuhn(number) && EndsFree(text, end)
            && (PiiContext.IsCard(text, start) || (groups > 1 ? StandsAlone(text, start, end) : number.StartsWith("62") && !PiiContext.IsOther(text, start)))
            ? new PiiHit(PiiKind.BankCard, start, end) : null;
    }

    /// <summary>Whether there are no other digits before and behind a space.</summary>
    private static bool StandsAlone(ReadOnlySpan<char> text, int start, int end) =>
        !(start > 1 && text[start - 1] == ' ' && char.IsAsciiDigit(text[start - 2])) && !(end + 1 < text.Length && text[end] == ' ' && char.IsAsciiDigit(text[end + 1]));

    /// <summary>A letter or two, and seven or eight digits.</summary>
    private PiiHit? Passport(ReadOnlySpan<char> text, int at, int free)
    {
        var start = at - 1;
        start -= start > free && char.IsAsciiLetterUpper(text[start - 1]) ? 1 : 0;
        var letters = text[start..at];
        var isPassport = _groups.Length(0) switch
        {
            8 => letters is "E" or "G" or "K" or "H",
            7 => letters is "D" or "S" or "P" or "DE" or "SE" or "PE" || (letters is ['E', not ('I' or 'O')]),
            _ => false,
        };
        return isPassport && (start == 0 || !IsWord(text[start - 1])) && EndsFree(text, _groups.End(0)) && PiiContext.IsPassport(text, start) ? new PiiHit(PiiKind.Passport, start, _groups.End(0)) : null;
    }

    /// <summary>Whether a number can start here: not within a word, a decimal, an amount, a path.</summary>
    private static bool StartsFree(ReadOnlySpan<char> text, int at)
    {
        if (at == 0)
        {
            return true;
        }

        var (before, last) = (at > 1 ? text[at - 2] : ' ', text[at - 1]);
        return last switch
        {
            '.' or ',' => !char.IsAsciiDigit(before),
            '-' => !IsWord(before),
            '/' => !char.IsAsciiLetter(before) && before is not ('/' or ':' or '.'),
            '#' or '$' or '¥' or '￥' or '€' or '£' or '×' or '*' => false,
            _ => !IsWord(last),
        };
    }

    /// <summary>Whether a number can end here.</summary>
    private static bool EndsFree(ReadOnlySpan<char> text, int end)
    {
        if (end >= text.Length)
        {
            return true;
        }

        var (next, after) = (text[end], end + 1 < text.Length ? text[end + 1] : ' ');
        return next switch
        {
            '.' or ',' => !char.IsAsciiDigit(after),
            '-' => !IsWord(after),
            '@' or '＠' or '%' or '％' or '元' or '×' or '*' => false,
            _ => !IsWord(next),
        };
    }
}
