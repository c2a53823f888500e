using System.Text;
using System.Text.RegularExpressions;
using System.Text.Unicode;
using Ziya.Pipeline.Jobs;

namespace Ziya.Pipeline.Reading;

/// <summary>
/// The encoding of a web page. Pages say what they are and are often something else, so the bytes go first.
/// 1. A byte order mark. 2. What is all valid UTF-8 is UTF-8, unless it says it is one of the encodings that look like ASCII.
/// 3. What the HTTP header says, then a <c>meta</c> element of the first kilobytes. 4. What the bytes look like, and windows-1252 where they look like nothing.
/// </summary>
internal static partial class WebEncoding
{
    private const int MetaBytes = 4096;

    static WebEncoding() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    /// <summary>The encoding, or null for UTF-8 without a fault.</summary>
    public static Encoding? Of(ReadOnlySpan<byte> page, string? contentType)
    {
        // 1.
        if (page is [0xff, 0xfe, ..] or [0xfe, 0xff, ..])
        {
            return page[0] == 0xff ? Encoding.Unicode : Encoding.BigEndianUnicode;
        }

        // 2.
        var hasMark = page.StartsWith((ReadOnlySpan<byte>)[0xef, 0xbb, 0xbf]);
        var isUtf8 = hasMark || Utf8.IsValid(page);
        if (isUtf8 && (hasMark || (page.IndexOf((byte)0x1b) < 0 && page.IndexOf("~{"u8) < 0)))
        {
            return hasMark ? Encoding.UTF8 : null;
        }

        var name = Charset(contentType ?? "") ?? Charset(Encoding.Latin1.GetString(page[..Math.Min(page.Length, MetaBytes)]));
        if (isUtf8 && name?.StartsWith("iso-2022", StringComparison.Ordinal) != true && name?.StartsWith("hz-", StringComparison.Ordinal) != true)
        {
            return null;
        }

        // 3. A page that says UTF-8 and is not may be anything.
        if (name is not (null or "utf-8" or "utf8" or "utf-16") && Known(name) is { } known)
        {
            return known;
        }

        // 4.
        return EncodingDetector.Detect(page) switch
        {
            TextEncoding.Gb18030 => Encoding.GetEncoding("gb18030"),
            TextEncoding.Big5 => Encoding.GetEncoding("big5"),
            _ => EncodingDetector.IsUtf8(page) ? Encoding.UTF8 : Encoding.GetEncoding(1252),
        };
    }

    private static string? Charset(string text) => CharsetName().Match(text) is { Success: true } match ? match.Groups[1].Value.ToLowerInvariant() : null;

    private static Encoding? Known(string name)
    {
        try
        {
            // As browsers do: the names of two standards stand for what they grew into.
            return Encoding.GetEncoding(name switch
            {
                "gb2312" or "gbk" or "x-gbk" or "gb_2312-80" => "gb18030",
                "iso-8859-1" or "latin1" or "us-ascii" or "ascii" => "windows-1252",
                _ => name,
            });
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    [GeneratedRegex("charset\\s*=\\s*[\"']?\\s*([a-z0-9_:.-]+)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex CharsetName();
}
