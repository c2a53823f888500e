using System.Text;
using System.Text.Json.Nodes;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Schemas;

namespace Ziya.Cli.Tests.Schemas;

/// <summary>The schemas and the parser agree about lines.</summary>
public sealed class RecordSchemaTests
{
    private static readonly IReadOnlyDictionary<string, byte[]> Schemas = SchemaFiles.Write(Catalog.All);

    [Theory]
    [InlineData("document", """{"text":"月色"}""")]
    [InlineData("document", """{"id":7,"text":"","source":null,"language":"zh","meta":{"a":[1]},"scores":{"perplexity":12.5},"bucket":"高","url":"https://example.com"}""")]
    [InlineData("document", """{"id":null,"text":"x","meta":null,"scores":null}""")]
    [InlineData("instruction", """{"instruction":"写一首诗","input":null,"output":"……","system":"s","task":"writing","difficulty":0.5,"lineage":{"parents":["a"]}}""")]
    [InlineData("instruction", """{"instruction":"x","difficulty":null}""")]
    [InlineData("dialogue", """{"messages":[]}""")]
    [InlineData("dialogue", """{"messages":[{"role":"user","content":"在吗"},{"role":"assistant","content":"在。","name":"z"}]}""")]
    [InlineData("preference", """{"prompt":"p","chosen":"好","rejected":"坏","models":{"chosen":"a"}}""")]
    public void Schema_RightLine_IsValidForBoth(string kind, string line)
    {
        Assert.Empty(Faults(kind, line));
        Assert.NotNull(Parse(kind, line, out _));
    }

    [Theory]
    [InlineData("document", "[]")]
    [InlineData("document", "{}")]
    [InlineData("document", """{"text":null}""")]
    [InlineData("document", """{"text":1}""")]
    [InlineData("document", """{"text":"x","id":true}""")]
    [InlineData("document", """{"text":"x","language":["zh"]}""")]
    [InlineData("document", """{"text":"x","meta":"m"}""")]
    [InlineData("document", """{"text":"x","scores":{"s":"1"}}""")]
    [InlineData("document", """{"text":"x","scores":[1]}""")]
    [InlineData("instruction", """{"text":"x"}""")]
    [InlineData("instruction", """{"instruction":"x","difficulty":"hard"}""")]
    [InlineData("instruction", """{"instruction":"x","output":{"text":"y"}}""")]
    [InlineData("dialogue", """{"messages":"hello"}""")]
    [InlineData("dialogue", """{"messages":["hello"]}""")]
    [InlineData("dialogue", """{"messages":[{"role":"user"}]}""")]
    [InlineData("dialogue", """{"messages":[{"role":"user","content":null}]}""")]
    [InlineData("preference", """{"prompt":"p","chosen":"c"}""")]
    public void Schema_WrongLine_IsWrongForBoth(string kind, string line)
    {
        Assert.NotEmpty(Faults(kind, line));
        Assert.Null(Parse(kind, line, out var fault));
        Assert.NotNull(fault);
    }

    [Theory]
    [InlineData("document", """{"text":"月色\ud840\udc00","scores":{"s":0.1},"other":[1]}""")]
    [InlineData("instruction", """{"instruction":"i","difficulty":1,"lineage":{"model":"m"}}""")]
    [InlineData("dialogue", """{"messages":[{"role":"user","content":"c"}]}""")]
    [InlineData("preference", """{"prompt":"p","chosen":"c","rejected":"r"}""")]
    public void Schema_WrittenLine_IsValid(string kind, string line)
    {
        var json = new JsonLine();
        json.Raw((byte)'{');
        new RecordWriter(Kind(kind)).Members(json, Parse(kind, line, out _)!);
        json.Raw((byte)'}');
        Assert.Empty(Faults(kind, Encoding.UTF8.GetString(json.Written)));
    }

    private static List<string> Faults(string kind, string line) =>
        SchemaValidator.Faults(JsonNode.Parse(Schemas[$"{kind}.schema.json"]), JsonNode.Parse(line));

    private static Record? Parse(string kind, string line, out string? fault) =>
        new RecordParser(Kind(kind), new Dictionary<string, string>()).Parse(Encoding.UTF8.GetBytes(line), default, "test", out fault);

    private static RecordKind Kind(string name) => Enum.GetValues<RecordKind>().Single(kind => OptionShape.SnakeCase(kind.ToString()) == name);
}
