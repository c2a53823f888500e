namespace Ziya.Corpus.Deduplication;

/// <summary>
/// Makes SimHash fingerprints of texts: of each bit whether more than half of the n-grams' hashes have it (Charikar, "Similarity estimation techniques from rounding algorithms", STOC 2002). An n-gram counts as often
/// as it occurs. The more alike two texts are, the fewer bits differ.
/// </summary>
/// <remarks>
/// Bits are counted 64 at a time: plane k holds bit k of all counters, and adding a hash is adding with carry from plane to plane, two operations on average.
/// </remarks>
internal sealed class SimHasher
{
    private const int Planes = 32;

    private readonly GramScanner _scanner;
    private readonly ulong[][] _planes;
    private long _grams;

    /// <param name="ngram">Units of an n-gram.</param>
    /// <param name="bits">Bits of a fingerprint: 64 or 128.</param>
    public SimHasher(int ngram, int bits)
    {
        _scanner = new GramScanner(ngram, Take);
        _planes = [.. Enumerable.Range(0, bits / 64).Select(_ => new ulong[Planes])];
    }

    /// <summary>The fingerprint of a text; false where it has no unit.</summary>
    public bool TryHash(ReadOnlySpan<char> text, Span<ulong> fingerprint)
    {
        _grams = 0;
        Array.ForEach(_planes, planes => planes.AsSpan().Clear());
        if (!_scanner.Scan(text))
        {
            return false;
        }

        for (var word = 0; word < _planes.Length; word++)
        {
            fingerprint[word] = Majority(_planes[word]);
        }

        return true;
    }

    /// <summary>The hash of an n-gram that a word of the fingerprint is made of: the finish of MurmurHash3 (Appleby).</summary>
    internal static ulong Mix(ulong sum, int word)
    {
        sum += (ulong)word * 0x9E3779B97F4A7C15;
        sum = (sum ^ (sum >> 33)) * 0xFF51AFD7ED558CCD;
        sum = (sum ^ (sum >> 33)) * 0xC4CEB9FE1A85EC53;
        return sum ^ (sum >> 33);
    }

    private void Take(ReadOnlySpan<ulong> hashes)
    {
        _grams += hashes.Length;
        for (var word = 0; word < _planes.Length; word++)
        {
            var planes = _planes[word];
            foreach (var hash in hashes)
            {
                var carry = Mix(hash, word);
                for (var k = 0; carry != 0; k++)
                {
                    (planes[k], carry) = (planes[k] ^ carry, planes[k] & carry);
                }
            }
        }
    }

    private ulong Majority(ulong[] planes)
    {
        var bits = 0UL;
        for (var bit = 0; bit < 64; bit++)
        {
            var count = 0L;
            for (var k = 0; k < planes.Length; k++)
            {
                count |= (long)((planes[k] >> bit) & 1) << k;
            }

            bits |= 2 * count > _grams ? 1UL << bit : 0;
        }

        return bits;
    }
}
