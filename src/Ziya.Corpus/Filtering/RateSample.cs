using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Filtering;

/// <summary><see cref="Sample"/> by rate: needs no look at the other records, and so no phase of its own.</summary>
internal sealed class RateSample(double rate, Sample declared) : Step<Record, Record>
{
    /// <inheritdoc/>
    public override IEnumerable<string> Check() => declared.Check();

    /// <inheritdoc/>
    public override Verdict<Record> Apply(Record record)
    {
        // The top 53 bits as a number in [0, 1): a rate of 1 keeps everything, one of 0 nothing.
        var uniform = (Sample.Hash(record, Seed) >> 11) * (1.0 / (1UL << 53));
        return uniform < rate ? record : Sample.NotSampled;
    }
}
