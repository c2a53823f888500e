using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Bucketing;

/// <summary>Takes the name of each group once, for the file of cuts.</summary>
internal sealed class NameStage() : Stage("names", [Bucket.Names], [Bucket.GroupNames])
{
    /// <inheritdoc/>
    public override void Reduce(IEnumerable<Entry> entries, IEntryWriter output)
    {
        byte[] last = [];
        foreach (var entry in entries)
        {
            if (!entry.Span.SequenceEqual(last))
            {
                last = entry.Span.ToArray();
                output.Add(Bucket.GroupNames, 0, [Bucket.NameTag, .. last]);
            }
        }
    }
}
