using System.Buffers.Binary;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Deduplication;

/// <summary>Options of <c>dedup_minhash</c>.</summary>
public sealed record DedupMinHashOptions
{
    /// <summary>Bands: chances that two records have to meet. More find less similar ones. With `rows` at most 1024 hashes. Default 14, 1 to 256.</summary>
    [Range(1, 256)]
    public int Bands { get; init; } = 14;

    /// <summary>Hashes that have to agree in a band. More ask for more similar ones. Default 8, 1 to 64.</summary>
    [Range(1, 64)]
    public int Rows { get; init; } = 8;

    /// <summary>Units in a row that are compared: words of English, characters of Chinese. Default 5, 1 to 64.</summary>
    [Range(1, 64)]
    public int Ngram { get; init; } = 5;

    /// <summary>Estimated Jaccard similarity to the record that stays, below which a record is not dropped for it. 0 drops whatever hangs together. Default 0.5, 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public double MinSimilarity { get; init; } = 0.5;

    /// <summary>Which record of a cluster stays. Default longest.</summary>
    public Keep Keep { get; init; } = Keep.Longest;

    /// <summary>The field that `keep` compares: for `highest` and `lowest` a score, `length`, `scores.NAME` or `meta.NAME`; for `earliest` and `latest` a date such as `meta.date`; for `preferred` a text, by default `source`.</summary>
    public string? By { get; init; }

    /// <summary>For `keep: preferred`: the sources, or values of the text named by `by`, from best to worst. `*` stands for anything.</summary>
    public IReadOnlyList<string>? Prefer { get; init; }

    /// <summary>
    /// Folder of an earlier run whose step of this name compared the same way: its records stay, and what equals one of them goes, whatever `keep` says. What that run was itself compared with counts too. Default none.
    /// </summary>
    public string? Against { get; init; }
}

/// <summary>
/// Drops all but one of the records that are nearly equal, by MinHash (Broder 1997) with banding (Leskovec, Rajaraman and Ullman,
/// "Mining of Massive Datasets", section 3.4). Two records of Jaccard similarity s over their n-grams are found with the probability 1-(1-s^rows)^bands. The
/// defaults are those of FineWeb (Penedo et al. 2024, arXiv:2406.17557): 0.05 at 0.5, 0.21 at 0.6, 0.57 at 0.7, 0.77 at 0.75, 0.92 at 0.8, 0.99 at 0.85. Of Chinese texts n-grams
/// are of characters, of spaced scripts of words, of mixed ones of both; case, width, punctuation and white space do not count.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>Map: sign the text (<see cref="MinHasher"/>); note (hash of the band, address) for each band, and (address, rank by the rule of `keep`, sketch, id) once. About 300 bytes by default.</item>
/// <item>match: records with an equal band are pairs, each with the first of them. unique: each pair once.</item>
/// <item>connect: connected components of the pairs by union-find, on the disk where there are many.</item>
/// <item>gather: rank, sketch and id of each record in a component.</item>
/// <item>keep: in the order of rank, a record goes if a record that stays is similar enough by their sketches, for the first such; otherwise it stays. Without this check
/// a chain of pairs would drop records that share nothing with the one that stays, and large corpora have components of millions.</item>
/// <item>Apply: drop what has a finding. The drop names the keeper.</item>
/// </list>
/// </remarks>
[Step("dedup_minhash")]
public sealed class DedupMinHash : GlobalStep<Record>
{
    internal const int BandSize = sizeof(ulong) + Address.Size;
    internal static readonly Channel Bands = new("bands", Spread.Partitions);
    internal static readonly Channel Records = new("records", Spread.ByShard);
    internal static readonly Channel Pairs = new("pairs", Spread.Partitions);
    internal static readonly Channel Edges = new("edges", Spread.One);
    internal static readonly Channel Members = new("members", Spread.ByShard);
    internal static readonly Channel Clusters = new("clusters", Spread.Partitions);

    private const int MostHashes = 1024;

