using System.ComponentModel.DataAnnotations;
using Ziya.Pipeline.Schemas;
using KeyAttribute = Ziya.Pipeline.Jobs.KeyAttribute;

namespace Ziya.Pipeline.Tests.Schemas;

public sealed class OptionSchemaTests
{
    [Theory]
    [InlineData("name", """{"description":"Who it is. Default 甲.","type":"string","pattern":"^(?:.{1,9})$","default":"甲"}""")]
    [InlineData("other_key", """{"description":"Named otherwise.","type":"boolean","default":true}""")]
    [InlineData("share", """{"description":"A share.","type":["number","null"],"minimum":0.05,"maximum":0.95}""")]
    [InlineData("at_least", """{"description":"Without an end.","type":"number","minimum":0,"default":1E-07}""")]
    [InlineData("seed", """{"description":"Any seed.","type":"integer","minimum":0,"default":18446744073709551615}""")]
    [InlineData("choice", """{"description":"Nullable choice.\n- `on_cpu`: Here.\n- `on_gpu`: There.","type":["string","null"],"enum":["on_cpu","on_gpu",null]}""")]
    [InlineData("choices", """{"description":"Choices.\n- `on_cpu`: Here.\n- `on_gpu`: There.","anyOf":[{"type":"array","items":{"type":"string","enum":["on_cpu","on_gpu"]}},{"type":"string","enum":["on_cpu","on_gpu"]}],"default":["on_gpu"]}""")]
    [InlineData("weights", """{"description":"By name.","type":"object","additionalProperties":{"type":"number","minimum":0,"maximum":1},"default":{"乙":0.5}}""")]
    [InlineData("inner", """{"description":"Options of its own.","type":"object","properties":{"path":{"description":"A path.","type":"string"}},"required":["path"],"additionalProperties":false}""")]
    [InlineData("many", """{"description":"Several of them.","type":"object","additionalProperties":{"type":"object","properties":{"path":{"description":"A path.","type":"string"}},"required":["path"],"additionalProperties":false},"default":{}}""")]
    public void Record_Option_HasTheSchemaOfItsType(string name, string schema) =>
        Assert.Equal(schema, Make(typeof(AllKinds))["properties"]![name]!.ToJsonString(Unescaped));

    [Fact]
    public void Record_WithoutRequiredOptions_MayBeEmpty()
    {
        Assert.Equal("""["object","null"]""", Make(typeof(AllKinds))["type"]!.ToJsonString());
        Assert.Equal("object", (string)Make(typeof(InnerKind))["type"]!);
    }

    [Fact]
    public void Record_OptionThatYamlCannotSay_Throws() =>
        Assert.Contains("AtMost", Assert.Throws<NotSupportedException>(() => Make(typeof(WrongKind))).Message, StringComparison.Ordinal);

    private static readonly System.Text.Json.JsonSerializerOptions Unescaped = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static System.Text.Json.Nodes.JsonObject Make(Type type) => new OptionSchema(new DocComments(), new Dictionary<Type, Func<OptionSchema, System.Text.Json.Nodes.JsonObject>>()).Record(type, null);
}

/// <summary>An option of every kind.</summary>
public sealed record AllKinds
{
    /// <summary>Who it is. Default 甲.</summary>
    [RegularExpression(".{1,9}")]
    public string Name { get; init; } = "甲";

    /// <summary>Named otherwise.</summary>
    [Key("other_key")]
    public bool Flag { get; init; } = true;

    /// <summary>A share.</summary>
    [Range(0.05, 0.95)]
    public double? Share { get; init; }

    /// <summary>Without an end.</summary>
    [Range(0, double.MaxValue)]
    public double AtLeast { get; init; } = 1e-7;

    /// <summary>Any seed.</summary>
    public ulong Seed { get; init; } = ulong.MaxValue;

    /// <summary>Nullable choice.</summary>
    public Device? Choice { get; init; }

    /// <summary>Choices.</summary>
    public IReadOnlyList<Device> Choices { get; init; } = [Device.OnGpu];

    /// <summary>By name.</summary>
    [Range(0.0, 1.0)]
    public IReadOnlyDictionary<string, double> Weights { get; init; } = new Dictionary<string, double> { ["乙"] = 0.5 };

    /// <summary>Options of its own.</summary>
    public InnerKind? Inner { get; init; }

    /// <summary>Several of them.</summary>
    public IReadOnlyDictionary<string, InnerKind> Many { get; init; } = new Dictionary<string, InnerKind>();
}

/// <summary>A choice.</summary>
public enum Device
{
    /// <summary>Here.</summary>
    OnCpu,

    /// <summary>There.</summary>
    OnGpu,
}

/// <summary>Nested options.</summary>
public sealed record InnerKind
{
    /// <summary>A path.</summary>
    public required string Path { get; init; }
}

/// <summary>Options that cannot be.</summary>
public sealed record WrongKind
{
    /// <summary>YAML has no time spans.</summary>
    public TimeSpan AtMost { get; init; }
}
