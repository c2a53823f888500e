using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Ziya.Corpus.Deduplication;

/// <summary>
/// Hashes pieces of texts by what CCNet compares of them (<c>normalize_for_dedup</c>: lower case, digits as 0, no punctuation), and white space and width do not count either.
/// Of what has no letter or digit there is no hash.
/// </summary>
internal sealed class SpanFold
{
    // What each character of the Basic Multilingual Plane becomes; '\0' goes.
    private static readonly Lazy<char[]> Table = new(Make);

    private readonly char[] _map = Table.Value;
    private char[] _letters = new char[4096];

    /// <summary>XXH3 of 64 bits of the letters, and how many they are; false where there are none.</summary>
    public bool TryHash(ReadOnlySpan<char> piece, out ulong hash, out int letters)
    {
        letters = Fold(piece);
        hash = letters == 0 ? 0 : XxHash3.HashToUInt64(MemoryMarshal.AsBytes(_letters.AsSpan(0, letters)));
        return letters > 0;
    }

    /// <summary>The letters that are compared. Valid until the next piece.</summary>
    internal ReadOnlySpan<char> Letters(ReadOnlySpan<char> piece) => _letters.AsSpan(0, Fold(piece));

    private int Fold(ReadOnlySpan<char> piece)
    {
        if (_letters.Length < piece.Length)
        {
            _letters = new char[Math.Max(piece.Length, 2 * _letters.Length)];
        }

        // Without a branch on the character: 0.7 ns each.
        ref var map = ref MemoryMarshal.GetArrayDataReference(_map);
        var letters = _letters.AsSpan(0, piece.Length);
        var used = 0;
        foreach (var c in piece)
        {
            var to = System.Runtime.CompilerServices.Unsafe.Add(ref map, c);
            letters[used] = to;
            used += to != '\0' ? 1 : 0;
        }

        return used;
    }

    private static char[] Make()
    {
        var fold = FoldTable.For(true, true);
        var map = new char[1 << 16];
        for (var i = 0; i < map.Length; i++)
        {
            var to = fold.Map[i] < FoldTable.Context ? fold.Map[i] : (char)i;
            map[i] = !TextUnits.IsLetter((char)i) ? '\0' : char.IsDigit(to) ? '0' : to;
        }

        return map;
    }
}
