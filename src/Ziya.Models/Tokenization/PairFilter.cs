using System.Runtime.CompilerServices;

namespace Ziya.Models.Tokenization;

/// <summary>
/// Which two UTF-16 code units stand side by side in some token. Where they do not, no merge ever crosses, so a text can be cut
/// there and its segments encoded one by one with the same result. May say yes wrongly, which only makes a segment longer.
/// </summary>
internal sealed class PairFilter
{
    private const int Bits = 20;

    private readonly ulong[] _bits = new ulong[(1 << Bits) / 64];

    /// <summary>Notes all neighbours in a token.</summary>
    public void Add(ReadOnlySpan<char> token)
    {
        for (var i = 1; i < token.Length; i++)
        {
            var at = Index(token[i - 1], token[i]);
            _bits[at >> 6] |= 1UL << (int)at;
        }
    }

    /// <summary>Whether a token may hold the two side by side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Joins(char left, char right)
    {
        var at = Index(left, right);
        return (_bits[at >> 6] & (1UL << (int)at)) != 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Index(char left, char right) => ((((uint)left << 16) | right) * 0x9E37_79B1u) >> (32 - Bits);
}
