namespace Ziya.Corpus.Scoring;

/// <summary>
/// The features of a word: its character 1- to 4-grams with the word's edges marked, and the word itself, each hashed to a
/// row of a weight table. Training and use share this code, so the rows agree.
/// </summary>
internal static class NgramFeatures
{
    /// <summary>Letters of a word that are looked at; the rest of a longer one is left out.</summary>
    public const int MaxWordChars = 28;

    /// <summary>Most rows one word gives: four for every letter and edge, and one for the word.</summary>
    public const int MaxRows = (4 * (MaxWordChars + 2)) + 1;

    // The edge is a character that no word contains.
    private const char Edge = ' ';

    // 2^64 / golden ratio: multiplicative hashing (Knuth, TAOCP 3, 6.4), the top bits are the row.
    private const ulong Multiplier = 0x9E3779B97F4A7C15;

    /// <summary>Writes the rows of a word, in a table of 2^<paramref name="bits"/> rows, and returns how many there are.</summary>
    public static int Extract(ReadOnlySpan<char> word, int bits, Span<int> rows)
    {
        word = word[..Math.Min(word.Length, MaxWordChars)];
        var shift = 64 - bits;
        ulong key = Edge;
        ulong whole = 0;
        var count = 0;
        for (var i = 0; i <= word.Length; i++)
        {
            var c = i < word.Length ? char.ToLowerInvariant(word[i]) : Edge;

            // The last four characters are the four 16-bit lanes of the key: masking gives the shorter n-grams.
            key = (key << 16) | c;
            whole = (whole + c) * Multiplier;
            if (i < word.Length)
            {
                rows[count++] = Row(key & 0xFFFF, shift);
            }

            rows[count++] = Row(key & 0xFFFF_FFFF, shift);
            if (i >= 1)
            {
                rows[count++] = Row(key & 0xFFFF_FFFF_FFFF, shift);
            }

            if (i >= 2)
            {
                rows[count++] = Row(key, shift);
            }
        }

        // Up to two letters the word with its edges is a 4-gram already.
        if (word.Length > 2)
        {
            rows[count++] = Row(whole, shift);
        }

        return count;
    }

    private static int Row(ulong key, int shift) => (int)(((key ^ (key >> 29)) * Multiplier) >> shift);
}
