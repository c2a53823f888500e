using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Deduplication;

/// <summary>The rule of <see cref="Keep"/> as a number to sort by.</summary>
/// <param name="keep">The rule.</param>
/// <param name="by">The number it looks at, where it looks at one.</param>
internal sealed class KeepRule(Keep keep, string? by)
{
    /// <summary>What the rule reads of a record.</summary>
    public IEnumerable<string> Reads => by is null ? [] : [by];

    /// <summary>What is wrong with the rule.</summary>
    public IEnumerable<string> Check()
    {
        if ((keep is Keep.Highest or Keep.Lowest) != by is not null)
        {
            yield return by is null
                ? "'keep: highest' and 'keep: lowest' need 'by', the number to compare: { keep: lowest, by: perplexity }."
                : "'by' goes with 'keep: highest' and 'keep: lowest' only.";
        }
    }

    /// <summary>The lower, the better.</summary>
    public ulong Rank(Record record)
    {
        switch (keep)
        {
            case Keep.First:
                return 0;
            case Keep.Longest:
                return ulong.MaxValue - (ulong)record.Content.Length;
            default:
                if (!RecordField.TryGetNumber(record, by!, out var value) || double.IsNaN(value))
                {
                    return ulong.MaxValue;
                }

                // Adding zero turns -0 into 0. The sign bit is flipped for positive numbers, all bits for negative ones.
                var bits = BitConverter.DoubleToInt64Bits((keep == Keep.Lowest ? value : -value) + 0.0);
                return (ulong)(bits < 0 ? ~bits : bits ^ long.MinValue);
        }
    }
}
