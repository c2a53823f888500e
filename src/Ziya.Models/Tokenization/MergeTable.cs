using System.Runtime.CompilerServices;

namespace Ziya.Models.Tokenization;

/// <summary>Which pairs of neighbouring symbols merge, into what, and which first: an open-addressed table of 16 bytes a place.</summary>
internal sealed class MergeTable
{
    private readonly Place[] _places;
    private readonly int _shift;

    /// <param name="merges">Left symbol, right symbol, rank (lower merges first), symbol made. A pair given twice keeps its lowest rank.</param>
    public MergeTable(IReadOnlyCollection<(int Left, int Right, int Rank, int Made)> merges)
    {
        // At most half full, so that a miss ends after one or two places.
        var size = Math.Max(16, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)merges.Count * 2));
        _places = new Place[size];
        _shift = 64 - System.Numerics.BitOperations.Log2((uint)size);
        foreach (var (left, right, rank, made) in merges)
        {
            var key = Key(left, right);
            var at = Start(key);
            while (_places[at].Key != 0 && _places[at].Key != key)
            {
                at = (at + 1) & (size - 1);
            }

            if (_places[at].Key == 0 || rank < _places[at].Rank)
            {
                _places[at] = new Place(key, rank, made);
            }
        }
    }

    /// <summary>All merges in their order.</summary>
    public IEnumerable<(int Left, int Right)> InOrder() =>
        _places.Where(place => place.Key != 0).OrderBy(place => place.Rank).Select(place => ((int)(place.Key >> 32) - 1, (int)(uint)place.Key - 1));

    /// <summary>The rank of a pair; <see cref="int.MaxValue"/> if it does not merge.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(int left, int right, out int made)
    {
        var key = Key(left, right);
        var places = _places;
        for (var at = Start(key); ; at = (at + 1) & (places.Length - 1))
        {
            ref readonly var place = ref places[at];
            if (place.Key == key)
            {
                made = place.Made;
                return place.Rank;
            }

            if (place.Key == 0)
            {
                made = -1;
                return int.MaxValue;
            }
        }
    }

    // Symbols count from 0, keys from 1, so that 0 can mean an empty place.
    private static ulong Key(int left, int right) => ((ulong)(uint)(left + 1) << 32) | (uint)(right + 1);

    private int Start(ulong key) => (int)((key * 0x9E37_79B9_7F4A_7C15) >> _shift);

    private readonly record struct Place(ulong Key, int Rank, int Made);
}
