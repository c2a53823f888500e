using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Ziya.Pipeline.Reading;
using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Pipeline.Tests.Reading;

/// <summary>The format <c>warc</c>.</summary>
public sealed class WebArchiveTests
{
    static WebArchiveTests() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    [Fact]
    public void Read_Conversion_HasTextAndHeaders()
    {
        byte[] content = [.. Warc("warcinfo", "application/warc-fields", "software: x"u8), .. Warc("conversion", "text/plain", "初雪\n落在屋顶上\r\n"u8, "WARC-Identified-Content-Language: zho\r\n")];
        var one = Assert.Single(Read(content));
        Assert.Equal(
            "{\"id\":\"urn:uuid:1\",\"url\":\"https://example.com/雪\",\"date\":\"2024-01-02T03:04:05Z\",\"warc_type\":\"conversion\",\"content_type\":\"text/plain\",\"content_language\":\"zho\",\"text\":\"初雪\\n落在屋顶上\\r\\n\"}",
            one.Content);
        Assert.Equal(Warc("warcinfo", "application/warc-fields", "software: x"u8).Length, one.Offset);
        Assert.Equal(content.Length, one.Offset + one.Bytes + 4);
    }

    [Theory]
    [InlineData("request", "application/http; msgtype=request")]
    [InlineData("metadata", "application/json")]
    [InlineData("revisit", "application/http; msgtype=response")]
    [InlineData("response", "text/dns")]
    [InlineData("resource", "image/png")]
    public void Read_NoPage_IsPassedOver(string type, string contentType) => Assert.Empty(Read(Warc(type, contentType, "HTTP/1.1 200 OK\r\n\r\nx"u8)));

