using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Ziya.Corpus.Scoring.Lm;

/// <summary>
/// N-grams of two tokens and more by 64 bits of hash, in an open table: KenLM's probing hash table (Heafield 2011, "KenLM: Faster and Smaller Language Model Queries"), one for all orders.
/// The hash goes from the last token back, so that each longer context goes on from the hash of the shorter one. Four slots share a cache line.
/// </summary>
internal readonly unsafe struct LmTable(byte* start, long slots)
{
    public const int SlotBytes = 16;

    /// <summary>Weight of a token or n-gram that begins no longer one, told apart by its sign from one of 0.</summary>
    public const float Leaf = -0f;

    private readonly Slot* _slots = (Slot*)start;
    private readonly ulong _count = (ulong)slots;

    /// <summary>Slots for that many n-grams: two of three are used, as longer searches cost more than memory does.</summary>
    public static long SlotsFor(long grams) => (grams * 3 / 2) + 16;

    /// <summary>The hash that the last token alone begins with.</summary>
    public static ulong Begin(int last) => (ulong)(uint)last;

    /// <summary>The hash with one more token in front.</summary>
    public static ulong Extend(ulong hash, int token) => (hash * 0x9E3779B97F4A7C15) ^ ((1 + (ulong)(uint)token) * 0xC2B2AE3D27D4EB4F);

    /// <summary>Where the search for a hash begins, which is fetched into the caches.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Slot* Prefetch(ulong hash)
    {
        var at = _slots + Math.BigMul(hash, _count, out _);
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(at);
        }

        return at;
    }

    /// <summary>The n-gram of that hash; null where there is none.</summary>
    public Slot* Find(ulong hash) => Find(hash, _slots + Math.BigMul(hash, _count, out _));

    /// <summary>As above, from where the search begins.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Slot* Find(ulong hash, Slot* at)
    {
        // Most are in the first place, or there is none.
        at = at->Hash == hash || at->Hash == 0 ? at : Place(hash, at);
        return at->Hash == hash ? at : null;
    }

    /// <summary>The slot of that hash, which is made where there is none.</summary>
    public Slot* FindOrMake(ulong hash)
    {
        var at = Place(hash, _slots + Math.BigMul(hash, _count, out _));
        at->Hash = hash;
        return at;
    }

    private Slot* Place(ulong hash, Slot* at)
    {
        while (at->Hash != hash && at->Hash != 0)
        {
            at = ++at == _slots + _count ? _slots : at;
        }

        return at;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Slot
    {
        public ulong Hash;
        public float Probability;
        public float Backoff;
    }
}
