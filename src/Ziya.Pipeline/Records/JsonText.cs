using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Ziya.Pipeline.Records;

/// <summary>JSON with CJK and emoji unescaped, for nodes and for objects in camelCase.</summary>
internal static class JsonText
{
    /// <summary>How objects become JSON.</summary>
    internal static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,

        // What is served is never part of a page.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>An object as indented JSON with a newline at its end.</summary>
    public static byte[] Write<T>(T value) => Write(JsonSerializer.SerializeToNode(value, Options));

    /// <summary>A node as indented JSON with a newline at its end.</summary>
    public static byte[] Write(JsonNode? node)
    {
        var line = new JsonLine();
        Write(line, node, 0);
        line.Raw((byte)'\n');
        return line.Written.ToArray();
    }

    /// <summary>An object from JSON that <see cref="Write{T}(T)"/> wrote.</summary>
    public static T Read<T>(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize<T>(json, Options) ?? throw new JsonException("The JSON is null.");

    /// <summary>A node without white space; with it where <paramref name="indent"/> is the depth rather than -1.</summary>
    public static void Write(JsonLine line, JsonNode? node, int indent = -1)
    {
        var inner = indent < 0 ? -1 : indent + 1;
        switch (node)
        {
            case null:
                line.Raw("null"u8);
                break;
            case JsonObject members:
                line.Raw((byte)'{');
                foreach (var (name, value) in members)
                {
                    line.Comma();
                    Break(line, inner);
                    line.Text(name);
                    line.Raw(indent < 0 ? ":"u8 : ": "u8);
                    Write(line, value, inner);
                }

                Break(line, members.Count == 0 ? -1 : indent);
                line.Raw((byte)'}');
                break;
            case JsonArray items:
                line.Raw((byte)'[');
                foreach (var item in items)
                {
                    line.Comma();
                    Break(line, inner);
                    Write(line, item, inner);
                }

                Break(line, items.Count == 0 ? -1 : indent);
                line.Raw((byte)']');
                break;
            default:
                Scalar(line, node);
                break;
        }
    }

    private static void Break(JsonLine line, int depth)
    {
        if (depth < 0)
        {
            return;
        }

        line.Raw((byte)'\n');
        for (var i = 0; i < depth; i++)
        {
            line.Raw("  "u8);
        }
    }

    private static void Scalar(JsonLine line, JsonNode node)
    {
        if (node.GetValueKind() == JsonValueKind.String)
        {
            line.Text(node.GetValue<string>());
        }
        else
        {
            line.Raw(System.Text.Encoding.UTF8.GetBytes(node.ToJsonString()));
        }
    }
}
