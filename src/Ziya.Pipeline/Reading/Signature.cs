namespace Ziya.Pipeline.Reading;

/// <summary>What kind of file begins with some bytes: so that a file with the wrong name is told as such, once, and not line by line.</summary>
internal static class Signature
{
    /// <summary>How many bytes of a file are looked at.</summary>
    public const int Bytes = 512;

    private const int TarMarkAt = 257;

    /// <summary>Why a file that begins so, unpacked, is none of this format; null where nothing speaks against it.</summary>
    public static string? Mismatch(ReadOnlySpan<byte> start, InputFormat format)
    {
        if (Known(start) is { } known)
        {
            return known;
        }

        return start switch
        {
            _ when start.StartsWith("PAR1"u8) && !format.NeedsFile => "it is Parquet. Set input.format: parquet, or name it .parquet.",
            _ when start.StartsWith("WARC/"u8) && format is not WebArchive => "it is a web archive. Set input.format: warc, or name it .warc.",
            _ when format is JsonLines && IsOneValue(start) => "it is one JSON value over many lines. `jsonl` is one object a line: jq -c '.[]' makes that of an array.",
            _ => null,
        };
    }

    private static string? Known(ReadOnlySpan<byte> start) => start switch
    {
        [0x1f, 0x8b, ..] or [0x28, 0xb5, 0x2f, 0xfd, ..] => "it is packed twice. Unpack it once.",
        [(byte)'P', (byte)'K', 3, 4, ..] => "it is a zip archive (or an office document). Unpack it.",
        [0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0, ..] => "it is packed with xz. Unpack it.",
        [(byte)'B', (byte)'Z', (byte)'h', >= (byte)'1' and <= (byte)'9', (byte)'1', (byte)'A', (byte)'Y', ..] => "it is packed with bzip2. Unpack it.",
        [(byte)'%', (byte)'P', (byte)'D', (byte)'F', (byte)'-', ..] => "it is a PDF.",
        _ when start.StartsWith("ARROW1"u8) => "it is an Arrow file. Parquet is read.",
        _ when start.Length > TarMarkAt && start[TarMarkAt..].StartsWith("ustar"u8) => "it is a tar archive. Unpack it.",
        _ => null,
    };

    /// <summary>Whether a line ends after the first bracket, or an array of objects begins.</summary>
    private static bool IsOneValue(ReadOnlySpan<byte> start)
    {
        start = start.StartsWith((ReadOnlySpan<byte>)[0xef, 0xbb, 0xbf]) ? start[3..] : start;
        start = start.TrimStart(" \t\r\n"u8);
        if (start.IsEmpty || start[0] is not ((byte)'[' or (byte)'{'))
        {
            return false;
        }

        var next = start[1..].TrimStart(" \t\r"u8);
        return next is [(byte)'\n', ..] || (start[0] == '[' && next is [(byte)'{', ..]);
    }
}
