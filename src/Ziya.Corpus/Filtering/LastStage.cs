using Ziya.Corpus.Bucketing;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Filtering;

/// <summary>Second half of step 2 of <see cref="Sample"/>: the last entry of each group that is still in the sample.</summary>
internal sealed class LastStage(SampleOptions options) : Stage("last", [Sample.Lowest], [Sample.Last])
{
    /// <inheritdoc/>
    public override void Reduce(IEnumerable<Entry> entries, IEntryWriter output)
    {
        var last = new byte[Sample.EntrySize];
        var groups = 0;
        var taken = 0;
        foreach (var entry in entries)
        {
            if (groups == 0 || !entry.Span[..8].SequenceEqual(last.AsSpan(0, 8)))
            {
                Flush();
                Groups.Limit(++groups, options.Within);
                taken = 0;
            }

            if (taken < options.Count)
            {
                taken++;
                entry.Span.CopyTo(last);
            }
        }

        Flush();

        void Flush()
        {
            if (groups > 0)
            {
                output.Add(Sample.Last, 0, last);
            }
        }
    }
}
