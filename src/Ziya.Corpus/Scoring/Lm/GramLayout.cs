namespace Ziya.Corpus.Scoring.Lm;

/// <summary>How ids stand in the keys of n-grams of one order.</summary>
/// <param name="Order">Ids of a key.</param>
/// <param name="Bits">Bits of an id.</param>
internal readonly record struct GramLayout(int Order, int Bits)
{
    /// <summary>Bits of a key.</summary>
    public int KeyBits => Order * Bits;

    private UInt128 Mask => KeyBits == 128 ? UInt128.MaxValue : (UInt128.One << KeyBits) - 1;

    /// <summary>The bits that ids from 0 to one less than <paramref name="size"/> need.</summary>
    public static int BitsFor(int size) => 32 - int.LeadingZeroCount(Math.Max(1, size - 1));

    /// <summary>The key that follows in a text: <paramref name="id"/> at the end, the first token out.</summary>
    public UInt128 Push(UInt128 key, int id) => (key >> Bits) | ((UInt128)(uint)id << (KeyBits - Bits));

    /// <summary>The id of a token, counted from the last, which is 0.</summary>
    public int Id(UInt128 key, int fromLast) => (int)(uint)(key >> (KeyBits - ((fromLast + 1) * Bits))) & ((1 << Bits) - 1);

    /// <summary>The key by which n-grams of the same context stand together, these in the order of their keys as n-grams of one order less.</summary>
    public UInt128 ByContext(UInt128 key) => ((key << Bits) | (key >> (KeyBits - Bits))) & Mask;

    /// <summary>Back from <see cref="ByContext"/>.</summary>
    public UInt128 ByEnd(UInt128 key) => (key >> Bits) | ((key << (KeyBits - Bits)) & Mask);
}
