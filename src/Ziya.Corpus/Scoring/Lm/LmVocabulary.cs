using System.IO.Hashing;
using System.Text;

namespace Ziya.Corpus.Scoring.Lm;

/// <summary>Tokens of a language model by number: 0 is what is unknown, 1 the beginning of a line, 2 its end. Tokens are told apart by 64 bits of hash.</summary>
internal sealed class LmVocabulary
{
    public const int Unknown = 0;
    public const int Begin = 1;
    public const int End = 2;

    // Characters of the two planes that texts are written in are found without a hash.
    private const int Direct = 0x30000;

    private readonly List<(int Start, int Length)> _names = [];
    private byte[] _bytes = new byte[1 << 16];
    private int _used;
    private (ulong Hash, int Id)[] _slots = new (ulong, int)[1 << 12];
    private int[] _runes = [];

    public LmVocabulary()
    {
        Add("<unk>"u8);
        Add("<s>"u8);
        Add("</s>"u8);
    }

    /// <summary>How many there are.</summary>
    public int Count => _names.Count;

    /// <summary>The name of a token, in UTF-8.</summary>
    public ReadOnlySpan<byte> this[int id] => _bytes.AsSpan(_names[id].Start, _names[id].Length);

    /// <summary>The number of a token; <see cref="Unknown"/> where there is none of that name.</summary>
    public int Find(ReadOnlySpan<byte> name) => Slot(_slots, Hash(name)).Id;

    /// <summary>The number of a token, which is added where it is new.</summary>
    public int FindOrAdd(ReadOnlySpan<byte> name) => Slot(_slots, Hash(name)) is { Hash: not 0 } slot ? slot.Id : Add(name);

    /// <summary>The number of the token that is this character.</summary>
    public int Find(Rune rune)
    {
        if (_runes.Length == 0)
        {
            _runes = new int[Direct];
        }

        if (rune.Value >= Direct)
        {
            return FindInUtf8(rune);
        }

        // One less is kept, so that 0 is what was not looked for yet.
        ref var known = ref _runes[rune.Value];
        return known != 0 ? known - 1 : (known = FindInUtf8(rune) + 1) - 1;
    }

    /// <summary>The number of the token that is this character, which is added where it is new.</summary>
    public int FindOrAdd(Rune rune)
    {
        var id = Find(rune);
        if (id != Unknown)
        {
            return id;
        }

        Span<byte> bytes = stackalloc byte[4];
        id = FindOrAdd(bytes[..rune.EncodeToUtf8(bytes)]);
        if (rune.Value < Direct)
        {
            _runes[rune.Value] = id + 1;
        }

        return id;
    }

    /// <summary>Adds a token, whose name must be new.</summary>
    public int Add(ReadOnlySpan<byte> name)
    {
        if (_bytes.Length - _used < name.Length)
        {
            Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, _used + name.Length));
        }

        name.CopyTo(_bytes.AsSpan(_used));
        _names.Add((_used, name.Length));
        _used += name.Length;
        if (_names.Count > _slots.Length / 2)
        {
            Grow();
        }

        Slot(_slots, Hash(name)) = (Hash(name), _names.Count - 1);
        return _names.Count - 1;
    }

    private int FindInUtf8(Rune rune)
    {
        Span<byte> bytes = stackalloc byte[4];
        return Find(bytes[..rune.EncodeToUtf8(bytes)]);
    }

    private void Grow()
    {
        var slots = new (ulong Hash, int Id)[2 * _slots.Length];
        foreach (var slot in _slots)
        {
            if (slot.Hash != 0)
            {
                Slot(slots, slot.Hash) = slot;
            }
        }

        _slots = slots;
    }

    /// <summary>Of short names, as most are, one that no two of them share, and that takes no call; of others XXH3. Never 0.</summary>
    private static ulong Hash(ReadOnlySpan<byte> name)
    {
        if (name.Length >= sizeof(ulong))
        {
            return Math.Max(1, XxHash3.HashToUInt64(name));
        }

        var key = (ulong)(name.Length + 1) << 56;
        for (var i = 0; i < name.Length; i++)
        {
            key |= (ulong)name[i] << (8 * i);
        }

        key *= 0x9E3779B97F4A7C15;
        return key ^ (key >> 32);
    }

    private static ref (ulong Hash, int Id) Slot((ulong Hash, int Id)[] slots, ulong hash)
    {
        for (var at = (int)hash & (slots.Length - 1); ; at = (at + 1) & (slots.Length - 1))
        {
            ref var slot = ref slots[at];
            if (slot.Hash == hash || slot.Hash == 0)
            {
                return ref slot;
            }
        }
    }
}
