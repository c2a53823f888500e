using System.Runtime.InteropServices;
using Ziya.Corpus.Deduplication;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Scoring;
using Ziya.Pipeline.Steps;

namespace Ziya.Synthesis.Selection;

/// <summary><see cref="Diversify"/> with an embedding model.</summary>
internal sealed class DiversifyVectors(DiversifyOptions options) : AsyncGlobalStep<Record, ReadOnlyMemory<float>>
{
    private const double MostAlike = 0.9;

    private byte[] _entry = [];

    /// <inheritdoc/>
    public override int Width => Model<IEmbedder>(options.Model!).Width;

    /// <inheritdoc/>
    public override IEnumerable<string> Reads => options.By;

    /// <inheritdoc/>
    public override IReadOnlyList<Channel> Maps => [Diversify.Records];

    /// <inheritdoc/>
    public override IReadOnlyList<Stage> Stages => [new GreedyStage(Findings, options, () => new KeptVectors(options.MaxSimilarity ?? MostAlike))];

    /// <inheritdoc/>
    public override IEnumerable<ModelUse> Uses(Record record) => [new ModelUse(options.Model!, 1, ModelUse.Tokens(DiversityTexts.Of(record, options.Compare)), 0)];

    /// <inheritdoc/>
    public override async Task<ReadOnlyMemory<float>> Look(Record record, CancellationToken cancel)
    {
        var text = DiversityTexts.Of(record, options.Compare);
        return string.IsNullOrWhiteSpace(text) ? default : (await Model<IEmbedder>(options.Model!).Embed(text, cancel).ConfigureAwait(false)).Vector;
    }

    /// <inheritdoc/>
    public override void Map(Record record, ReadOnlyMemory<float> view, Address at, IEntryWriter entries)
    {
        var size = DiversityEntry.Write(ref _entry, record, at, MemoryMarshal.AsBytes(UnitVector.Of(view.Span).AsSpan()), options);
        entries.Add(Diversify.Records, 0, _entry.AsSpan(0, size));
    }

    /// <inheritdoc/>
    public override Verdict<Record> Apply(Record record, Address at, ReadOnlySpan<byte> finding) => finding.IsEmpty ? record : DiversityEntry.ToDrop(finding);
}
