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

    private static char[] Build()
    {
        var map = new char[char.MaxValue + 1];
        var folds = FoldTable.For(true, true).Map;
        for (var i = 0; i < map.Length; i++)
        {
            var folded = folds[i] < FoldTable.Context ? folds[i] : (char)i;
            map[i] = folded;
        }

        return map;
    }
}