    private readonly DedupMinHashOptions _options;
    private readonly KeepRule _rule;
    private readonly EarlierIndex _earlier;
    private readonly MinHasher _hasher;
    private readonly byte[] _entry;

    /// <summary>A step with these options.</summary>
    public DedupMinHash(DedupMinHashOptions options)
    {
        _options = options;
        _rule = new KeepRule(options.Keep, options.By, options.Prefer);
        _earlier = new EarlierIndex(options.Against, "dedup_minhash", Shared, Bands, Records);
        _hasher = new MinHasher(options.Ngram, new Permutations(options.Bands * options.Rows));
        _entry = new byte[RecordEntry.HeadSize + (options.Bands * options.Rows) + DuplicateFinding.MostIdBytes];
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Reads => _rule.Reads;

    /// <inheritdoc/>
    public override IReadOnlyList<Channel> Maps => [Bands, Records];

    /// <inheritdoc/>
    public override IReadOnlyList<Stage> Stages =>
        [new MatchStage(), new UniqueStage(), new ConnectStage(), new GatherStage(), new KeepStage(Findings, new SketchLikeness(_options.Bands * _options.Rows, _options.MinSimilarity))];

    /// <inheritdoc/>
    public override IEnumerable<string> Check()
    {
        foreach (var fault in _rule.Check().Concat(_earlier.Faults()))
        {
            yield return fault;
        }

        if (_options.Bands * _options.Rows > MostHashes)
        {
            yield return $"'bands' times 'rows' is {_options.Bands * _options.Rows}, more than {MostHashes} hashes.";
        }
    }

    /// <inheritdoc/>
    public override string Version() => _earlier.Version();

    /// <inheritdoc/>
    public override void Begin(int shard, int shards, IEntryWriter entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        foreach (var entry in _earlier.Entries(Bands, sizeof(ulong), null, shard, shards))
        {
            entries.Add(Bands, (int)(BinaryPrimitives.ReadUInt64BigEndian(entry.Span) % (ulong)entries.Partitions), entry.Span);
        }

        foreach (var entry in _earlier.Entries(Records, 0, RecordEntry.RankAt, shard, shards))
        {
            entries.Add(Records, 0, entry.Span);
        }
    }

    /// <inheritdoc/>
    public override void Map(Record record, Address at, IEntryWriter entries)
    {
        // 1. A record without a word takes no part.
        var signature = _hasher.Sign(record.Content);
        if (signature.IsEmpty)
        {
            return;
        }

        Span<byte> band = stackalloc byte[BandSize];
        at.Write(band[sizeof(ulong)..]);
        for (var i = 0; i < _options.Bands; i++)
        {
            // The number of the band is the seed. With 64 bits, among a billion records a third of a pair share a band by chance; their sketches part them.
            var hash = XxHash3.HashToUInt64(MemoryMarshal.AsBytes(signature.Slice(i * _options.Rows, _options.Rows)), i);
            BinaryPrimitives.WriteUInt64BigEndian(band, hash);
            entries.Add(Bands, (int)(hash % (ulong)entries.Partitions), band);
        }

        RecordEntry.Write(_entry, at, _rule.Rank(record));
        Sketch.Write(signature, _entry.AsSpan(RecordEntry.HeadSize));
        var size = RecordEntry.HeadSize + signature.Length;
        size += DuplicateFinding.WriteId(record.Id, _entry.AsSpan(size));
        entries.Add(Records, at.Shard, _entry.AsSpan(0, size));
    }

    /// <inheritdoc/>
    public override Verdict<Record> Apply(Record record, Address at, ReadOnlySpan<byte> finding) =>
        finding.IsEmpty ? record : DuplicateFinding.ToDrop(finding, "near_duplicate", _options.Against);

    private Dictionary<string, string> Shared() => new()
    {
        ["bands"] = _options.Bands.ToString(CultureInfo.InvariantCulture),
        ["rows"] = _options.Rows.ToString(CultureInfo.InvariantCulture),
        ["ngram"] = _options.Ngram.ToString(CultureInfo.InvariantCulture),
    };
}
