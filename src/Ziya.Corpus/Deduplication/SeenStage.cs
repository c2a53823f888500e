using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Deduplication;

/// <summary>Step 2 of <see cref="DedupLines"/>: of equal spans the first stays; the others are told to the record that has it. Memory: one entry.</summary>
internal sealed class SeenStage() : Stage("seen", [DedupLines.Spans], [DedupLines.Seen])
{
    /// <inheritdoc/>
    public override void Reduce(IEnumerable<Entry> entries, IEntryWriter output)
    {
        var first = new byte[DedupLines.SpanSize];
        var seen = new byte[DedupLines.SeenSize];
        var any = false;
        foreach (var entry in entries)
        {
            if (!any || !entry.Span[..sizeof(ulong)].SequenceEqual(first.AsSpan(0, sizeof(ulong))))
            {
                entry.Span.CopyTo(first);
                any = true;
                continue;
            }

            // (address of the keeper, 1, address and span of the other, span of the keeper)
            first.AsSpan(sizeof(ulong), Address.Size).CopyTo(seen);
            seen[Address.Size] = 1;
            entry.Span[sizeof(ulong)..].CopyTo(seen.AsSpan(Address.Size + 1));
            first.AsSpan(sizeof(ulong) + Address.Size).CopyTo(seen.AsSpan(DedupLines.SeenSize - sizeof(int)));
            output.Add(DedupLines.Seen, Address.Read(seen).Shard, seen);
        }
    }
}
