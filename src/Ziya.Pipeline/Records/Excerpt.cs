namespace Ziya.Pipeline.Records;

/// <summary>The beginning of texts, for those who cannot be shown all.</summary>
internal static class Excerpt
{
    /// <summary>The first UTF-16 code units of a text, at most so many; no pair is cut through.</summary>
    public static string Of(string text, int most) => text[..LengthOf(text, most)];

    /// <summary>As <see cref="Of(string, int)"/>, with an ellipsis where something is missing.</summary>
    public static string Marked(string text, int most, string ellipsis = "…") => text.Length <= most ? text : Of(text, most) + ellipsis;

    private static int LengthOf(string text, int most) => most <= 0 ? 0 : text.Length <= most ? text.Length : char.IsHighSurrogate(text[most - 1]) ? most - 1 : most;
}
