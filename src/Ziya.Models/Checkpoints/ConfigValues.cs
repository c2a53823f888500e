using System.Text.Json;

namespace Ziya.Models.Checkpoints;

/// <summary>The values of a <c>config.json</c>, with errors that name the file and the key.</summary>
internal readonly struct ConfigValues(string path, JsonElement json, string section = "")
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

    /// <summary>The values of an object; null if there is none.</summary>
    public ConfigValues? Section(string key) => Find(key) is { } value ? new ConfigValues(path, value, key + ".") : null;

    /// <summary>An object without values.</summary>
    public ConfigValues Empty() => new(path, JsonElement.Parse("{}"));

    /// <summary>What this object, <c>rope_scaling</c> or <c>rope_parameters</c>, says.</summary>
    /// <param name="context">Positions that the model has.</param>
    public RopeScaling Scaling(int context)
    {
        var type = Text("rope_type") ?? Text("type") ?? "default";
        var original = Number("original_max_position_embeddings", context);
        return type switch
        {
            "default" => new RopeScaling(),
            "linear" => new RopeScaling { Type = type, Factor = Number("factor", 1) },
            "llama3" => new RopeScaling
            {
                Type = type,
                Factor = Number("factor", 8),
                Original = original,
                LowFrequency = Number("low_freq_factor", 1),
                HighFrequency = Number("high_freq_factor", 4),
            },
            "yarn" => Yarn(Number("factor", context / original), original),
            _ => throw Wrong("rope_type", $"is {type}; linear, llama3 and yarn are supported, and what depends on the length of each text, as dynamic and longrope do, is not"),
        };
    }

    private RopeScaling Yarn(double factor, double original)
    {
        static double Sharpness(double factor, double weight) => factor <= 1 ? 1 : (0.1 * weight * Math.Log(factor)) + 1;
        var attention = Find("mscale") is null || Find("mscale_all_dim") is null ? Sharpness(factor, 1)
            : Sharpness(factor, Number("mscale", 1)) / Sharpness(factor, Number("mscale_all_dim", 1));
        return new RopeScaling
        {
            Type = "yarn",
            Factor = factor,
            Original = original,
            BetaFast = Number("beta_fast", 32),
            BetaSlow = Number("beta_slow", 1),
            Truncate = Flag("truncate", true),
            Attention = Number("attention_factor", attention),
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
    public InvalidDataException Wrong(string key, string how) => new($"{path}: {section}{key} {how}.");

    private JsonElement? Find(string key) => json.ValueKind == JsonValueKind.Object && json.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
