using System.Text.Json;

namespace Ziya.Pipeline.Records;

/// <summary>Members of a JSON object kept as UTF-8 text, so that what no step looks at costs a copy and nothing else.</summary>
public sealed class Fields
{
    /// <summary>No members.</summary>
    public static readonly Fields Empty = new(ReadOnlyMemory<byte>.Empty);

    /// <summary>Wraps <c>"a":1,"b":"x"</c>, without braces.</summary>
    internal Fields(ReadOnlyMemory<byte> members) => Members = members;

    /// <summary>The members without the braces around them.</summary>
    internal ReadOnlyMemory<byte> Members { get; }

    internal bool IsEmpty => Members.IsEmpty;

    /// <summary>Names of the members, in order.</summary>
    public IReadOnlyList<string> Names
    {
        get
        {
            using var json = JsonDocument.Parse(ToObject());
            return [.. json.RootElement.EnumerateObject().Select(member => member.Name)];
        }
    }

    /// <summary>The number at a dotted path, if there is one.</summary>
    public bool TryGetNumber(string path, out double value)
    {
        value = 0;
        return Find(path) is { ValueKind: JsonValueKind.Number } number && number.TryGetDouble(out value);
    }

    /// <summary>The value at a dotted path as text, if there is one: a string's content, or the JSON of anything else.</summary>
    public string? GetText(string path) => Find(path) switch
    {
        null or { ValueKind: JsonValueKind.Null } => null,
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { } other => other.GetRawText(),
    };

    /// <summary>A copy in which the member <paramref name="name"/> is this text, in its old place or at the end; null takes it away.</summary>
    public Fields With(string name, string? text)
    {
        if (IsEmpty && text is null)
        {
            return this;
        }

        var line = new JsonLine();
        line.Raw((byte)'{');
        var found = CopyTo(line, name, text);
        if (!found && text is null)
        {
            return this;
        }

        if (!found)
        {
            line.Name(name);
            line.Text(text);
        }

        return new Fields(line.Written[1..].ToArray());
    }

    /// <summary>A copy in which the member <paramref name="name"/> is an object of these, at the end; without any, this as it is.</summary>
    internal Fields WithObject(string name, Fields members)
    {
        if (members.IsEmpty)
        {
            return this;
        }

        var line = new JsonLine();
        line.Raw((byte)'{');
        line.Raw(With(name, null).Members.Span);
        line.Name(name);
        line.Raw((byte)'{');
        line.Raw(members.Members.Span);
        line.Raw((byte)'}');
        return new Fields(line.Written[1..].ToArray());
    }

    /// <summary>A copy in which the member <paramref name="name"/> is this JSON, at the end.</summary>
    internal Fields WithJson(string name, ReadOnlySpan<byte> json)
    {
        var line = new JsonLine();
        line.Raw((byte)'{');
        line.Raw(With(name, null).Members.Span);
        line.Name(name);
        line.Raw(json);
        return new Fields(line.Written[1..].ToArray());
    }

    // The other members are copied byte for byte, so that a number keeps the digits it came with.
    private bool CopyTo(JsonLine line, string name, string? text)
    {
        var found = false;
        ReadOnlySpan<byte> json = ToObject();
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var start = (int)reader.TokenStartIndex;
            var isIt = reader.ValueTextEquals(name);
            reader.Read();
            reader.Skip();
            if (!isIt)
            {
                line.Comma();
                line.Raw(json[start..(int)reader.BytesConsumed]);
            }
            else if (text is not null && !found)
            {
                line.Name(name);
                line.Text(text);
            }

            found |= isIt;
        }

        return found;
    }

    internal byte[] ToObject()
    {
        var json = new byte[Members.Length + 2];
        json[0] = (byte)'{';
        Members.Span.CopyTo(json.AsSpan(1));
        json[^1] = (byte)'}';
        return json;
    }

    private JsonElement? Find(string path)
    {
        if (IsEmpty)
        {
            return null;
        }

        using var json = JsonDocument.Parse(ToObject());
        return JsonPath.Find(json.RootElement, path)?.Clone();
    }
}
