using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using Ziya.Pipeline.Records;

namespace Ziya.Pipeline.Schemas;

/// <summary>The schema of a file that runs write with <see cref="JsonText"/>, for those who read it with programs of their own.</summary>
internal static class OutputSchema
{
    // Numbers are written as numbers; that they could be read from strings is nobody's business.
    private static readonly JsonSerializerOptions Strict = new(JsonText.Options) { NumberHandling = JsonNumberHandling.Strict };

    /// <summary>The schema of what a type is written as.</summary>
    public static JsonObject Of(Type type, DocComments docs)
    {
        var exporter = new JsonSchemaExporterOptions
        {
            TreatNullObliviousAsNonNullable = true,
            TransformSchemaNode = (context, node) => Transform(context, node, docs),
        };
        var schema = (JsonObject)Strict.GetJsonSchemaAsNode(type, exporter);
        schema.Insert(0, "$schema", JobSchema.Draft);
        schema.Insert(1, "title", $"Ziya.Pipeline {Jobs.OptionShape.SnakeCase(type.Name)}");
        return schema;
    }

    private static JsonNode Transform(JsonSchemaExporterContext context, JsonNode node, DocComments docs)
    {
        if (node is not JsonObject schema)
        {
            return node;
        }

        // Null is left out when writing, so what is written is never null, and what cannot be null is always there.
        if (schema["properties"] is JsonObject properties)
        {
            schema["required"] = new JsonArray([.. properties.Where(pair => !IsNullable(pair.Value) && !IsNullable(pair.Value, pair.Key, context)).Select(pair => (JsonNode)pair.Key)]);
        }

        var description = context.PropertyInfo?.AttributeProvider is MemberInfo member ? docs.Of(member) : context.Path.IsEmpty ? docs.Of(context.TypeInfo.Type) : null;
        if (description is not null)
        {
            schema.Insert(0, "description", description);
        }

        return schema;
    }

    // What refers to a type that stands elsewhere says nothing of null itself.
    private static bool IsNullable(JsonNode? schema, string name, JsonSchemaExporterContext context) =>
        schema is JsonObject reference && reference.ContainsKey("$ref") && context.TypeInfo.Properties.Any(property => property.Name == name && property.IsGetNullable);

    private static bool IsNullable(JsonNode? schema) =>
        schema is not JsonObject || (schema["type"] is JsonArray types && types.Any(type => (string?)type == "null"));
}
