using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Deduplication;

/// <summary>
/// Second half of step 2 of <see cref="DedupMinHash"/>: each pair once. The second record of a pair is also written paired with itself, so that the
/// first halves, in order, are all the records there are.
/// </summary>
internal sealed class UniqueStage() : Stage("unique", [DedupMinHash.Pairs], [DedupMinHash.Edges])
{
    /// <inheritdoc/>
    public override void Reduce(IEnumerable<Entry> entries, IEntryWriter output)
    {
        Span<byte> pair = stackalloc byte[2 * Address.Size];
        Span<byte> self = stackalloc byte[2 * Address.Size];
        var any = false;
        foreach (var entry in entries)
        {
            if (any && entry.Span.SequenceEqual(pair))
            {
                continue;
            }

            any = true;
            entry.Span.CopyTo(pair);
            pair[Address.Size..].CopyTo(self);
            pair[Address.Size..].CopyTo(self[Address.Size..]);
            output.Add(DedupMinHash.Edges, 0, pair);
            output.Add(DedupMinHash.Edges, 0, self);
        }
    }
}
