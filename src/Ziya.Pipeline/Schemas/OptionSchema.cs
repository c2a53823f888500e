using System.Collections;
using System.Globalization;
using System.Text.Json.Nodes;
using Ziya.Pipeline.Jobs;

namespace Ziya.Pipeline.Schemas;

/// <summary>Schemas of options records: what <see cref="YamlBinder"/> accepts, from the same <see cref="OptionShape"/>.</summary>
internal sealed class OptionSchema(DocComments docs, IReadOnlyDictionary<Type, Func<OptionSchema, JsonObject>> special)
{
    /// <summary>The schema of an options record. One without required options may be left empty in YAML, which is null.</summary>
    public JsonObject Record(Type type, string? description)
    {
        var defaults = Activator.CreateInstance(type)!;
        var shapes = OptionShape.Of(type);
        var required = shapes.Where(shape => shape.Required).Select(shape => shape.Name).ToArray();
        var schema = Described(description);
        schema["type"] = required.Length == 0 ? new JsonArray("object", "null") : "object";
        schema["properties"] = new JsonObject(shapes.Select(shape => KeyValuePair.Create(shape.Name, (JsonNode?)Option(shape, defaults))));
        if (required.Length > 0)
        {
            schema["required"] = new JsonArray([.. required]);
        }

        schema["additionalProperties"] = false;
        return schema;
    }

    /// <summary>An object that begins with a description.</summary>
    public static JsonObject Described(string? description) => description is null ? [] : new JsonObject { ["description"] = description };

    private JsonObject Option(OptionShape shape, object defaults)
    {
        var type = shape.Property.PropertyType;
        var schema = special.TryGetValue(type, out var own)
            ? Merge(Described(docs.Of(shape.Property)), own(this))
            : Value(type, shape, Description(shape));
        if (!shape.Required && !OptionShape.IsRecord(type) && Default(shape.Property.GetValue(defaults)) is { } value)
        {
            schema["default"] = value;
        }

        return schema;
    }

    private JsonObject Value(Type type, OptionShape shape, string? description)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            var inner = Value(underlying, shape, description);
            inner["type"] = new JsonArray((string)inner["type"]!, "null");
            (inner["enum"] as JsonArray)?.Add(null);
            return inner;
        }

        if (OptionShape.IsRecord(type))
        {
            return Record(type, description);
        }

        var schema = Described(description);
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
        {
            // One value stands for a list of one.
            var item = Value(type.GetGenericArguments()[0], shape, null);
            schema["anyOf"] = new JsonArray(new JsonObject { ["type"] = "array", ["items"] = item }, item.DeepClone());
            return schema;
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>))
        {
            var item = Value(type.GetGenericArguments()[1], shape, null);
            if (shape.Property.IsDefined(typeof(ForAllAttribute), false))
            {
                schema["anyOf"] = new JsonArray(new JsonObject { ["type"] = "object", ["additionalProperties"] = item }, item.DeepClone());
                return schema;
            }

            schema["type"] = "object";
            schema["additionalProperties"] = item;
            return schema;
        }

        return Merge(schema, Scalar(type, shape));
    }

    private static JsonObject Scalar(Type type, OptionShape shape)
    {
        if (type.IsEnum)
        {
            return new JsonObject { ["type"] = "string", ["enum"] = new JsonArray([.. Enum.GetNames(type).Select(OptionShape.SnakeCase)]) };
        }

        if (type == typeof(bool))
        {
            return new JsonObject { ["type"] = "boolean" };
        }

        if (type == typeof(string))
        {
            var text = new JsonObject { ["type"] = "string" };
            if (shape.Pattern is { } pattern)
            {
                text["pattern"] = $"^(?:{pattern.Pattern})$";
            }

            return text;
        }

        return Number(type, shape);
    }

    private static JsonObject Number(Type type, OptionShape shape)
    {
        if (type != typeof(double) && type != typeof(int) && type != typeof(long) && type != typeof(ulong))
        {
            throw new NotSupportedException($"{shape.Property.DeclaringType}.{shape.Property.Name} is a {type}, which the job language cannot say.");
        }

        var schema = new JsonObject { ["type"] = type == typeof(double) ? "number" : "integer" };
        Limit(schema, "minimum", shape.Range?.Minimum ?? (type == typeof(ulong) ? 0 : null));
        Limit(schema, "maximum", shape.Range?.Maximum);
        return schema;
    }

    private static void Limit(JsonObject schema, string keyword, object? limit)
    {
        // double.MaxValue is how a range says that it has no end.
        if (limit is not null && Convert.ToDouble(limit, CultureInfo.InvariantCulture) is > double.MinValue and < double.MaxValue and var number)
        {
            schema[keyword] = JsonNode.Parse(number.ToString("R", CultureInfo.InvariantCulture));
        }
    }

    private string? Description(OptionShape shape)
    {
        var text = docs.Of(shape.Property);
        var type = shape.Property.PropertyType;
        type = Nullable.GetUnderlyingType(type) ?? type.GetGenericArguments().LastOrDefault() ?? type;
        if (!type.IsEnum)
        {
            return text;
        }

        var choices = Enum.GetNames(type).Select(name => $"\n- `{OptionShape.SnakeCase(name)}`: {docs.Of(type.GetField(name)!)}");
        return text + string.Concat(choices);
    }

    private static JsonNode? Default(object? value) => value switch
    {
        null => null,
        string text => JsonValue.Create(text),
        bool flag => JsonValue.Create(flag),
        Enum choice => JsonValue.Create(OptionShape.SnakeCase(choice.ToString())),
        IDictionary pairs => new JsonObject(pairs.Keys.Cast<string>().Select(key => KeyValuePair.Create(key, Default(pairs[key])))),
        IEnumerable items => new JsonArray([.. items.Cast<object>().Select(Default)]),
        IFormattable number => JsonNode.Parse(number.ToString(null, CultureInfo.InvariantCulture)),
        _ => null,
    };

    private static JsonObject Merge(JsonObject schema, JsonObject more)
    {
        foreach (var (name, value) in more)
        {
            schema[name] = value?.DeepClone();
        }

        return schema;
    }
}
