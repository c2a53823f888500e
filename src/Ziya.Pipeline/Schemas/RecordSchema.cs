using System.Text.Json.Nodes;
using Ziya.Pipeline.Records;

namespace Ziya.Pipeline.Schemas;

/// <summary>The schema of one line of a record kind: what <see cref="RecordParser"/> reads without renaming, and what is written.</summary>
internal static class RecordSchema
{
    /// <summary>The schema. Other fields are allowed: they are kept in <c>meta</c>.</summary>
    public static JsonObject Of(RecordKind kind, DocComments docs)
    {
        var shape = RecordShape.Of(kind);
        return new JsonObject
        {
            ["$schema"] = JobSchema.Draft,
            ["title"] = $"Ziya.Pipeline {Jobs.OptionShape.SnakeCase(kind.ToString())}",
            ["description"] = $"{docs.Of(typeof(RecordKind).GetField(kind.ToString())!)} One line of JSONL; other fields are kept in `meta`.",
            ["type"] = "object",
            ["properties"] = new JsonObject(shape.Slots.Select(slot => KeyValuePair.Create(slot.Name, (JsonNode?)Field(slot)))),
            ["required"] = new JsonArray([.. shape.Slots.Where(slot => slot.Required).Select(slot => (JsonNode)slot.Name)]),
        };
    }

    private static JsonObject Field(Slot slot)
    {
        var schema = OptionSchema.Described(slot.Meaning);
        var types = slot.Type switch
        {
            // A number becomes the text of an id.
            SlotType.Text when slot.Name == "id" => new JsonArray("string", "number"),
            SlotType.Text => new JsonArray("string"),
            SlotType.Number => new JsonArray("number"),
            SlotType.Messages or SlotType.Candidates => new JsonArray("array"),
            _ => new JsonArray("object"),
        };
        if (!slot.Required)
        {
            types.Add("null");
        }

        schema["type"] = types.Count == 1 ? types[0]!.DeepClone() : types;
        if (slot.Type == SlotType.Scores)
        {
            schema["additionalProperties"] = new JsonObject { ["type"] = "number" };
        }
        else if (slot.Type == SlotType.Messages)
        {
            schema["items"] = Message();
        }
        else if (slot.Type == SlotType.Candidates)
        {
            schema["items"] = Candidate();
        }

        return schema;
    }

    private static JsonObject Candidate() => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject
        {
            ["output"] = new JsonObject { ["description"] = "The answer.", ["type"] = "string" },
            ["model"] = new JsonObject { ["description"] = "The model that wrote it.", ["type"] = "string" },
            ["scores"] = new JsonObject { ["description"] = "Numbers about it, by name.", ["type"] = "object", ["additionalProperties"] = new JsonObject { ["type"] = "number" } },
        },
        ["required"] = new JsonArray("output"),
    };

    private static JsonObject Message() => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject
        {
            ["role"] = new JsonObject { ["description"] = "Who speaks: `system`, `user` or `assistant`.", ["type"] = "string" },
            ["content"] = new JsonObject { ["description"] = "What is said.", ["type"] = "string" },
        },
        ["required"] = new JsonArray("role", "content"),
    };
}
