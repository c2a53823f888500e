namespace Ziya.Synthesis.Knowledge;

/// <summary>The terms of a text: words in lower case, and of Chinese and Japanese, which write no spaces, pairs of neighbouring characters (a lone one by itself).</summary>
internal static class Terms
{
    private const int LongestWord = 64;

    /// <summary>Gives each term in order.</summary>
    public static IEnumerable<string> Of(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            var start = at;
            if (IsCharacter(text[at]))
            {
                while (++at < text.Length && IsCharacter(text[at]))
                {
                    yield return text[(at - 1)..(at + 1)];
                }

                if (at - start == 1)
                {
                    yield return text[start..at];
                }
            }
            else if (IsLetter(text[at]))
            {
                while (++at < text.Length && IsLetter(text[at]))
                {
                }

                if (at - start <= LongestWord)
                {
                    yield return text[start..at].ToLowerInvariant();
                }
            }
            else
            {
                at++;
            }
        }
    }

    private static bool IsCharacter(char c) => c is >= '\u3400' and <= '\u9fff' or >= '\uf900' and <= '\ufaff' or >= '\u3041' and <= '\u30ff';

    private static bool IsLetter(char c) => char.IsLetterOrDigit(c) && !IsCharacter(c);
}