    [Theory]
    [InlineData("", true)]
    [InlineData("Content-Type: text/html\r\n", true)]
    [InlineData("content-type:TEXT/HTML;charset=utf-8\r\n", true)]
    [InlineData("Content-Type: text/plain\r\n", true)]
    [InlineData("Content-Type: application/pdf\r\n", false)]
    [InlineData("Content-Type: image/gif\r\n", false)]
    public void Read_Response_IsTakenWhereItIsText(string headers, bool taken)
    {
        var found = Read(Response(headers, "<p>塔 tower</p>"u8));
        Assert.Equal(taken ? ["<p>塔 tower</p>"] : [], found.Select(Text));
        Assert.All(found, one => Assert.Equal("200", (string)JsonNode.Parse(one.Content)!["http_status"]!));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public void Read_PackedOrChunkedBody_IsUnpackedWhereItReallyIs(string packing)
    {
        var body = Encoding.UTF8.GetBytes("<p>" + string.Concat(Enumerable.Repeat("灯塔 lighthouse ", 50)) + "</p>");
        var packed = new MemoryStream();
        using (Stream packer = packing switch { "gzip" => new GZipStream(packed, CompressionLevel.Fastest), "br" => new BrotliStream(packed, CompressionLevel.Fastest), _ => new ZLibStream(packed, CompressionLevel.Fastest) })
        {
            packer.Write(body);
        }

        var bytes = packed.ToArray();
        byte[] chunked = [.. Encoding.ASCII.GetBytes($"{10:x}\r\n"), .. bytes[..10], .. Encoding.ASCII.GetBytes($"\r\n{bytes.Length - 10:X};ext=1\r\n"), .. bytes[10..], .. "\r\n0\r\n\r\n"u8];
        var headers = $"Content-Encoding: {packing}\r\n";
        foreach (var content in new[] { Response(headers, bytes), Response(headers + "Transfer-Encoding: chunked\r\n", chunked), Response(headers + "Transfer-Encoding: chunked\r\n", bytes), Response(headers, body), Response(headers + "Transfer-Encoding: chunked\r\n", body) })
        {
            Assert.Equal(Encoding.UTF8.GetString(body), Text(Assert.Single(Read(content))));
        }

        Assert.Contains("longer than 100 bytes", Assert.Single(Found.In(Response(headers, bytes), new WebArchive().Read, mostBytes: 100)).Fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gb18030", "text/html; charset=gb2312", "")]
    [InlineData("gb18030", "text/html", "<meta charset=\"gbk\">")]
    [InlineData("gb18030", "text/html", "")]
    [InlineData("gb18030", "text/html; charset=utf-8", "")]
    [InlineData("utf-8", "text/html; charset=gb2312", "<meta charset=gb2312>")]
    [InlineData("big5", "text/html", "<meta http-equiv=Content-Type content='text/html; charset=Big5'>")]
    [InlineData("shift_jis", "text/html; charset=Shift_JIS", "")]
    [InlineData("iso-2022-jp", "text/html; charset=iso-2022-jp", "")]
    [InlineData("windows-1252", "text/html; charset=ISO-8859-1", "")]
    [InlineData("windows-1252", "text/html", "")]
    [InlineData("utf-16", "text/html", "")]
    [InlineData("utf-8", "text/html; charset=no-such-thing", "")]
    public void Read_AnyEncoding_ComesOutRight(string encoding, string contentType, string meta)
    {
        var text = encoding switch
        {
            "windows-1252" => "Le café d’été, où l’on s’assoit près de la fenêtre",
            "shift_jis" or "iso-2022-jp" => "これは日本語の文章です。灯台が海を照らしている。",
            "big5" => "這是我們的一個網頁，在這裡可以看到所有的資料。",
            _ => "这是我们的一个网页，在这里可以看到所有的资料。",
        };
        var page = $"<html>{meta}<p>{text}</p>";
        var coded = Encoding.GetEncoding(encoding);
        Assert.Equal(page, Text(Assert.Single(Read(Response($"Content-Type: {contentType}\r\n", [.. coded.GetPreamble(), .. coded.GetBytes(page)])))));
    }

    [Fact]
    public void Read_DamagedRecords_CostThemselvesAlone()
    {
        var good = Warc("conversion", "text/plain", "好 good"u8);
        string[] damaged =
        [
            "WARC/1.0\r\nWARC-Type: conversion\r\n\r\nno length\r\n\r\n",
            "WARC/1.0\r\nWARC-Type: conversion\r\nContent-Length: many\r\n\r\nx\r\n\r\n",
            "WARC/1.0\r\nWARC-Type: conversion\r\nContent-Length: -1\r\n\r\nx\r\n\r\n",
            "WARC/1.0\r\nWARC-Type: warcinfo\r\nContent-Length: 1\r\n\r\nlonger than it says\r\n\r\n",
            "WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 3\r\n\r\nabc\r\n\r\n",
        ];
        foreach (var bad in damaged)
        {
            var found = Read([.. good, .. Encoding.UTF8.GetBytes(bad), .. good]);
            Assert.Equal([false, true, false], found.Select(one => one.Fault is not null));
            Assert.InRange(found[1].Offset, good.Length, good.Length + bad.Length - 1);
        }

        Assert.Contains("invalid UTF-8", Assert.Single(Read(Warc("conversion", "text/plain", [65, 0xff]))).Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_CutAnywhere_KeepsWhatCameBefore()
    {
        var good = Warc("conversion", "text/plain", "好 good"u8);
        byte[] whole = [.. good, .. good];
        for (var cut = good.Length; cut < whole.Length - 4; cut++)
        {
            var found = Read(whole[..cut]);
            Assert.Null(found[0].Fault);
            Assert.Equal(cut == good.Length ? 1 : 2, found.Count);
            Assert.All(found.Skip(1), one => Assert.NotNull(one.Fault));
        }
    }

    [Fact]
    public void Read_BlockOverTheLimit_IsPassedOver()
    {
        byte[] content = [.. Warc("conversion", "text/plain", new byte[300_000]), .. Warc("request", "x", new byte[300_000]), .. Warc("conversion", "text/plain", "好"u8)];
        var found = Found.In(content, new WebArchive().Read, mostBytes: 1_000);
        Assert.Equal([true, false], found.Select(one => one.Fault is not null));
        Assert.Contains("longer than 1000 bytes", found[0].Fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\r\n\r\n")]
    public void Read_Empty_IsNoRecord(string content) => Assert.Empty(Read(Encoding.UTF8.GetBytes(content)));

    [Fact]
    public void Read_NoArchive_IsAFaultOfTheFile() =>
        Assert.Contains("no web archive", Assert.Throws<InvalidDataException>(() => Read([.. "<html>页面</html>"u8])).Message, StringComparison.Ordinal);

    [Fact]
    public void Read_AnyBytesThroughAnyBuffer_AreTheSame()
    {
        var random = new Random(17);
        for (var round = 0; round < 300; round++)
        {
            byte[] bytes = [.. Warc("conversion", "text/plain", "山 a"u8), .. Response("Content-Type: text/html\r\n", "<p>塔</p>"u8), .. Warc("conversion", "text/plain", "z"u8)];
            for (var k = random.Next(6); k > 0; k--)
            {
                bytes[random.Next(4, bytes.Length)] = (byte)"\r\nW:1a "[random.Next(7)];
            }

            var whole = Read(bytes);
            foreach (var size in new[] { 1, 2, 3 })
            {
                Assert.Equal(whole, Found.In(bytes, input => WebArchive.Read(input, size), size));
            }
        }
    }

    private static List<Found> Read(byte[] content) => Found.In(content, new WebArchive().Read);

    private static string Text(Found one) => (string)JsonNode.Parse(one.Content)!["text"]!;

    private static byte[] Response(string headers, ReadOnlySpan<byte> body) =>
        Warc("response", "application/http; msgtype=response", [.. Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\n{headers}\r\n"), .. body]);

    private static byte[] Warc(string type, string contentType, ReadOnlySpan<byte> block, string headers = "") =>
    [
        .. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"WARC/1.0\r\nWARC-Type: {type}\r\nWARC-Target-URI: <https://example.com/雪>\r\nWARC-Date: 2024-01-02T03:04:05Z\r\nWARC-Record-ID: <urn:uuid:1>\r\n{headers}Content-Type: {contentType}\r\nContent-Length: {block.Length}\r\n\r\n")),
        .. block,
        .. "\r\n\r\n"u8,
    ];
}
