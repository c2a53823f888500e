namespace Ziya.Models.Tokenization;

/// <summary>Halves of UTF-16 pairs that stand alone: no UTF-8 can say them, so they become U+FFFD.</summary>
internal static class LoneSurrogates
{
    /// <summary>The first from a place on; -1 if there is none.</summary>
    public static int IndexIn(ReadOnlySpan<char> text, int from)
    {
        var found = text[from..].IndexOfAnyInRange('\uD800', '\uDFFF');
        for (var at = from + found; found >= 0 && at < text.Length; at++)
        {
            if (char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]))
            {
                at++;
            }
            else if (char.IsSurrogate(text[at]))
            {
                return at;
            }
        }

        return -1;
    }

    /// <summary>Replaces all of them.</summary>
    public static void Replace(Span<char> text)
    {
        for (var at = IndexIn(text, 0); at >= 0; at = IndexIn(text, at + 1))
        {
            text[at] = '\uFFFD';
        }
    }
}
