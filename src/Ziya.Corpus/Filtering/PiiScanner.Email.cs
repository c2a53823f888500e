namespace Ziya.Corpus.Filtering;

/// <summary>E-mail addresses.</summary>
internal sealed partial class PiiScanner
{
    private const int LongestLocal = 64;
    private const int LongestDomain = 253;

    // What stands behind a point in names of files and is no domain of the first level: logo@2x.png.
    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> Endings = new HashSet<string>(
        ["png", "jpg", "jpeg", "gif", "svg", "webp", "ico", "bmp", "css", "js", "ts", "json", "html", "htm", "php", "xml", "yaml", "yml", "txt", "pdf", "zip", "gz", "service", "target", "socket", "timer", "mount"],
        StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    private static PiiHit? Email(ReadOnlySpan<char> text, int at, int free)
    {
        var start = at;
        while (start > free && at - start <= LongestLocal && IsLocal(text[start - 1]))
        {
            start--;
        }

        while (start < at && !char.IsAsciiLetterOrDigit(text[start]))
        {
            start++;
        }

        if (start == at || at - start > LongestLocal || text[at - 1] == '.' || text[start..at].Contains("..", StringComparison.Ordinal) || IsUser(text, start))
        {
            return null;
        }

        var end = Domain(text, at + 1);
        return end < 0 ? null : new PiiHit(PiiKind.Email, start, end);
    }

    /// <summary>Where a domain that starts here has ended; -1 if it is none.</summary>
    private static int Domain(ReadOnlySpan<char> text, int start)
    {
        var (end, dot) = (start, -1);
        while (end < text.Length && end - start < LongestDomain && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is '-' or '.'))
        {
            if (text[end] == '.' && (end == start || text[end - 1] is '.' or '-'))
            {
                break;
            }

            dot = text[end] == '.' ? end : dot;
            end++;
        }

        // The point behind an address ends the sentence.
        if (end > start && end - 1 == dot)
        {
            end--;
            dot = text[start..end].LastIndexOf('.') is var before and >= 0 ? start + before : -1;
        }

        if (dot < 0 || text[start] == '-' || text[end - 1] == '-' || end - dot is < 3 or > 25)
        {
            return -1;
        }

        var top = text[(dot + 1)..end];
        var isLetters = top.IndexOfAnyExcept(AsciiLetters) < 0;
        var goesOn = end < text.Length && (text[end] is '_' or '@' || (text[end] == ':' && end + 1 < text.Length && IsWord(text[end + 1])));
        return isLetters && !goesOn && !Endings.Contains(top) ? end : -1;
    }

    /// <summary>Whether it is the user or password of a URL: <c>https://user:secret@example.com</c>.</summary>
    private static bool IsUser(ReadOnlySpan<char> text, int start)
    {
        var before = text[Math.Max(0, start - LongestLocal)..start];
        before = before[(before.LastIndexOfAny(AddressEnds) + 1)..];
        return before.Contains("://", StringComparison.Ordinal) && !before[(before.IndexOf("://") + 3)..].ContainsAny('/', '?');
    }

    private static readonly System.Buffers.SearchValues<char> AddressEnds = System.Buffers.SearchValues.Create(" \t\n，。、；（(\"'<");
    private static readonly System.Buffers.SearchValues<char> AsciiLetters = System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    private static bool IsLocal(char c) => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '%' or '+' or '-';
}
