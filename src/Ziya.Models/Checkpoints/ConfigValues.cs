using System.Text.Json;

namespace Ziya.Models.Checkpoints;

/// <summary>The values of a <c>config.json</c>, with errors that name the file and the key.</summary>
internal readonly struct ConfigValues(string path, JsonElement json)
{
    /// <summary>A text; of a list, its first.</summary>
    public string? Text(string key) => Find(key) is not { } value ? null
        : value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().Select(item => item.GetString()).FirstOrDefault()
        : value.GetString();

    /// <summary>A number above 0.</summary>
    public int Count(string key, int? otherwise = null)
    {
        var count = Find(key)?.GetInt32() ?? otherwise ?? throw Wrong(key, "is missing");
        return count > 0 ? count : throw Wrong(key, $"is {count}");
    }

    /// <summary>A number above 0.</summary>
    public double Number(string key, double otherwise)
    {
        var number = Find(key)?.GetDouble() ?? otherwise;
        return number > 0 ? number : throw Wrong(key, $"is {number}");
    }

    /// <summary>True or false.</summary>
    public bool Flag(string key, bool otherwise) => Find(key)?.GetBoolean() ?? otherwise;

    /// <summary>The id of a token.</summary>
    public int? Id(string key) => Ids(key) is [var id, ..] ? id : null;

    /// <summary>Ids of tokens: one, or a list; -1 means none.</summary>
    public IReadOnlyList<int> Ids(string key) => Find(key) is not { } value ? []
        : value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(item => item.GetInt32())]
        : value.GetInt32() is >= 0 and var id ? [id] : [];

    /// <summary>The factor of rope scaling; 1 if there is none.</summary>
    public double LinearScaling()
    {
        if (Find("rope_scaling") is not { } scaling)
        {
            return 1;
        }

        var values = new ConfigValues(path, scaling);
        return (values.Text("rope_type") ?? values.Text("type")) switch
        {
            "linear" => values.Number("factor", 1),
            "default" => 1,
            var other => throw Wrong("rope_scaling", $"is of type {other}; linear is supported"),
        };
    }

    /// <summary>Refuses every value but one.</summary>
    public void Require(string key, string only)
    {
        if (Text(key) is { } value && value != only)
        {
            throw Wrong(key, $"is {value}; {only} is supported");
        }
    }

    /// <summary>Refuses true.</summary>
    public void RequireFalse(string key)
    {
        if (Flag(key, false))
        {
            throw Wrong(key, "is true, which is not supported");
        }
    }

    /// <summary>What is wrong with a key.</summary>
    public InvalidDataException Wrong(string key, string how) => new($"{path}: {key} {how}.");

    private JsonElement? Find(string key) => json.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
