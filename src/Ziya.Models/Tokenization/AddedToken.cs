using System.Text.Json;

namespace Ziya.Models.Tokenization;

/// <summary>A token that is found in text by its name before anything is merged, as Hugging Face's <c>AddedToken</c> has it.</summary>
public sealed record AddedToken
{
    /// <summary>Its name.</summary>
    public required string Content { get; init; }

    /// <summary>Its id.</summary>
    public required int Id { get; init; }

    /// <summary>Whether white space in front of it is taken away. Default false.</summary>
    public bool StripLeft { get; init; }

    /// <summary>Whether white space behind it is taken away. Default false.</summary>
    public bool StripRight { get; init; }

    /// <summary>Whether it is found only where no word character stands in front of it or behind it. Default false.</summary>
    public bool SingleWord { get; init; }

    /// <summary>Whether it is looked for in what is left after those that are not. Default false.</summary>
    public bool Normalized { get; init; }

    /// <summary>Whether it controls a model and is no text: decoding can leave it out. Default true.</summary>
    public bool Special { get; init; } = true;

    /// <summary>Reads the object of a <c>tokenizer.json</c>.</summary>
    internal static AddedToken Parse(JsonElement token) => Parse(token, token.GetProperty("id").GetInt32());

    /// <summary>Reads the object of a <c>tokenizer_config.json</c>, where the id is the key.</summary>
    internal static AddedToken Parse(JsonElement token, int id) => new()
    {
        Content = token.GetProperty("content").GetString()!,
        Id = id,
        StripLeft = Is(token, "lstrip", false),
        StripRight = Is(token, "rstrip", false),
        SingleWord = Is(token, "single_word", false),
        Normalized = Is(token, "normalized", false),
        Special = Is(token, "special", true),
    };

    private static bool Is(JsonElement token, string name, bool missing) =>
        token.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : missing;
}
