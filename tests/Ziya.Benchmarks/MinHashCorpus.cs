using System.Text;
using System.Text.Json;

namespace Ziya.Benchmarks;

/// <summary>Texts to find duplicates among.</summary>
internal static class MinHashCorpus
{
    private const int SnippetLength = 12;

    /// <summary>The texts of a file.</summary>
    public static List<string> Texts(string file) => [.. File.ReadLines(file).Select(Text).OfType<string>().Where(text => text.Length > 0)];

    /// <summary>
    /// Endless texts of the characters of others, and of their lengths within 200 to 2000, that are like none of them: snippets from random places, so that no
    /// more than a few n-grams in a row are of one text.
    /// </summary>
    public static IEnumerable<string> Made(List<string> texts, Random random)
    {
        var made = new StringBuilder();
        while (true)
        {
            var length = Math.Clamp(texts[random.Next(texts.Count)].Length, 200, 2000);
            made.Clear();
            while (made.Length < length)
            {
                var from = texts[random.Next(texts.Count)];
                var at = random.Next(Math.Max(1, from.Length - SnippetLength));
                made.Append(from, at, Math.Min(SnippetLength, from.Length - at));
            }

            // Half a pair at a seam is no text.
            yield return string.Concat(made.ToString().Where(c => !char.IsSurrogate(c)));
        }
    }

    /// <summary>A copy in which a share of the units, characters of Chinese and words of English, is another.</summary>
    public static string Edit(string text, double share, Random random)
    {
        var edited = new StringBuilder(text);
        for (var i = 0; i < edited.Length; i++)
        {
            // Six characters, with the space, are an English word.
            var isChinese = edited[i] >= '\u3400';
            if (random.NextDouble() < (isChinese ? share : share / 6) && char.IsLetter(edited[i]))
            {
                edited[i] = isChinese ? (char)random.Next(0x4e00, 0x9000) : (char)('a' + random.Next(26));
            }
        }

        return edited.ToString();
    }

    private static string? Text(string line)
    {
        using var json = JsonDocument.Parse(line);
        return json.RootElement.TryGetProperty("text", out var text) || json.RootElement.TryGetProperty("content", out text) ? text.GetString() : null;
    }
}
