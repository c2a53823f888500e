using System.Buffers.Binary;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Bucketing;

/// <summary>Step 2 of <see cref="Bucket"/>: goes through the sorted values twice, to count each group and to take its cuts. Memory: a number a group.</summary>
internal sealed class CutStage(BucketOptions options) : Stage("cuts", [Bucket.Values], [Bucket.Cuts])
{
    // Tag, group, records, then a key a bucket.
    private const int GroupAt = 1, CountAt = 9, KeysAt = 17;

    /// <inheritdoc/>
    public override void Reduce(IEnumerable<Entry> entries, IEntryWriter output)
    {
        var counts = Groups.Count(entries, options.Within);
        var cuts = new byte[KeysAt + 8 * options.Limits.Count];
        cuts[0] = Bucket.CutTag;
        var group = -1;
        var rank = 0L;
        var ranks = Array.Empty<long>();
        foreach (var entry in entries)
        {
            // The counts are in the order of the groups, so their number is all that is needed.
            if (group < 0 || rank == counts[group])
            {
                group++;
                rank = 0;
                ranks = [.. options.Limits.Values.Select(percentile => Rank(percentile, counts[group]))];
                entry.Span[..8].CopyTo(cuts.AsSpan(GroupAt));
                BinaryPrimitives.WriteInt64BigEndian(cuts.AsSpan(CountAt), counts[group]);
            }

            rank++;
            for (var i = 0; i < ranks.Length; i++)
            {
                if (ranks[i] == rank)
                {
                    entry.Span[8..16].CopyTo(cuts.AsSpan(KeysAt + 8 * i));
                }
            }

            if (rank == counts[group])
            {
                output.Add(Bucket.Cuts, 0, cuts);
            }
        }
    }

    /// <summary>Nearest rank, from 1. In decimal, because 33.3 % of 1000 is the 333rd and not the 334th.</summary>
    internal static long Rank(double percentile, long count) => (long)Math.Max(1, Math.Ceiling((decimal)percentile * count / 100));
}
