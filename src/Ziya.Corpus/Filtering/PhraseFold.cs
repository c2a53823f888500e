using System.Globalization;
using Ziya.Corpus.Cleaning;
using Ziya.Corpus.Deduplication;

namespace Ziya.Corpus.Filtering;

/// <summary>
/// What characters are compared as when phrases are looked for: without case and width, as the deduplication folds them, and traditional Chinese characters as the simplified ones. One for one, so that places in the text stay
/// what they are; what becomes several characters stays itself.
/// </summary>
internal static class PhraseFold
{
    private static readonly char[] Map = Build();

    /// <summary>The character it is compared as.</summary>
    public static char Of(char c) => Map[c];

    /// <summary>A phrase as it is compared.</summary>
    public static string Of(string phrase) => string.Concat(phrase.Select(Of));

    /// <summary>What tells the fold from one with other dictionaries of traditional characters; empty where the build brought none.</summary>
    public static string Version => VariantDictionary.IsThere ? VariantDictionary.Of(ChineseVariety.Traditional).Hash.ToString("x16", CultureInfo.InvariantCulture) : "";

    private static char[] Build()
    {
        var simplify = VariantDictionary.IsThere ? new SimplifyChinese(new SimplifyChineseOptions()) : null;
        var map = new char[char.MaxValue + 1];
        var folds = FoldTable.For(true, true).Map;
        for (var i = 0; i < map.Length; i++)
        {
            var folded = folds[i] < FoldTable.Context ? folds[i] : (char)i;
            var simplified = simplify is not null && folded is >= '\u3400' and <= '\u9fff' ? simplify.Text(folded.ToString()) : "";
            map[i] = simplified.Length == 1 ? simplified[0] : folded;
        }

        return map;
    }
}
