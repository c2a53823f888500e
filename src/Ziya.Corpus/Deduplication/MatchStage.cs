using System.IO.Hashing;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Deduplication;

/// <summary>First half of step 2 of <see cref="DedupMinHash"/>: pairs the first record of each band with the others.</summary>
internal sealed class MatchStage() : Stage("match", [DedupMinHash.Bands], [DedupMinHash.Pairs])
{
    /// <inheritdoc/>
    public override void Reduce(IEnumerable<Entry> entries, IEntryWriter output)
    {
        Span<byte> hash = stackalloc byte[sizeof(ulong)];
        Span<byte> pair = stackalloc byte[2 * Address.Size];
        var any = false;
        foreach (var entry in entries)
        {
            var at = entry.Span[hash.Length..];
            if (!any || !entry.Span[..hash.Length].SequenceEqual(hash))
            {
                entry.Span[..hash.Length].CopyTo(hash);
                at.CopyTo(pair);
                any = true;
                continue;
            }

            // Those of earlier runs stand last, and were compared with each other then.
            if (EarlierIndex.IsEarlier(pair))
            {
                continue;
            }

            // The same pair comes from every band it agrees in, and has to go to the same place.
            at.CopyTo(pair[Address.Size..]);
            output.Add(DedupMinHash.Pairs, (int)(XxHash3.HashToUInt64(pair) % (ulong)output.Partitions), pair);
        }
    }
}
