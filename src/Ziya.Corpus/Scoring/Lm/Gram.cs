using System.Runtime.InteropServices;

namespace Ziya.Corpus.Scoring.Lm;

/// <summary>An n-gram and a number or two about it.</summary>
/// <param name="High">Upper half of the key: the ids, a few bits each, the last token's first, so that the order of keys brings together what ends alike.</param>
/// <param name="Low">Lower half of the key.</param>
/// <param name="Value">The numbers.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct Gram(ulong High, ulong Low, ulong Value)
{
    public Gram(UInt128 key, ulong value)
        : this((ulong)(key >> 64), (ulong)key, value)
    {
    }

    public Gram(UInt128 key, float probability, float weight)
        : this(key, ((ulong)BitConverter.SingleToUInt32Bits(probability) << 32) | BitConverter.SingleToUInt32Bits(weight))
    {
    }

    /// <summary>The key.</summary>
    public UInt128 Key => new(High, Low);

    /// <summary>The first number, where the value is two.</summary>
    public float Probability => BitConverter.UInt32BitsToSingle((uint)(Value >> 32));

    /// <summary>The second number.</summary>
    public float Weight => BitConverter.UInt32BitsToSingle((uint)Value);

    /// <summary>Whether it comes before another.</summary>
    public bool IsBelow(in Gram other) => High < other.High || (High == other.High && Low < other.Low);

    /// <summary>Whether the keys are equal.</summary>
    public bool IsSame(in Gram other) => High == other.High && Low == other.Low;
}
