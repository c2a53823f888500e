using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Ziya.Cli.Tests.Schemas;

/// <summary>
/// JSON Schema as far as the files in <c>schemas/</c> use it, written from the specification (draft 2020-12, validation). A keyword
/// it does not know is an error, so that no schema says more than is tested.
/// </summary>
internal sealed class SchemaValidator
{
    private static readonly HashSet<string> Annotations = ["$schema", "title", "description", "default"];

    private readonly JsonNode _root;

    private SchemaValidator(JsonNode root) => _root = root;

    /// <summary>What is wrong, by JSON pointer; empty if the instance is valid.</summary>
    public static List<string> Faults(JsonNode? schema, JsonNode? instance) => new SchemaValidator(schema!).Of(schema, instance);

    private List<string> Of(JsonNode? schema, JsonNode? instance)
    {
        var faults = new List<string>();
        Check(schema, instance, "", faults);
        return faults;
    }

    private void Check(JsonNode? schema, JsonNode? value, string at, List<string> faults)
    {
        if (schema?.GetValueKind() == JsonValueKind.True)
        {
            return;
        }

        foreach (var (keyword, argument) in (JsonObject)schema!)
        {
            if (!Annotations.Contains(keyword) && !Holds(keyword, argument!, (JsonObject)schema, value, at, faults))
            {
                faults.Add($"{at}: {keyword} {argument!.ToJsonString()}");
            }
        }
    }

    private bool Holds(string keyword, JsonNode argument, JsonObject schema, JsonNode? value, string at, List<string> faults)
    {
        switch (keyword)
        {
            case "type":
                return argument is JsonArray types ? types.Any(type => IsType((string)type!, value)) : IsType((string)argument!, value);
            case "enum":
                return ((JsonArray)argument).Any(choice => JsonNode.DeepEquals(choice, value));
            case "minimum":
                return Number(value) is not { } low || low >= (double)argument;
            case "maximum":
                return Number(value) is not { } high || high <= (double)argument;
            case "pattern":
                return Text(value) is not { } text || Regex.IsMatch(text, (string)argument!, RegexOptions.ECMAScript);
            case "$ref":
                Check(Target((string)argument!), value, at, faults);
                return true;
            case "anyOf":
                return ((JsonArray)argument).Any(option => Of(option, value).Count == 0);
            case "oneOf":
                return ((JsonArray)argument).Count(option => Of(option, value).Count == 0) == 1;
            case "minProperties":
                return value is not JsonObject few || few.Count >= (int)argument;
            case "maxProperties":
                return value is not JsonObject many || many.Count <= (int)argument;
            case "required":
                return value is not JsonObject whole || ((JsonArray)argument).All(name => whole.ContainsKey((string)name!));
            case "items":
                CheckItems(argument, value, at, faults);
                return true;
            case "properties":
                CheckProperties((JsonObject)argument, value, at, faults);
                return true;
            case "additionalProperties":
                return CheckOthers(argument, schema, value, at, faults);
            default:
                throw new NotSupportedException($"keyword '{keyword}' at {at}");
        }
    }

    private JsonNode Target(string reference) => reference.Split('/').Skip(1).Aggregate(_root, (node, part) => node[part]!);

    private void CheckItems(JsonNode schema, JsonNode? value, string at, List<string> faults)
    {
        for (var i = 0; value is JsonArray items && i < items.Count; i++)
        {
            Check(schema, items[i], $"{at}/{i}", faults);
        }
    }

    private void CheckProperties(JsonObject properties, JsonNode? value, string at, List<string> faults)
    {
        foreach (var (name, schema) in value is JsonObject members ? properties.Where(pair => members.ContainsKey(pair.Key)) : [])
        {
            Check(schema, value![name], $"{at}/{name}", faults);
        }
    }

    private bool CheckOthers(JsonNode argument, JsonObject schema, JsonNode? value, string at, List<string> faults)
    {
        if (value is not JsonObject members)
        {
            return true;
        }

        var others = members.Where(pair => (schema["properties"] as JsonObject)?.ContainsKey(pair.Key) != true).ToList();
        if (argument.GetValueKind() == JsonValueKind.False)
        {
            return others.Count == 0;
        }

        others.ForEach(pair => Check(argument, pair.Value, $"{at}/{pair.Key}", faults));
        return true;
    }

    private static bool IsType(string type, JsonNode? value) => (type, value?.GetValueKind() ?? JsonValueKind.Null) switch
    {
        ("null", JsonValueKind.Null) or ("object", JsonValueKind.Object) or ("array", JsonValueKind.Array) or ("string", JsonValueKind.String) => true,
        ("boolean", JsonValueKind.True or JsonValueKind.False) or ("number", JsonValueKind.Number) => true,
        ("integer", JsonValueKind.Number) => double.IsInteger(Number(value)!.Value),
        _ => false,
    };

    private static double? Number(JsonNode? value) =>
        value?.GetValueKind() == JsonValueKind.Number ? double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture) : null;

    private static string? Text(JsonNode? value) => value?.GetValueKind() == JsonValueKind.String ? (string)value! : null;
}
