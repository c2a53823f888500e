using System.Globalization;
using System.Text;

namespace Ziya.Corpus.Tests.Deduplication;

/// <summary>The slow and obvious way to the n-grams of a text: the oracle of the fast one.</summary>
internal static class Shingles
{
    /// <summary>The n-grams as strings; of a text with fewer units all of them as one.</summary>
    public static HashSet<string> Of(string text, int ngram)
    {
        var units = Units(text.Normalize(NormalizationForm.FormKC).ToLowerInvariant());
        return units.Count == 0 ? [] : units.Count < ngram
            ? [string.Join(' ', units)]
            : [.. Enumerable.Range(0, units.Count - ngram + 1).Select(i => string.Join(' ', units.Skip(i).Take(ngram)))];
    }

    /// <summary>Those both have over those either has.</summary>
    public static double Jaccard(HashSet<string> a, HashSet<string> b)
    {
        var both = a.Count(b.Contains);
        return (double)both / (a.Count + b.Count - both);
    }

    private static List<string> Units(string text)
    {
        var units = new List<string>();
        var word = "";
        for (var i = 0; i < text.Length; i++)
        {
            var apostrophe = text[i] is '\'' or '’' && word.Length > 0 && i + 1 < text.Length && IsWord(text[i + 1]);
            if (IsWord(text[i]) || apostrophe)
            {
                word += apostrophe ? '\'' : text[i];
                continue;
            }

            units.AddRange(word.Length > 0 ? [word] : []);
            word = "";
            units.AddRange(IsChinese(text[i]) ? [text[i].ToString()] : []);
        }

        return [.. units, .. word.Length > 0 ? new[] { word } : []];
    }

    private static bool IsWord(char c) => !IsChinese(c) && (char.IsLetterOrDigit(c) || char.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark);

    private static bool IsChinese(char c) => c is >= '\u3400' and <= '\u9fff' or >= '\u3040' and <= '\u30ff' && char.IsLetter(c);
}
