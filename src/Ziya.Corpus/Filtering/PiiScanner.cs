using System.Net;
using System.Net.Sockets;

namespace Ziya.Corpus.Filtering;

/// <summary>
/// Finds personal data in one pass: a table says which characters can be in its beginning or middle (digits, <c>@</c>, <c>:</c>, the character that number plates begin with), and only there is looked closer, at no more than a few
/// dozen characters around.
/// </summary>
internal sealed partial class PiiScanner(PiiOptions options)
{
    private const string PlateRegions = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";

    private static readonly byte[] Triggers = BuildTriggers();

    private readonly bool[] _asks = [.. Enum.GetValues<PiiKind>().Select(kind => options.Kinds.Contains(kind))];
    private readonly DigitGroups _groups = new();

    private enum Trigger : byte
    {
        None,
        Digit,
        At,
        Colon,
        Plate,
    }

    /// <summary>Finds what is in a text, from left to right, without overlaps.</summary>
    public void Find(ReadOnlySpan<char> text, List<PiiHit> hits)
    {
        hits.Clear();
        var free = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var trigger = (Trigger)Triggers[text[i]];
            if (trigger == Trigger.None)
            {
                continue;
            }

            var end = trigger == Trigger.Digit ? SkipDigits(text, i) : i + 1;
            var hit = trigger switch
            {
                Trigger.Digit => Number(text, i, free),
                Trigger.At => Email(text, i, free),
                Trigger.Colon => Address(text, i, free),
                _ => Plate(text, i),
            };
            if (hit is { } found && _asks[(int)found.Kind])
            {
                hits.Add(found);
                free = end = found.End;
            }

            i = end - 1;
        }
    }

    private static int SkipDigits(ReadOnlySpan<char> text, int at)
    {
        var more = text[at..].IndexOfAnyExceptInRange('0', '9');
        return more < 0 ? text.Length : at + more;
    }

    // A province, a letter for the city, and five letters and digits, six for cars without petrol; some with a point.
    private static PiiHit? Plate(ReadOnlySpan<char> text, int at)
    {
        if (at + 6 >= text.Length || !IsPlateLetter(text[at + 1]))
        {
            return null;
        }

        var start = at + 2;
        start += text[start] is '·' or '•' or '・' or '-' or ' ' ? 1 : 0;
        var (end, digits) = (start, 0);
        while (end < text.Length && end - start < 6 && (char.IsAsciiDigit(text[end]) || IsPlateLetter(text[end])))
        {
            digits += char.IsAsciiDigit(text[end++]) ? 1 : 0;
        }

        var length = end - start;
        if (length == 4 && end < text.Length && text[end] is '挂' or '学' or '警' or '领' or '港' or '澳')
        {
            (end, length) = (end + 1, 5);
        }

        var isPlate = length == 5 ? digits >= 3 : length == 6 && digits == 5 && (IsElectric(text[start]) || IsElectric(text[end - 1]));
        return isPlate && (end == text.Length || !IsWord(text[end])) ? new PiiHit(PiiKind.Plate, at, end) : null;
    }

    private static bool IsElectric(char c) => c is >= 'A' and <= 'K' and not 'I';

    private static bool IsPlateLetter(char c) => char.IsAsciiLetterUpper(c) && c is not ('I' or 'O');

    /// <summary>An address of version 6 around a colon.</summary>
    private PiiHit? Address(ReadOnlySpan<char> text, int colon, int free)
    {
        const int Longest = 45;
        var (start, end, colons) = (colon, colon, 0);
        while (start > Math.Max(free, colon - Longest) && (char.IsAsciiHexDigit(text[start - 1]) || text[start - 1] == ':'))
        {
            start--;
        }

        while (end < text.Length && end - start <= Longest && (char.IsAsciiHexDigit(text[end]) || text[end] is ':' or '.'))
        {
            colons += text[end++] == ':' ? 1 : 0;
        }

        while (end > colon && text[end - 1] is '.' || (end - 2 >= colon && text[end - 1] == ':' && text[end - 2] != ':'))
        {
            end--;
        }

        return colons >= 2 && end - start is >= 6 and <= Longest && (start == 0 || !IsWord(text[start - 1])) && (end == text.Length || !IsWord(text[end]))
            && IPAddress.TryParse(text[start..end], out var address) && address.AddressFamily == AddressFamily.InterNetworkV6 && (!options.PublicIpsOnly || IsGlobal(address))
            ? new PiiHit(PiiKind.Ip, start, end) : null;
    }

    // RFC 4291 and the register of IANA: 2000::/3 is what is given out.
    private static bool IsGlobal(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        return (bytes[0] & 0xe0) == 0x20;
    }

    private static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';

    private static byte[] BuildTriggers()
    {
        var triggers = new byte[char.MaxValue + 1];
        triggers.AsSpan('0', 10).Fill((byte)Trigger.Digit);
        triggers['@'] = triggers['＠'] = (byte)Trigger.At;
        triggers[':'] = (byte)Trigger.Colon;
        foreach (var region in PlateRegions)
        {
            triggers[region] = (byte)Trigger.Plate;
        }

        return triggers;
    }
}
