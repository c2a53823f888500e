namespace Ziya.Synthesis.Translation;

/// <summary>
/// chrF (Popović 2015, "chrF: character n-gram F-score for automatic MT evaluation", doi:10.18653/v1/W15-3049): precision and recall of character n-grams of 1 to 6 characters, each averaged over the lengths that both
/// texts are long enough for, and their F with recall weighing twice as much. White space does not count. From 0 to 1.
/// </summary>
internal static class CharacterF
{
    private const int Longest = 6;
    private const double Beta = 2;

    /// <summary>How well a text agrees with a reference; 0 where either is empty.</summary>
    public static double Of(string text, string reference)
    {
        text = Dense(text);
        reference = Dense(reference);
        var (precision, recall, orders) = (0.0, 0.0, 0);
        for (var n = 1; n <= Math.Min(Longest, Math.Min(text.Length, reference.Length)); n++)
        {
            var (ours, theirs) = (Grams(text, n), Grams(reference, n));
            var common = ours.Sum(gram => Math.Min(gram.Value, theirs.GetValueOrDefault(gram.Key)));
            precision += (double)common / (text.Length - n + 1);
            recall += (double)common / (reference.Length - n + 1);
            orders++;
        }

        if (precision + recall == 0)
        {
            return 0;
        }

        precision /= orders;
        recall /= orders;
        return (1 + (Beta * Beta)) * precision * recall / ((Beta * Beta * precision) + recall);
    }

    private static string Dense(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c)));

    private static Dictionary<string, int> Grams(string text, int n)
    {
        var grams = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var at = 0; at + n <= text.Length; at++)
        {
            var gram = text.Substring(at, n);
            grams[gram] = grams.GetValueOrDefault(gram) + 1;
        }

        return grams;
    }
}
