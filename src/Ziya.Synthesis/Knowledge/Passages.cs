namespace Ziya.Synthesis.Knowledge;

/// <summary>Cuts a document into passages of bounded length, at ends of sentences where there are any.</summary>
internal static class Passages
{
    /// <summary>The passages in order, without white space around them; every character that is no white space is in one.</summary>
    public static IEnumerable<string> Of(string text, int most)
    {
        for (var start = 0; start < text.Length;)
        {
            var end = text.Length - start <= most ? text.Length : End(text, start, start + most);
            var passage = text[start..end].Trim();
            start = end;
            if (passage.Length > 0)
            {
                yield return passage;
            }
        }
    }

    /// <summary>Behind the last sentence before the limit, else behind the last white space, else at the limit.</summary>
    private static int End(string text, int start, int limit)
    {
        var space = -1;
        for (var at = limit - 1; at > start; at--)
        {
            if (text[at] is '。' or '！' or '？' or '；' or '\n' || (text[at] is '.' or '!' or '?' && char.IsWhiteSpace(text[at + 1])))
            {
                return at + 1;
            }

            space = space < 0 && char.IsWhiteSpace(text[at]) ? at + 1 : space;
        }

        return space > 0 ? space : char.IsLowSurrogate(text[limit]) ? limit - 1 : limit;
    }
}
