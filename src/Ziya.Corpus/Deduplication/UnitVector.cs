using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Ziya.Corpus.Deduplication;

/// <summary>
/// Vectors of length 1 in 16 bits an element: half the memory, cosines right to 1e-4, and whole numbers, whose sums do not depend on their order. The sum of
/// products cannot exceed 2^31, by Cauchy and Schwarz.
/// </summary>
internal static class UnitVector
{
    private const int One = short.MaxValue;

    /// <summary>The elements of a vector, brought to length 1; null where it has no direction.</summary>
    public static short[]? Of(ReadOnlySpan<float> vector)
    {
        var squares = 0.0;
        foreach (var value in vector)
        {
            squares += (double)value * value;
        }

        if (!(squares > 0 && double.IsFinite(squares)))
        {
            return null;
        }

        var scale = One / Math.Sqrt(squares);
        var elements = new short[vector.Length];
        for (var i = 0; i < elements.Length; i++)
        {
            elements[i] = (short)Math.Round(vector[i] * scale);
        }

        return elements;
    }

    /// <summary>The cosine of two vectors.</summary>
    public static double Cosine(ReadOnlySpan<short> a, ReadOnlySpan<short> b) => Math.Clamp(Product(a, b) / ((double)One * One), -1, 1);

    /// <summary>The sum of products.</summary>
    public static int Product(ReadOnlySpan<short> a, ReadOnlySpan<short> b)
    {
        var left = MemoryMarshal.Cast<short, Vector256<short>>(a);
        var right = MemoryMarshal.Cast<short, Vector256<short>>(b);
        var sums = Vector256<int>.Zero;
        for (var i = 0; i < left.Length; i++)
        {
            sums += (Vector256.WidenLower(left[i]) * Vector256.WidenLower(right[i])) + (Vector256.WidenUpper(left[i]) * Vector256.WidenUpper(right[i]));
        }

        var sum = Vector256.Sum(sums);
        for (var i = left.Length * Vector256<short>.Count; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }
}
