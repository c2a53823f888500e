using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ziya.Pipeline.Records;

namespace Ziya.Pipeline.Tests.Records;

/// <summary>Long texts are read by a way of their own: it finds what System.Text.Json finds, and what it cannot read is told as before.</summary>
public sealed class RecordParserTests
{
    private static readonly string[] Pieces = ["a", "The quick fox ", "中文，", "龘", "😀", "\\n", "\\\"", "\\\\", "\\/", "\\t", "\\u4e2d", "\\uD83D\\uDE00", "é", " ", "{", "]", ",", "\u2028"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Read_StringsOfAllKinds_GivesWhatTheFrameworkGives(int seed)
    {
        var random = new Random(seed);
        var strings = new JsonString();
        var plain = 0;
        for (var i = 0; i < 3000; i++)
        {
            var json = Encoding.UTF8.GetBytes($"\"{Text(random, random.Next(40))}\", more");
            var reader = new Utf8JsonReader(json);
            reader.Read();
            var found = strings.Read(json.AsSpan(1), out var bytes);
            Assert.Equal((int)reader.BytesConsumed, JsonString.Skip(json.AsSpan(1)) + 1);
            Assert.Equal(!reader.HasValueSequence && !Encoding.UTF8.GetString(reader.ValueSpan).Contains("\\u", StringComparison.Ordinal), found is not null);
            if (found is not null)
            {
                plain++;
                Assert.Equal((reader.GetString(), (int)reader.BytesConsumed), (found, bytes + 1));
            }
        }

        Assert.InRange(plain, 500, 2500);
    }

    [Theory]
    [InlineData("no end")]
    [InlineData("ends in a mark\\")]
    [InlineData("no such mark \\x\"")]
    [InlineData("a line\nbreak\"")]
    [InlineData("\\ud83d half a pair\"")]
    public void Read_WhatIsNoString_IsLeftToTheFramework(string json) => Assert.Null(new JsonString().Read(Encoding.UTF8.GetBytes(json), out _));

    [Fact]
    public void ParseWithoutText_TheTextThatReplacesIt_IsTaken()
    {
        var parser = RecordParser.ForInternal(RecordKind.Document);
        var old = string.Concat(Enumerable.Repeat("旧\\\"\\n", 100));
        var record = parser.ParseWithoutText(Encoding.UTF8.GetBytes($"{{\"id\":\"x\",\"text\":\"{old}\",\"source\":\"s\",\"_at\":{{\"file\":\"f\",\"offset\":7}}}}"), out var fault);
        Assert.Null(fault);
        var merged = Assert.IsType<Document>(parser.Merge(record!, Encoding.UTF8.GetBytes($"{{\"text\":\"{old.Replace('旧', '新')}\",\"language\":\"zh\"}}")));
        Assert.Equal(("x", "s", "zh", "f", 7L), (merged.Id, merged.Source, merged.Language, merged.Origin.File, merged.Origin.Offset));
        Assert.Equal(string.Concat(Enumerable.Repeat("新\"\n", 100)), merged.Text);
    }

    [Theory]
    [InlineData(new byte[] { 0xe4, 0xb8, (byte)'"' })]
    [InlineData(new byte[] { 0xff, (byte)'"' })]
    [InlineData(new byte[] { 0xed, 0xa0, 0x80, (byte)'"' })]
    public void Read_WhatIsNoUtf8_IsLeftToTheFramework(byte[] json) => Assert.Null(new JsonString().Read(json, out _));

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void Parse_LongTextAmongOtherMembers_TakesThemAll(int seed)
    {
        var random = new Random(seed);
        var parser = new RecordParser(RecordKind.Document, new Dictionary<string, string>());
        for (var i = 0; i < 500; i++)
        {
            string[] members =
            [
                $"\"text\" : \"{Text(random, 100)}\"", "\"id\":\"x\"", $"\"other\":[1,{{\"deep\":\"{Text(random, 9)}\"}}]", "\"language\":\"zh\"", $"\"source\":\"{Text(random, 120)}\"", "\"scores\":{\"a\":1.5}",
            ];
            random.Shuffle(members);
            var json = $"{{{string.Join(" , ", members)} }}";
            var expected = JsonNode.Parse(json)!;
            var record = Assert.IsType<Document>(parser.Parse(Encoding.UTF8.GetBytes(json), default, "file", out var fault));
            Assert.Null(fault);
            Assert.Equal(((string?)expected["text"], "x", "zh", (string?)expected["source"]), (record.Text, record.Id, record.Language, record.Source));
            Assert.True(JsonNode.DeepEquals(expected["other"], JsonNode.Parse(record.Meta.ToObject())!["other"]));
            Assert.True(record.Scores.TryGet("a", out var score) && score == 1.5);
        }
    }

    [Theory]
    [InlineData("{\"id\":\"1\",\"text\":\"#\",\"text\":\"#\"}", "\"text\" is there twice")]
    [InlineData("{\"id\":\"1\",\"text\":\"#\",", "not valid JSON at byte 319")]
    [InlineData("{\"id\":\"1\",\"text\":\"#\"} {}", "not valid JSON at byte 321")]
    [InlineData("{\"id\":\"1\",\"text\":\"#\" \"x\":1}", "not valid JSON at byte 320")]
    [InlineData("{\"id\":\"1\",\"text\":\"#\\x\"}", "not valid JSON at byte 319")]
    [InlineData("{\"id\":\"1\",\"text\":\"#\",\"source\":5}", "\"source\" is a number, expected a string")]
    [InlineData("{\"id\":\"1\",\"bad\":\"#\"}", "\"text\" is missing")]
    public void Parse_FaultBehindALongText_IsTold(string json, string expected)
    {
        var parser = new RecordParser(RecordKind.Document, new Dictionary<string, string>());
        Assert.Null(parser.Parse(Encoding.UTF8.GetBytes(json.Replace("#", new string('a', 300), StringComparison.Ordinal)), default, "file", out var fault));
        Assert.StartsWith(expected, fault, StringComparison.Ordinal);
    }

    private static string Text(Random random, int pieces) => string.Concat(Enumerable.Range(0, pieces).Select(_ => Pieces[random.Next(Pieces.Length)]));
}
