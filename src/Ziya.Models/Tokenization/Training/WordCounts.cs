namespace Ziya.Models.Tokenization.Training;

/// <summary>The words of texts, as <see cref="WordScanner"/> cuts them, and how often each occurs.</summary>
internal static class WordCounts
{
    /// <summary>Counts them, in the order of their characters.</summary>
    public static SortedDictionary<string, long> Of(IEnumerable<string> texts, DigitSplit digits)
    {
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            var rest = text.AsSpan();
            while (digits != DigitSplit.None && WordScanner.IndexOfNumber(rest, out var width) is var number and >= 0)
            {
                // Digits alone never merge, and runs of them are not worth a token in a small vocabulary.
                Count(rest[..number], counts);
                rest = rest[(number + width)..];
            }

            Count(rest, counts);
        }

        return counts;
    }

    private static void Count(ReadOnlySpan<char> text, SortedDictionary<string, long> counts)
    {
        while (!text.IsEmpty)
        {
            var word = text[..WordScanner.Next(text)].ToString();
            counts[word] = counts.GetValueOrDefault(word) + 1;
            text = text[word.Length..];
        }
    }
}
