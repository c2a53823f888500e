using Ziya.Pipeline.Steps;

namespace Ziya.Pipeline.Shuffle;

/// <summary>
/// Entries in memory, to be sorted by their bytes: these grow from the front, and keys of 16 bytes from the back.
/// </summary>
/// <param name="mostBytes">Budget. It is asked for whole once a little is not enough: what is not written to takes no memory.</param>
internal sealed unsafe class SortArena(int mostBytes) : IDisposable
{
    private const int FirstBytes = 1 << 16;
    private const int LeastBytes = 2048;

    private PageMemory? _pages;
    private byte* _memory;
    private int _size;
    private int _used;
    private bool _sorted;

    /// <summary>The budget.</summary>
    public int MostBytes { get; } = Math.Max(LeastBytes, mostBytes) / sizeof(Key) * sizeof(Key);

    /// <summary>How many entries there are.</summary>
    public int Count { get; private set; }

    private Span<Key> Keys => new(_memory + _size - ((nint)Count * sizeof(Key)), Count);

    /// <summary>Adds an entry if it fits.</summary>
    public bool TryAdd(ReadOnlySpan<byte> entry)
    {
        var needed = (long)_used + entry.Length + ((Count + 1L) * sizeof(Key));
        if (needed > _size && !TryGrow(needed))
        {
            return false;
        }

        entry.CopyTo(new Span<byte>(_memory + _used, entry.Length));
        Count++;
        Keys[0] = new Key(EntryOrder.Prefix(entry), _used, entry.Length);
        _used += entry.Length;
        _sorted = false;
        return true;
    }

    /// <summary>Sorts what is there.</summary>
    public void Sort()
    {
        if (!_sorted)
        {
            Keys.Sort(Compare);
            _sorted = true;
        }
    }

    /// <summary>The entries, as they are sorted. Two readings do not disturb each other.</summary>
    public IEnumerator<Entry> Read()
    {
        var copy = new byte[64];
        for (var i = 0; i < Count; i++)
        {
            var length = Copy(i, ref copy);
            yield return new Entry(copy.AsMemory(0, length));
        }
    }

    /// <summary>Forgets them all.</summary>
    public void Clear() => (Count, _used) = (0, 0);

    /// <inheritdoc/>
    public void Dispose()
    {
        _pages?.Dispose();
        (_size, Count, _used) = (0, 0, 0);
    }

    private bool TryGrow(long needed)
    {
        if (needed > MostBytes)
        {
            return false;
        }

        var size = needed <= FirstBytes ? Math.Min(FirstBytes, MostBytes) : MostBytes;
        var keys = (nint)Count * sizeof(Key);
        var pages = new PageMemory(size);
        Buffer.MemoryCopy(_memory, pages.Start, size, _used);
        Buffer.MemoryCopy(_memory + _size - keys, pages.Start + size - keys, keys, keys);
        _pages?.Dispose();
        (_pages, _size) = (pages, size);
        _memory = pages.Start;
        return true;
    }

    private int Copy(int at, ref byte[] copy)
    {
        var key = Keys[at];
        if (copy.Length < key.Length)
        {
            copy = new byte[key.Length];
        }

        Bytes(key).CopyTo(copy);
        return key.Length;
    }

    private int Compare(Key a, Key b) => a.Prefix != b.Prefix ? a.Prefix.CompareTo(b.Prefix) : Bytes(a).SequenceCompareTo(Bytes(b));

    private ReadOnlySpan<byte> Bytes(Key key) => new(_memory + key.Offset, key.Length);

    private readonly record struct Key(ulong Prefix, int Offset, int Length);
}
