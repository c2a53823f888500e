using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Ziya.Models.Tokenization;

/// <summary>
/// The ids of segments met before, so that a word is merged once and then looked up. Bounded: emptied when full. Used by one thread.
/// What it holds changes the speed, never the result.
/// </summary>
internal sealed class SegmentCache
{
    /// <summary>Longest segment kept, in UTF-16 code units.</summary>
    public const int Longest = 64;

    // 64 Ki places of 24 bytes with texts and ids beside them, 4 MB a thread at most: more than the words of most texts.
    private const int Places = 1 << 16;
    private const int MostEntries = Places / 2;
    private const int MostCharacters = 1 << 19;
    private const int MostIds = 1 << 18;

    private readonly Place[] _places = new Place[Places];
    private readonly char[] _characters = new char[MostCharacters];
    private readonly int[] _ids = new int[MostIds];
    private int _entries;
    private int _usedCharacters;
    private int _usedIds;

    /// <summary>The hash that <see cref="Find"/> and <see cref="Add"/> take.</summary>
    public static ulong Hash(ReadOnlySpan<char> segment) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(segment)) | 1;

    /// <summary>The ids of a segment; false if it is not held.</summary>
    public bool Find(ReadOnlySpan<char> segment, ulong hash, out ReadOnlySpan<int> ids)
    {
        for (var at = (int)(hash >> 48); ; at = (at + 1) & (Places - 1))
        {
            ref readonly var place = ref _places[at];
            if (place.Hash == hash && segment.SequenceEqual(_characters.AsSpan(place.Start, place.Length)))
            {
                ids = _ids.AsSpan(place.FirstId, place.Ids);
                return true;
            }

            if (place.Hash == 0)
            {
                ids = default;
                return false;
            }
        }
    }

    /// <summary>Keeps the ids of a segment that is not held.</summary>
    public void Add(ReadOnlySpan<char> segment, ulong hash, ReadOnlySpan<int> ids)
    {
        if (_entries == MostEntries || _usedCharacters + segment.Length > MostCharacters || _usedIds + ids.Length > MostIds)
        {
            Array.Clear(_places);
            _entries = _usedCharacters = _usedIds = 0;
        }

        var at = (int)(hash >> 48);
        while (_places[at].Hash != 0)
        {
            at = (at + 1) & (Places - 1);
        }

        segment.CopyTo(_characters.AsSpan(_usedCharacters));
        ids.CopyTo(_ids.AsSpan(_usedIds));
        _places[at] = new Place(hash, _usedCharacters, _usedIds, (ushort)segment.Length, (ushort)ids.Length);
        _entries++;
        _usedCharacters += segment.Length;
        _usedIds += ids.Length;
    }

    private readonly record struct Place(ulong Hash, int Start, int FirstId, ushort Length, ushort Ids);
}
