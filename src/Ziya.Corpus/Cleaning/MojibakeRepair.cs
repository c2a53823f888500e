using System.Buffers;
using System.Text;
using Utf8Text = System.Text.Unicode.Utf8;

namespace Ziya.Corpus.Cleaning;

/// <summary>
/// Undoes reading in the wrong encoding where the result proves it: the characters, taken back to bytes, must be valid in the right encoding from
/// end to end of a run, and in a way that ordinary text is not by chance.
/// </summary>
/// <remarks>
/// Runs, not whole texts, because pages quote each other: one sentence may be damaged and the next one not.
/// <list type="number">
/// <item>UTF-8 read as Latin-1 or Windows-1252 (<c>cafÃ©</c>, <c>itâ€™s</c>, <c>å±±é‡Œ</c>), also twice or three times over.</item>
/// <item>GBK read as Latin-1 (<c>ÀÏ³ÇµÄ</c>): all such runs of a line are characters of GB 2312, mostly of its common first level.</item>
/// <item>UTF-8 read as GBK (<c>涓枃</c>): all Chinese, at least four characters.</item>
/// </list>
/// Lost for good is what became U+FFFD or, from that, 锟斤拷; and memory never written to, which GBK shows as 烫烫烫 and 屯屯屯.
/// </remarks>
internal static class MojibakeRepair
{
    // Text has been through this many wrong readings at most; each must prove itself.
    private const int MaxRounds = 3;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly Encoding Gbk = CodePagesEncodingProvider.Instance.GetEncoding(936, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)!;

    private static readonly SearchValues<char> Chinese = SearchValues.Create(
        [.. Range('\u2010', '\u202F'), .. Range('\u3000', '\u303F'), .. Range('\u4E00', '\u9FFF'), .. Range('\uFF00', '\uFFEF')]);

    private delegate string? Reading(string text, int start, int end);

    /// <summary>The text as it was meant, as far as that is certain; the same string where nothing is.</summary>
    public static string Repair(string text)
    {
        for (var round = 0; round < MaxRounds; round++)
        {
            var before = text;
            text = EachRun(text, IsMisreadByte, Utf8AsLatin);
            if (ReferenceEquals(before, text))
            {
                break;
            }
        }

        // Where one line was GBK for certain, short ones are believed too.
        var lines = EachLine(text, (whole, start, end) => GbkAsLatin(whole, start, end, 6));
        text = ReferenceEquals(lines, text) ? text : EachLine(lines, (whole, start, end) => GbkAsLatin(whole, start, end, 4));
        return EachRun(text, c => c >= 0x80, Utf8AsGbk);
    }

    /// <summary>Share of the text's characters that are what is left of lost ones.</summary>
    public static double ShareLost(ReadOnlySpan<char> text)
    {
        var lost = text.Count('\uFFFD') + (3 * text.Count("锟斤拷"));
        for (var i = 0; i < text.Length;)
        {
            var end = i + 1;
            while (end < text.Length && text[end] == text[i])
            {
                end++;
            }

            lost += text[i] is '烫' or '屯' && end - i >= 3 ? end - i : 0;
            i = end;
        }

        return text.IsEmpty ? 0 : (double)lost / text.Length;
    }

    private static bool IsMisreadByte(char c) => MisreadBytes.TryGet(c, out _);

    // 1. One sequence of three bytes or a letter of Latin-1 is proof enough, in any other alphabet three in a row.
    private static string? Utf8AsLatin(string text, int start, int end)
    {
        if (ToBytes(text.AsSpan(start, end - start)) is not { } bytes || TryDecode(Utf8, bytes) is not { } decoded)
        {
            return null;
        }

        var latin = bytes.Count((byte)0xC2) + bytes.Count((byte)0xC3);
        var isLong = bytes.AsSpan().ContainsAnyInRange((byte)0xE0, (byte)0xF4);
        if (!isLong && latin == 0 && decoded.Length < 3)
        {
            return null;
        }

        // "IRMÔ in quotes is Portuguese, not one letter: in capitals, the letter must be a capital and its second byte no quote or dash.
        var afterCapital = start > 0 && char.IsAsciiLetterUpper(text[start - 1]);
        return afterCapital && bytes.Length == 2 && (!char.IsUpper(decoded[0]) || char.IsPunctuation(text[end - 1])) ? null : decoded;
    }

