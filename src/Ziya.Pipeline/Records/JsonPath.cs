using System.Globalization;
using System.Text.Json;

namespace Ziya.Pipeline.Records;

/// <summary>Dotted paths into JSON: <c>warc.url</c>, <c>instances.0.output</c>.</summary>
internal static class JsonPath
{
    /// <summary>The element at <paramref name="path"/>, or null where some part of it is absent.</summary>
    public static JsonElement? Find(JsonElement from, string path)
    {
        var at = from;
        foreach (var part in path.Split('.'))
        {
            if (at.ValueKind == JsonValueKind.Object && at.TryGetProperty(part, out var member))
            {
                at = member;
            }
            else if (at.ValueKind == JsonValueKind.Array
                && int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                && index < at.GetArrayLength())
            {
                at = at[index];
            }
            else
            {
                return null;
            }
        }

        return at;
    }
}
