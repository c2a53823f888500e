using System.IO.Hashing;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Deduplication;

/// <summary>Step 4 of <see cref="DedupMinHash"/>: (component, rank, address, sketch, id) of each record in a component.</summary>
internal sealed class GatherStage() : Stage("gather", [DedupMinHash.Members, DedupMinHash.Records], [DedupMinHash.Clusters])
{
    /// <inheritdoc/>
    public override void Reduce(IEnumerable<Entry> entries, IEntryWriter output)
    {
        var member = new byte[RecordEntry.MemberSize];
        var found = Array.Empty<byte>();
        var any = false;
        foreach (var entry in entries)
        {
            if (RecordEntry.IsMember(entry.Span))
            {
                entry.Span.CopyTo(member);
                any = true;
            }
            else if (any && entry.Span[..Address.Size].SequenceEqual(member.AsSpan(0, Address.Size)))
            {
                var size = KeepStage.HeadSize + entry.Span.Length - RecordEntry.HeadSize;
                found = found.Length < size ? new byte[size] : found;
                var component = member.AsSpan(RecordEntry.RankAt);
                component.CopyTo(found);
                entry.Span[RecordEntry.RankAt..RecordEntry.HeadSize].CopyTo(found.AsSpan(KeepStage.RankAt));
                entry.Span[..Address.Size].CopyTo(found.AsSpan(KeepStage.RecordAt));
                entry.Span[RecordEntry.HeadSize..].CopyTo(found.AsSpan(KeepStage.HeadSize));
                output.Add(DedupMinHash.Clusters, (int)(XxHash3.HashToUInt64(component) % (ulong)output.Partitions), found.AsSpan(0, size));
            }
        }
    }
}
