using Ziya.Corpus.Deduplication;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Synthesis.Selection;

/// <summary>
/// Keeps records that are not alike: in the order of a score, a record stays if it is not more similar than a bound to any that stays before it, until there are enough. This is the selection of
/// Deita (Liu et al. 2024, arXiv:2312.15685: complexity times quality, cosine at most 0.9, a budget of 6,000 or 10,000). The order and the comparisons are exact, so the outcome does not
/// depend on shards and workers. Similarity is the Jaccard similarity of n-grams as 128 MinHashes of a byte estimate it (standard deviation 0.045 at 0.5), or the cosine of an embedding model's vectors.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>Map: note (rank by `by`, address, sketch or vector, id): 150 bytes and the id; with a model 2 bytes an element. What comes first among equals is what stands first in the input.</item>
/// <item>greedy: one task goes through them in order, with what stays in memory: by MinHash 130 to 400 bytes a record, with a model 2 bytes an element; at most 512 MB. With a model, and by
/// MinHash below 0.5, every record is compared with all that stay; by MinHash up to 0.67 with one in a thousand or two of them, and above with next to none. Measured over a million instructions: at 0.7, of which 800,767 stayed, 60 s of a processor; at
/// 0.5 not at its end after 515 s, when it was stopped. `count` bounds time and memory alike. `similar`: too much alike to one that stays, which the drop names; `over_count`: there are enough; `no_text`: nothing to compare.</item>
/// <item>Apply: drop what has a finding.</item>
/// </list>
/// </remarks>
[Step("diversify")]
public sealed class Diversify : GlobalStep<Record>
{
    internal const int Hashes = 128;
    internal static readonly Channel Records = new("records", Spread.One);

    private const double MostAlike = 0.5;

    private readonly DiversifyOptions _options;
    private readonly MinHasher _hasher;
    private readonly byte[] _sketch = new byte[Hashes];
    private byte[] _entry = [];

    /// <summary>A step with these options.</summary>
    public Diversify(DiversifyOptions options)
    {
        _options = options;
        _hasher = new MinHasher(options.Ngram, new Permutations(Hashes));
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Reads => _options.By;

    /// <inheritdoc/>
    public override IReadOnlyList<Channel> Maps => [Records];

    /// <inheritdoc/>
    public override IReadOnlyList<Stage> Stages => [new GreedyStage(Findings, _options, () => new KeptSketches(Hashes, _options.MaxSimilarity ?? MostAlike))];

    internal override Step Chosen => _options.Model is null ? this : new DiversifyVectors(_options);

    /// <inheritdoc/>
    public override void Map(Record record, Address at, IEntryWriter entries)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(entries);

        // 1.
        var signature = _hasher.Sign(DiversityTexts.Of(record, _options.Compare));
        var sketch = _sketch.AsSpan(0, signature.IsEmpty ? 0 : Hashes);
        Sketch.Write(signature, sketch);
        var size = DiversityEntry.Write(ref _entry, record, at, sketch, _options);
        entries.Add(Records, 0, _entry.AsSpan(0, size));
    }

    /// <inheritdoc/>
    public override Verdict<Record> Apply(Record record, Address at, ReadOnlySpan<byte> finding) => finding.IsEmpty ? record : DiversityEntry.ToDrop(finding);
}
