using System.Globalization;
using Ziya.Pipeline.Records;

namespace Ziya.Pipeline.Reading;

/// <summary>
/// WARC and WET (ISO 28500): one record a page. Of <c>response</c> records the body is taken where it is HTML or plain text, of
/// <c>resource</c> records likewise, of <c>conversion</c> records (the text of WET files) all; other records (<c>warcinfo</c>, <c>request</c>,
/// <c>metadata</c>, <c>revisit</c>, images) hold no text of a page and are passed over.
/// </summary>
/// <remarks>
/// 1. A version line, header lines, a blank line, and as many bytes as <c>Content-Length</c> says.
/// 2. Of a response the body is unpacked as its HTTP headers say: <see cref="HttpBody"/>.
/// 3. HTML and text become UTF-8: <see cref="WebEncoding"/>.
/// 4. The record has <c>id</c>, <c>url</c>, <c>date</c>, <c>text</c>, <c>warc_type</c>, <c>content_type</c>, <c>content_language</c> and <c>http_status</c>, as far as they are there.
/// A record that is damaged is passed over up to the next line that begins with <c>WARC/</c>.
/// </remarks>
[InputFormat("warc")]
public sealed class WebArchive : InputFormat
{
    private const int MostHeaderBytes = 1 << 16;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Extensions { get; } = [".warc", ".wet"];

    /// <summary>No: each page has its own encoding.</summary>
    public override bool IsText => false;

    /// <inheritdoc/>
    public override IEnumerable<RawRecord> Read(FormatInput input) => Read(input, 1 << 18);

    /// <summary>As <see cref="Read(FormatInput)"/>, with the size the buffer starts at.</summary>
    internal static IEnumerable<RawRecord> Read(FormatInput input, int bufferBytes)
    {
        var reader = new ByteReader(input.Content, bufferBytes);
        var json = new JsonLine();
        var header = new WarcHeader();
        var start = 0L;
        string? fault = null;
        while (true)
        {
            // What is between records, or after one that is damaged, up to the next.
            var end = reader.Position;
            var isVersion = TryVersion(reader, out var at, out var stray);
            if (fault is null && stray.Length > 0)
            {
                (fault, start) = end > 0 || isVersion
                    ? ("bytes follow the block, which should end here by its Content-Length", end)
                    : throw new InvalidDataException("it is no web archive: it does not begin with WARC/");
            }

            if (fault is not null)
            {
                yield return new RawRecord(stray, start, at - start, 0, fault);
            }

            if (!isVersion)
            {
                yield break;
            }

            // 1.
            start = at;
            fault = header.Read(reader, MostHeaderBytes);
            var length = header.ContentLength;
            if (fault is not null)
            {
                continue;
            }

            if (!IsPage(header))
            {
                fault = Cut(reader.Skip(length), length);
            }
            else if (length > input.MostBytes)
            {
                fault = Cut(reader.Skip(length), length) ?? RawRecord.TooLong(input.MostBytes);
            }
            else
            {
                var block = reader.Take((int)length);
                fault = Cut(block.Length, length);
                if (fault is null && Page(header, block, json, input.MostBytes, out fault))
                {
                    yield return new RawRecord(fault is null ? json.Memory : block[..Math.Min(block.Length, RawRecord.KeptOfLong)], start, reader.Position - start, 0, fault);
                    fault = null;
                }
            }
        }
    }

    /// <summary>Goes behind the next version line, with its offset; the first of what stood before it, blank lines aside.</summary>
    private static bool TryVersion(ByteReader reader, out long at, out byte[] before)
    {
        before = [];
        at = reader.Position;
        var isLineStart = true;
        while (reader.TryLine(MostHeaderBytes, out var line))
        {
            if (isLineStart && line.Span.StartsWith("WARC/"u8))
            {
                return true;
            }

            isLineStart = line.Length < MostHeaderBytes;
            before = before.Length == 0 && line.Length > 0 ? line.ToArray() : before;
            at = reader.Position;
        }

        return false;
    }

    private static string? Cut(long there, long length) => there == length ? null : $"the file ends after {there} of {length} bytes of the block";

    private static bool IsPage(WarcHeader header) => header["WARC-Type"] switch
    {
        "conversion" => true,
        "resource" => IsTextual(header["Content-Type"]),
        "response" => header["Content-Type"]?.StartsWith("application/http", StringComparison.OrdinalIgnoreCase) != false,
        _ => false,
    };

    private static bool IsTextual(string? contentType) =>
        contentType?.Split(';')[0].Trim().ToLowerInvariant() is null or "" or "text/html" or "text/plain" or "application/xhtml+xml";

    /// <summary>Writes a page as JSON; false where it is none.</summary>
    private static bool Page(WarcHeader header, ReadOnlyMemory<byte> block, JsonLine json, int mostBytes, out string? fault)
    {
        fault = null;
        var type = header["WARC-Type"]!;
        var contentType = header["Content-Type"];
        int? status = null;
        if (type == "response")
        {
            // 2.
            if (!HttpBody.TryRead(block, mostBytes, out var response, out fault))
            {
                return true;
            }

            (block, contentType, status) = (response.Body, response.ContentType, response.Status);
            if (!IsTextual(contentType))
            {
                return false;
            }
        }

        json.Clear();
        json.Raw((byte)'{');
        Write(json, "id"u8, header["WARC-Record-ID"]?.Trim('<', '>'));
        Write(json, "url"u8, header["WARC-Target-URI"]?.Trim('<', '>'));
        Write(json, "date"u8, header["WARC-Date"]);
        Write(json, "warc_type"u8, type);
        Write(json, "content_type"u8, contentType);
        Write(json, "content_language"u8, header["WARC-Identified-Content-Language"]);
        Write(json, "http_status"u8, status?.ToString(CultureInfo.InvariantCulture));

        // 3. and 4.
        json.Name("text"u8);
        if (type == "conversion" || WebEncoding.Of(block.Span, contentType) is not { } encoding)
        {
            fault = RawRecord.NoUtf8(block.Span);
            json.Utf8Text(block.Span);
        }
        else
        {
            json.Text(encoding.GetString(block.Span).AsSpan().TrimStart('\ufeff'));
        }

        json.Raw((byte)'}');
        return true;
    }

    private static void Write(JsonLine json, ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
        {
            json.Name(name);
            json.Text(value);
        }
    }
}
