using Ziya.Corpus.Bucketing;
using Ziya.Pipeline.Records;

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
                return NumberOrder.TryGetKey(record, by!, keep == Keep.Lowest ? BucketOrder.Ascending : BucketOrder.Descending, out var key) ? key : ulong.MaxValue;
        }
    }
}
