using System.Text;
using System.Text.Json.Nodes;
using CsvHelper;
using Ziya.Pipeline.Reading;
using Ziya.Pipeline.Tests.Fixtures;

namespace Ziya.Pipeline.Tests.Reading;

/// <summary>The formats <c>csv</c> and <c>tsv</c>.</summary>
public sealed class SeparatedValuesTests
{
    [Fact]
    public void Csv_BothLanguages_FieldsAndPlacesAreRight()
    {
        const string Text = "\ufeffid,正文,n\r\n1,\"灯塔，\"\"山\"\"上\n第二行\",3\r\n\r\n2,A lamp,\r\n";
        var found = Read(Text);
        Assert.Equal(["{\"id\":\"1\",\"正文\":\"灯塔，\\\"山\\\"上\\n第二行\",\"n\":\"3\"}", "{\"id\":\"2\",\"正文\":\"A lamp\",\"n\":\"\"}"], found.Select(one => one.Content));
        Assert.Equal([2L, 5], found.Select(one => one.Line));
        var bytes = Encoding.UTF8.GetBytes(Text);
        Assert.Equal(["1,\"灯塔，\"\"山\"\"上\n第二行\",3\r", "2,A lamp,\r"], found.Select(one => Encoding.UTF8.GetString(bytes, (int)one.Offset, (int)one.Bytes)).Select(row => row.TrimEnd('\r') + "\r"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\ufeff")]
    [InlineData("id,text")]
    [InlineData("\n\r\nid,text\n\n")]
    public void Csv_NoRows_IsNoRecord(string text) => Assert.Empty(Read(text));

    [Theory]
    [InlineData("1,\"a\"b,c", "text follows a closing quote")]
    [InlineData("1,\"a", "never closed")]
    [InlineData("1", "1 fields, the header has 3")]
    [InlineData("1,2,3,4", "4 fields, the header has 3")]
    public void Csv_WrongRow_CostsItselfAlone(string row, string fault)
    {
        var found = Read($"id,text,n\n0,零,0\n{row}\n8,eight,8\n9,九,9\n");
        Assert.Equal([false, true, false, false], found.Select(one => one.Fault is not null));
        Assert.Equal((row, 3L), (found[1].Content, found[1].Line));
        Assert.Contains(fault, found[1].Fault, StringComparison.Ordinal);
        Assert.Equal([2L, 3, 4, 5], found.Select(one => one.Line));
    }

    [Fact]
    public void Tsv_LooseQuotes_AreText()
    {
        var found = Found.In(Encoding.UTF8.GetBytes("id\ttext\n1\t\"他说\"好\n2\t\"open\n3\t\"a\tb\"\n4\tend\""), new TabSeparated().Read);
        Assert.Equal(["\"他说\"好", "\"open", "a\tb", "end\""], found.Select(one => (string)JsonNode.Parse(one.Content)!["text"]!));
    }

    [Fact]
    public void Csv_InvalidUtf8AndNul_FirstIsAFaultOfItsRow()
    {
        var found = Found.In([.. "id,text\n1,a"u8, 0xff, .. "b\n2,a"u8, 0, .. "b\n"u8], new CommaSeparated().Read);
        Assert.Contains("invalid UTF-8 at byte 3 of the record", found[0].Fault, StringComparison.Ordinal);
        Assert.Equal("{\"id\":\"2\",\"text\":\"a\\u0000b\"}", found[1].Content);
    }

    [Fact]
    public void Csv_RowOverTheLimit_IsPassedOver()
    {
        var filler = string.Concat(Enumerable.Repeat("长 long,\n", 100_000));
        foreach (var most in new[] { 1_000, 100_000 })
        {
            var found = Found.In(Encoding.UTF8.GetBytes($"id,text\n1,\"{filler}\"\n2,x\n3,{filler.Replace("\n", "", StringComparison.Ordinal)}\n4,\"y\"\n"), new CommaSeparated().Read, mostBytes: most);
            Assert.Equal([true, false, true, false], found.Select(one => one.Fault is not null));
            Assert.Equal(Encoding.UTF8.GetByteCount(filler) + 4, found[0].Bytes);
            Assert.Equal([2L, 100_003, 100_004, 100_005], found.Select(one => one.Line));
        }
    }

    [Fact]
    public void Csv_OpenQuoteOverTheLimit_GoesToTheNextQuote()
    {
        var filler = string.Concat(Enumerable.Repeat("7,text\n", 1_000));
        var found = Found.In(Encoding.UTF8.GetBytes($"id,text\n1,\"never closed\n{filler}"), new CommaSeparated().Read, mostBytes: 1_000);
        Assert.Contains("longer than 1000 bytes", Assert.Single(found).Fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a,a,,b", "{\"a\":\"1\",\"a_\":\"2\",\"column_3\":\"3\",\"b\":\"4\"}")]
    [InlineData(" a ,\"b\"\"c\",d,\"e,f\"", "{\"a\":\"1\",\"b\\\"c\":\"2\",\"d\":\"3\",\"e,f\":\"4\"}")]
    public void Csv_OddHeader_NamesAreToldApart(string header, string json) => Assert.Equal(json, Assert.Single(Read(header + "\n1,2,3,4")).Content);

    [Theory]
    [InlineData("a,\"b\n1,2")]
    [InlineData("a,\"b\"c\n1,2")]
    [InlineData("a,\u0080\n1,2")]
    public void Csv_UnreadableHeader_IsAFaultOfTheFile(string text)
    {
        var fault = Assert.Throws<InvalidDataException>(() => Found.In(Encoding.Latin1.GetBytes(text), new CommaSeparated().Read));
        Assert.Contains("its header, line 1, cannot be read", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Csv_RightFiles_AreReadAsCsvHelperDoes()
    {
        var random = new Random(3);
        string[] parts = ["山", "a", ",", "\"", "\n", "\r\n", " ", "\t", "灯塔", ""];
        for (var round = 0; round < 300; round++)
        {
            var rows = Enumerable.Range(0, random.Next(1, 9)).Select(_ => Enumerable.Range(0, 3).Select(_ =>
                string.Concat(Enumerable.Range(0, random.Next(5)).Select(_ => parts[random.Next(parts.Length)]))).Append("x").ToArray()).ToArray();
            var text = string.Concat(rows.Prepend(["p", "q", "r", "s"]).Select(row => string.Join(',', row.Select(value =>
                value.AsSpan().IndexOfAny(",\"\r\n") >= 0 || random.Next(3) == 0 ? $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : value)) + (random.Next(2) == 0 ? "\n" : "\r\n")));
            using var oracle = CsvReader.FromText(text, new CsvReaderOptions { Separator = ',' });
            var expected = new List<string[]>();
            foreach (var row in oracle)
            {
                expected.Add(row.ToArray());
            }

            Assert.Equal(rows, expected);
            var found = Read(text);
            Assert.Equal(expected, found.Select(one => ((JsonObject)JsonNode.Parse(one.Content)!).Select(pair => (string)pair.Value!).ToArray()));
        }
    }

    [Fact]
    public void Csv_AnyBytesThroughAnyBuffer_AreTheSameAndAddUp()
    {
        var random = new Random(7);
        var parts = new byte[][] { [.. "山"u8], [(byte)','], [(byte)'"'], [(byte)'\n'], [.. "\r\n"u8], [(byte)'a'], [0xff], [(byte)'\t'], [(byte)'\r'], [.. "\"\""u8] };
        for (var round = 0; round < 1_000; round++)
        {
            byte[] bytes = [.. "p,q\n"u8, .. Enumerable.Range(0, random.Next(40)).SelectMany(_ => parts[random.Next(parts.Length)])];
            foreach (var (format, most) in new (SeparatedValues, int)[] { (new CommaSeparated(), 1_000), (new CommaSeparated(), 10), (new TabSeparated(), 1_000), (new TabSeparated(), 10) })
            {
                var whole = Found.In(bytes, format.Read, mostBytes: most);
                foreach (var size in new[] { 1, 2, 3, 7 })
                {
                    Assert.Equal(whole, Found.In(bytes, input => format.Read(input, size), size, most));
                }

                var end = 4L;
                foreach (var one in whole)
                {
                    // Between rows there are line ends and blank lines, nothing else.
                    Assert.True(bytes.AsSpan((int)end..(int)one.Offset).IndexOfAnyExcept("\r\n\t "u8) < 0);
                    end = one.Offset + one.Bytes;
                }

                Assert.True(bytes.AsSpan((int)end).IndexOfAnyExcept("\r\n\t "u8) < 0);
            }
        }
    }

    [Fact]
    public void Tsv_NoHeaderRow_ColumnsAreNamedByTheJob()
    {
        var content = new MemoryStream(Encoding.UTF8.GetBytes("\n山上的灯塔\t8\nonly one\nThe lamp\t5"));
        var found = new TabSeparated().Read(new FormatInput(content, "f", 0, long.MaxValue, 100) { Columns = ["text", "类"] }).Select(Found.Of).ToList();
        Assert.Equal(["{\"text\":\"山上的灯塔\",\"类\":\"8\"}", "only one", "{\"text\":\"The lamp\",\"类\":\"5\"}"], found.Select(one => one.Content));
        Assert.Equal("1 fields, columns: names 2", found[1].Fault);
    }

    private static List<Found> Read(string text) => Found.In(Encoding.UTF8.GetBytes(text), new CommaSeparated().Read);
}
