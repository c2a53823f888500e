using System.Buffers.Text;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using Ziya.Pipeline.Storage;

namespace Ziya.Pipeline.Reading;

/// <summary>
/// The body of an HTTP response (RFC 9112) as crawlers store it. Crawlers often unpack a body and leave the headers that say it is packed, so
/// chunks and compression are undone only where the bytes have them.
/// </summary>
internal static class HttpBody
{
    /// <summary>A response, unpacked.</summary>
    internal readonly record struct Response(int Status, string? ContentType, ReadOnlyMemory<byte> Body);

    /// <summary>Reads a response; why it cannot be.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> message, int mostBytes, out Response response, out string? fault)
    {
        response = default;
        fault = null;
        var rest = message;
        var status = Line(ref rest);
        var words = status.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 2 || !words[0].StartsWith("HTTP/", StringComparison.Ordinal) || !int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var code))
        {
            fault = "the block is no HTTP response";
            return false;
        }

        string? type = null, packing = null;
        var isChunked = false;
        while (Line(ref rest) is { Length: > 0 } line)
        {
            var colon = Math.Max(0, line.IndexOf(':', StringComparison.Ordinal));
            var value = line[Math.Min(line.Length, colon + 1)..].Trim();
            switch (line[..colon].Trim().ToLowerInvariant())
            {
                case "content-type":
                    type ??= value;
                    break;
                case "content-encoding":
                    packing ??= value.ToLowerInvariant();
                    break;
                case "transfer-encoding":
                    isChunked |= value.Contains("chunked", StringComparison.OrdinalIgnoreCase);
                    break;
            }
        }

        rest = isChunked ? Joined(rest) : rest;
        var body = Unpack(rest, packing, mostBytes, out fault);
        response = new Response(code, type, body);
        return fault is null;
    }

    private static string Line(ref ReadOnlyMemory<byte> rest)
    {
        var end = rest.Span.IndexOf((byte)'\n');
        var line = end < 0 ? rest : rest[..end];
        rest = end < 0 ? default : rest[(end + 1)..];
        return Encoding.Latin1.GetString(line.Span).TrimEnd('\r');
    }

    /// <summary>The chunks of a body, or the body where they are none.</summary>
    private static ReadOnlyMemory<byte> Joined(ReadOnlyMemory<byte> body)
    {
        var joined = new byte[body.Length];
        var length = 0;
        var rest = body.Span;
        while (Utf8Parser.TryParse(rest, out int size, out var digits, 'x') && size >= 0)
        {
            var line = rest[digits..].IndexOf((byte)'\n');
            if (size == 0 || line < 0)
            {
                return joined.AsMemory(0, length);
            }

            rest = rest[(digits + line + 1)..];
            var chunk = rest[..Math.Min(size, rest.Length)];
            chunk.CopyTo(joined.AsSpan(length));
            length += chunk.Length;
            rest = rest[chunk.Length..].TrimStart("\r\n"u8);
        }

        return rest.IsEmpty && length > 0 ? joined.AsMemory(0, length) : body;
    }

    private static ReadOnlyMemory<byte> Unpack(ReadOnlyMemory<byte> body, string? packing, int mostBytes, out string? fault)
    {
        fault = null;
        var mark = Compressions.OfBytes(body.Span, "");
        using var plain = (packing, mark) switch
        {
            (not null, Compression.Gzip or Compression.Zstd) => Compressions.Unpack(Source(), mark),
            ("br", _) => new BrotliStream(Source(), CompressionMode.Decompress),
            ("deflate", _) => body.Span is [0x78, ..] ? new ZLibStream(Source(), CompressionMode.Decompress) : new DeflateStream(Source(), CompressionMode.Decompress),
            _ => null,
        };
        if (plain is null)
        {
            return body;
        }

        var reader = new ByteReader(plain, 1 << 16);
        try
        {
            var unpacked = reader.Take(mostBytes);
            fault = reader.Skip(1) > 0 ? $"unpacked, it is {RawRecord.TooLong(mostBytes)}" : null;
            return unpacked;
        }
        catch (Exception exception) when (exception is InvalidDataException or InvalidOperationException)
        {
            fault = mark == Compression.None ? null : $"its body cannot be unpacked: {exception.Message}";
            return body;
        }

        MemoryStream Source() => new(body.ToArray());
    }
}
