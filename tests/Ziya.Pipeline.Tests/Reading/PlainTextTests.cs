using System.Text;
using System.Text.Json.Nodes;
using Ziya.Pipeline.Reading;
using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Pipeline.Tests.Reading;

/// <summary>The formats <c>text</c> and <c>paragraphs</c>.</summary>
public sealed class PlainTextTests
{
    private const string Mixed = "灯塔在\"山\"上。\n第二行\r\n\n  \t\r\nA lamp,\\ and\ta river.\n\n\n\n最后一段 𠮷";

    [Fact]
    public void Text_File_IsOneRecord()
    {
        var one = Assert.Single(Whole(Mixed));
        Assert.Equal(Mixed, Text(one));
        Assert.Equal((0, Encoding.UTF8.GetByteCount(Mixed), 1), (one.Offset, one.Bytes, one.Line));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\ufeff")]
    [InlineData(" \r\n\t\n")]
    public void TextAndParagraphs_Blank_AreNoRecord(string content)
    {
        Assert.Empty(Whole(content));
        Assert.Empty(Split(content));
    }

    [Fact]
    public void Text_ByteOrderMarkAndNul_MarkGoesNulStays() => Assert.Equal("a\u0000b\u0001", Text(Assert.Single(Whole("\ufeffa\u0000b\u0001"))));

    [Fact]
    public void Text_TooLongOrNoUtf8_IsAFault()
    {
        var huge = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("长文 long ", 100_000)));
        var one = Assert.Single(Found.In(huge, new WholeText().Read, mostBytes: 100_000));
        Assert.Contains("longer than 100000 bytes", one.Fault, StringComparison.Ordinal);
        Assert.Equal(huge.Length, one.Bytes);
        Assert.Contains("invalid UTF-8 at byte 2 of the record", Assert.Single(Found.In([65, 66, 0xff, 67], new WholeText().Read)).Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Paragraphs_Mixed_AreCutAtBlankLines()
    {
        var found = Split(Mixed);
        Assert.Equal(["灯塔在\"山\"上。\n第二行", "A lamp,\\ and\ta river.", "最后一段 𠮷"], found.Select(Text));
        Assert.Equal([1L, 5, 9], found.Select(one => one.Line));
        Assert.All(found, one => Assert.Equal(Text(one), Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(Mixed)[(int)one.Offset..(int)(one.Offset + one.Bytes)]).Replace("\r", "", StringComparison.Ordinal)));
    }

    [Fact]
    public void Paragraphs_TooLongOrNoUtf8_CostThemselvesAlone()
    {
        var found = Found.In([.. "a\n\n"u8, .. Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("长行 line\n", 100))), .. "\n\n"u8, 0xff, .. "\n\nz"u8], new Paragraphs().Read, mostBytes: 500);
        Assert.Equal([false, true, true, false], found.Select(one => one.Fault is not null));
        Assert.Equal((3, 1199), (found[1].Offset, found[1].Bytes));
    }

    [Fact]
    public void Paragraphs_AnyBufferAndAnySlices_AreTheSame()
    {
        var random = new Random(5);
        string[] parts = ["山", "a b", "\n", "\n\n", "\r\n", " ", "\n \t\n", "长"];
        for (var round = 0; round < 300; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 40)).Select(_ => parts[random.Next(parts.Length)]));
            var bytes = Encoding.UTF8.GetBytes(text);
            var whole = Found.In(bytes, new Paragraphs().Read);
            Assert.Equal(System.Text.RegularExpressions.Regex.Split(text.Replace("\r\n", "\n", StringComparison.Ordinal), "(?:^|\n)(?:[ \t\r]*(?:\n|$))+").Where(part => part.Trim(' ', '\t', '\n').Length > 0), whole.Select(Text));
            for (var size = 1; size <= 3; size++)
            {
                Assert.Equal(whole, Found.In(bytes, input => Paragraphs.Read(input, size), size));
            }

            var cut = random.Next(1, bytes.Length + 1);
            Assert.Equal(whole.Select(one => (one.Content, one.Offset)), [.. Slice(bytes, 0, cut), .. Slice(bytes, cut, bytes.Length)]);
        }
    }

    private static List<(string Content, long Offset)> Slice(byte[] bytes, int start, int end)
    {
        var content = new MemoryStream(bytes) { Position = Math.Max(0, start - 1) };
        return [.. new Paragraphs().Read(new FormatInput(content, "f", start, end, Found.MostBytes)).Select(Found.Of).Select(one => (one.Content, one.Offset))];
    }

    private static List<Found> Whole(string text) => Found.In(Encoding.UTF8.GetBytes(text), new WholeText().Read);

    private static List<Found> Split(string text) => Found.In(Encoding.UTF8.GetBytes(text), new Paragraphs().Read);

    private static string Text(Found one) => (string)JsonNode.Parse(one.Content)!["text"]!;
}
