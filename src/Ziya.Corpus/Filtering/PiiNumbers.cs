namespace Ziya.Corpus.Filtering;

/// <summary>What makes a number a valid one of its kind.</summary>
internal static class PiiNumbers
{
    // GB 11643: weights 2^(17-i) mod 11, and what the sum stands for.
    private const string CheckDigits = "10X98765432";

    private static readonly int[] Weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

    // GB/T 2260: provinces, and the numbers that residence permits of Hong Kong, Macao and Taiwan begin with.
    private static readonly HashSet<int> Provinces =
        [11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54, 61, 62, 63, 64, 65, 71, 81, 82, 83];

    private static readonly int[] DaysOfMonth = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

    /// <summary>Whether eighteen characters are the number of a resident: region, date of birth and check digit (ISO 7064 MOD 11-2).</summary>
    public static bool IsResident(ReadOnlySpan<char> number)
    {
        if (number.Length != 18 || !IsBorn(number, Value(number[6..10]), number[10..14]))
        {
            return false;
        }

        var sum = 0;
        for (var i = 0; i < Weights.Length; i++)
        {
            sum += Weights[i] * (number[i] - '0');
        }

        return CheckDigits[sum % 11] == char.ToUpperInvariant(number[17]);
    }

    /// <summary>Whether fifteen digits are the number of a resident of before 1999, which had no check digit.</summary>
    public static bool IsOldResident(ReadOnlySpan<char> number) => number.Length == 15 && IsBorn(number, 1900 + Value(number[6..8]), number[8..12]);

    /// <summary>Whether the last digit is the check digit of the others (Luhn, ISO/IEC 7812-1).</summary>
    public static bool IsLuhn(ReadOnlySpan<char> number)
    {
        var sum = 0;
        for (var i = 0; i < number.Length; i++)
        {
            var digit = number[^(i + 1)] - '0';
            digit = i % 2 == 0 ? digit : digit > 4 ? (2 * digit) - 9 : 2 * digit;
            sum += digit;
        }

        return sum % 10 == 0;
    }

    /// <summary>Whether a number begins as those of an issuer of cards do, and is as long: UnionPay, Visa, Mastercard, American Express, JCB, Discover, Diners.</summary>
    public static bool IsIssued(ReadOnlySpan<char> number)
    {
        var (length, two, four) = (number.Length, Value(number[..2]), Value(number[..4]));
        return two switch
        {
            62 => length is >= 16 and <= 19,
            >= 40 and <= 49 => length is 13 or 16 or 19,
            >= 51 and <= 55 => length == 16,
            34 or 37 => length == 15,
            36 or 38 or 39 => length == 14,
            30 => four is >= 3000 and <= 3059 && length == 14,
            35 => four is >= 3528 and <= 3589 && length == 16,
            60 => four is 6011 or 6013 && length is 16 or 19,
            64 or 65 => length == 16,
            >= 22 and <= 27 => four is >= 2221 and <= 2720 && length == 16,
            95 => four == 9558 && length is 16 or 19,
            _ => false,
        };
    }

    /// <summary>Whether eleven digits are a Chinese mobile number.</summary>
    public static bool IsMobile(ReadOnlySpan<char> number) => number.Length == 11 && number[0] == '1' && number[1] switch
    {
        '3' or '5' or '8' => true,
        '4' => number[2] >= '4',
        '6' => number[2] is '2' or '5' or '6' or '7',
        '7' => number[2] is not '9',
        '9' => number[2] is not '4',
        _ => false,
    };

    /// <summary>Whether digits are a Chinese area code, with its 0: 010, 02x, and 03xx to 09xx.</summary>
    public static bool IsArea(ReadOnlySpan<char> code) => code is ['0', '1', '0'] or ['0', '2', >= '0' and <= '9'] or ['0', >= '3' and <= '9', >= '1' and <= '9', >= '0' and <= '9'];

    /// <summary>Whether digits are a fixed number within a Chinese area.</summary>
    public static bool IsFixed(ReadOnlySpan<char> number) => number.Length is 7 or 8 && number[0] is >= '2' and <= '8';

    /// <summary>Whether ten digits are a number of the North American plan: area and exchange begin with 2 to 9 and are no N11.</summary>
    public static bool IsAmerican(ReadOnlySpan<char> number) => number.Length == 10 && number[0] >= '2' && number[3] >= '2' && number[1..3] is not "11" && number[4..6] is not "11" && number[1] != '9';

    /// <summary>The value of digits.</summary>
    public static int Value(ReadOnlySpan<char> digits)
    {
        var value = 0;
        foreach (var digit in digits)
        {
            value = (10 * value) + digit - '0';
        }

        return value;
    }

    private static bool IsBorn(ReadOnlySpan<char> number, int year, ReadOnlySpan<char> monthDay)
    {
        var (month, day) = (Value(monthDay[..2]), Value(monthDay[2..]));
        return Provinces.Contains(Value(number[..2])) && year is >= 1850 and < 2050 && month is >= 1 and <= 12 && day >= 1 && day <= DaysOfMonth[month - 1]
            && (month != 2 || day < 29 || DateTime.IsLeapYear(year));
    }
}
