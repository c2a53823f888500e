using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Filtering;

/// <summary>First half of step 2 of <see cref="Sample"/>: the lowest entries of each group in one partition.</summary>
internal sealed class LowestStage(SampleOptions options) : Stage("lowest", [Sample.Ranks], [Sample.Lowest])
{
    /// <inheritdoc/>
    public override void Reduce(IEnumerable<Entry> entries, IEntryWriter output)
    {
        var group = new byte[8];
        var taken = 0;
        foreach (var entry in entries)
        {
            if (!entry.Span[..8].SequenceEqual(group))
            {
                entry.Span[..8].CopyTo(group);
                taken = 0;
            }

            if (taken < options.Count)
            {
                taken++;
                output.Add(Sample.Lowest, 0, entry.Span);
            }
        }
    }
}
