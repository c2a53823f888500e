using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Bucketing;

/// <summary>Numbers as bits whose unsigned order is from best to worst, to sort entries by.</summary>
internal static class NumberOrder
{
    /// <summary>The number of that name as such bits; false where the record has none.</summary>
    public static bool TryGetKey(Record record, string name, BucketOrder order, out ulong key)
    {
        key = 0;
        if (!RecordField.TryGetNumber(record, name, out var value) || double.IsNaN(value))
        {
            return false;
        }

        key = Key(value, order);
        return true;
    }

    /// <summary>The bits of a number.</summary>
    public static ulong Key(double value, BucketOrder order)
    {
        // Adding zero turns -0 into 0. The sign bit is flipped for positive numbers, all bits for negative ones.
        var bits = BitConverter.DoubleToInt64Bits(value + 0.0);
        var key = (ulong)(bits < 0 ? ~bits : bits ^ long.MinValue);
        return order == BucketOrder.Ascending ? key : ~key;
    }

    /// <summary>The number that has these bits.</summary>
    public static double Value(ulong key, BucketOrder order)
    {
        var bits = (long)(order == BucketOrder.Ascending ? key : ~key);
        return BitConverter.Int64BitsToDouble(bits < 0 ? bits ^ long.MinValue : ~bits);
    }
}
