namespace Ziya.Corpus.Deduplication;

/// <summary>
/// Makes MinHash signatures of texts: for each of some permutations the smallest value over the text's n-grams. Two texts agree at a
/// place with the probability of their Jaccard similarity, the n-grams they share over those that either has (Broder, "On the resemblance and containment of documents", 1997).
/// </summary>
/// <remarks>The n-grams are those of <see cref="GramScanner"/>, their hashes mixed down to 32 bits.</remarks>
internal sealed class MinHasher
{
    private readonly Permutations _permutations;
    private readonly GramScanner _scanner;
    private readonly uint[] _grams = new uint[GramScanner.ChunkUnits];
    private readonly uint[] _minima;

    /// <param name="ngram">Units of an n-gram.</param>
    /// <param name="permutations">The permutations.</param>
    public MinHasher(int ngram, Permutations permutations)
    {
        _permutations = permutations;
        _scanner = new GramScanner(ngram, Take);
        _minima = new uint[permutations.Padded];
    }

    /// <summary>The signature of a text, valid until the next one; empty where it has no unit.</summary>
    public ReadOnlySpan<uint> Sign(ReadOnlySpan<char> text)
    {
        Array.Fill(_minima, uint.MaxValue);
        return _scanner.Scan(text) ? _minima.AsSpan(0, _permutations.Count) : default;
    }

    private void Take(ReadOnlySpan<ulong> hashes)
    {
        var grams = _grams.AsSpan(0, hashes.Length);
        for (var i = 0; i < grams.Length; i++)
        {
            grams[i] = Finish(hashes[i]);
        }

        _permutations.Lower(grams, _minima);
    }

    /// <summary>The finish of MurmurHash3 (Appleby), of which the upper half is taken.</summary>
    private static uint Finish(ulong sum)
    {
        sum = (sum ^ (sum >> 33)) * 0xFF51AFD7ED558CCD;
        sum = (sum ^ (sum >> 33)) * 0xC4CEB9FE1A85EC53;
        return (uint)(sum >> 32);
    }
}
