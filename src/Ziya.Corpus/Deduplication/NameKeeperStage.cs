using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Deduplication;

/// <summary>Step 3 of <see cref="DedupLines"/>: what is seen before is told to its own record, with the id of the keeper.</summary>
internal sealed class NameKeeperStage() : Stage("name", [DedupLines.Seen, DedupLines.Ids], [DedupLines.Named])
{
    /// <inheritdoc/>
    public override void Reduce(IEnumerable<Entry> entries, IEntryWriter output)
    {
        const int RestSize = Address.Size + sizeof(int) + sizeof(int);
        var named = new byte[RestSize + Address.Size + DuplicateFinding.MostIdBytes];
        var idLength = 0;
        foreach (var entry in entries)
        {
            // The id of a record comes right before what goes for it.
            if (entry.Span[Address.Size] == 0)
            {
                var id = entry.Span[(Address.Size + 1)..];
                entry.Span[..Address.Size].CopyTo(named.AsSpan(RestSize));
                id.CopyTo(named.AsSpan(RestSize + Address.Size));
                idLength = id.Length;
                continue;
            }

            entry.Span[(Address.Size + 1)..].CopyTo(named);

            // Not by shard: every task of this stage would write for, and be read by, every one of the next.
            output.Add(DedupLines.Named, Address.Read(named).Shard % output.Partitions, named.AsSpan(0, RestSize + Address.Size + idLength));
        }
    }
}
