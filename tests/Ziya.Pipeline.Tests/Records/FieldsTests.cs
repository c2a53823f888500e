using System.Text;
using Ziya.Pipeline.Records;

namespace Ziya.Pipeline.Tests.Records;

public sealed class FieldsTests
{
    [Theory]
    [InlineData("", "\"k\":\"值\"")]
    [InlineData("\"a\":1.50", "\"a\":1.50,\"k\":\"值\"")]
    [InlineData("\"k\":{\"deep\":[1,2]},\"b\":\"x,y\"", "\"k\":\"值\",\"b\":\"x,y\"")]
    [InlineData("\"a\":{\"k\":1}", "\"a\":{\"k\":1},\"k\":\"值\"")]
    [InlineData("\"a\": [\"}\"] , \"k\" : null", "\"a\": [\"}\"],\"k\":\"值\"")]
    [InlineData("\"k\":1,\"k\":2", "\"k\":\"值\"")]
    public void With_Text_ReplacesOrAppendsTheMember(string before, string after)
    {
        Assert.Equal(after, Text(Of(before).With("k", "值")));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("\"a\":1", "\"a\":1")]
    [InlineData("\"k\":1", "")]
    [InlineData("\"a\":1,\"k\":\"x\",\"b\":2", "\"a\":1,\"b\":2")]
    public void With_Null_TakesTheMemberAway(string before, string after)
    {
        Assert.Equal(after, Text(Of(before).With("k", null)));
    }

    [Fact]
    public void With_QuotesInNameAndText_ReadsBack()
    {
        var fields = Of("\"a\":1").With("\"k\"", "line\n\"quoted\"").With("\"k\"", "再");

        Assert.Equal("再", fields.GetText("\"k\""));
        Assert.Equal("1", fields.GetText("a"));
    }

    private static Fields Of(string members) => new(Encoding.UTF8.GetBytes(members));

    private static string Text(Fields fields) => Encoding.UTF8.GetString(fields.Members.Span);
}