    // 2. Lower-case Cyrillic read as Latin-1 is GB 2312 too, but of the rare second level.
    private static string? GbkAsLatin(string text, int start, int end, int leastBytes)
    {
        int longest = 0, common = 0, han = 0;
        var runs = new List<(int Start, int End)>();
        for (var i = start; i < end; i++)
        {
            var runStart = i;
            while (i < end && MisreadBytes.TryGet(text[i], out _))
            {
                i++;
            }

            if (i == runStart)
            {
                continue;
            }

            if ((i - runStart) % 2 != 0)
            {
                return null;
            }

            for (var pair = runStart; pair < i; pair += 2)
            {
                if (text[pair + 1] is < '\xA1' or > '\xFE' || text[pair] is not ((>= '\xA1' and <= '\xA3') or (>= '\xB0' and <= '\xF7')))
                {
                    return null;
                }

                han += text[pair] >= '\xB0' ? 1 : 0;
                common += text[pair] is >= '\xB0' and <= '\xD7' ? 1 : 0;
            }

            longest = Math.Max(longest, i - runStart);
            runs.Add((runStart, i));
        }

        if (longest < leastBytes || common < 0.8 * han || common == 0)
        {
            return null;
        }

        var result = new StringBuilder();
        var at = start;
        foreach (var (runStart, runEnd) in runs)
        {
            if (TryDecode(Gbk, ToBytes(text.AsSpan(runStart, runEnd - runStart))!) is not { } decoded)
            {
                return null;
            }

            result.Append(text, at, runStart - at).Append(decoded);
            at = runEnd;
        }

        return result.Append(text, at, end - at).ToString();
    }

    // 3. Every Chinese character has three bytes in UTF-8 and two in GBK; that plain GBK is valid by chance so long has odds of one in millions.
    private static string? Utf8AsGbk(string text, int start, int end)
    {
        byte[] bytes;
        try
        {
            bytes = Gbk.GetBytes(text, start, end - start);
        }
        catch (EncoderFallbackException)
        {
            return null;
        }

        return TryDecode(Utf8, bytes) is { Length: >= 4 } decoded && decoded.Length * 3 == bytes.Length && !decoded.AsSpan().ContainsAnyExcept(Chinese) ? decoded : null;
    }

    private static IEnumerable<char> Range(char first, char last) => Enumerable.Range(first, last - first + 1).Select(c => (char)c);

    private static byte[]? ToBytes(ReadOnlySpan<char> run)
    {
        var bytes = new byte[run.Length];
        for (var i = 0; i < run.Length; i++)
        {
            if (!MisreadBytes.TryGet(run[i], out bytes[i]))
            {
                return null;
            }
        }

        return bytes;
    }

    private static string? TryDecode(Encoding encoding, byte[] bytes)
    {
        if (ReferenceEquals(encoding, Utf8) && !Utf8Text.IsValid(bytes))
        {
            return null;
        }

        try
        {
            return encoding.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static string EachRun(string text, Func<char, bool> belongs, Reading reading)
    {
        StringBuilder? result = null;
        var copied = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var start = i;
            while (i < text.Length && belongs(text[i]))
            {
                i++;
            }

            if (i - start >= 2 && reading(text, start, i) is { } meant)
            {
                result = (result ?? new StringBuilder(text.Length)).Append(text, copied, start - copied).Append(meant);
                copied = i;
            }
        }

        return result is null ? text : result.Append(text, copied, text.Length - copied).ToString();
    }

    private static string EachLine(string text, Reading reading)
    {
        StringBuilder? result = null;
        var copied = 0;
        for (var start = 0; start < text.Length;)
        {
            var end = text.IndexOf('\n', start) is var found and >= 0 ? found : text.Length;
            if (reading(text, start, end) is { } meant)
            {
                result = (result ?? new StringBuilder(text.Length)).Append(text, copied, start - copied).Append(meant);
                copied = end;
            }

            start = end + 1;
        }

        return result is null ? text : result.Append(text, copied, text.Length - copied).ToString();
    }
}
