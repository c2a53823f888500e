using System.Buffers.Binary;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Deduplication;

/// <summary>Options of <c>dedup_simhash</c>.</summary>
public sealed record DedupSimHashOptions
{
    /// <summary>Bits of a fingerprint: 64 (default) or 128.</summary>
    [Range(64, 128)]
    public int Bits { get; init; } = 64;

    /// <summary>Most bits in which two records may differ. Default 3, as Google's crawler has it for 64 bits. 0 to 16.</summary>
    [Range(0, 16)]
    public int Distance { get; init; } = 3;

    /// <summary>
    /// Blocks that fingerprints are cut into, more than `distance`. More make more tables, which cost disk, of smaller cells, which cost fewer comparisons. Default `distance` and 2 more: 10 tables for 3,
    /// 240 bytes a record; for a billion records take one more. 1 to 24, with at most 500 tables.
    /// </summary>
    [Range(1, 24)]
    public int? Blocks { get; init; }

    /// <summary>Units in a row that are compared: words of English, characters of Chinese. Default 4, 1 to 64.</summary>
    [Range(1, 64)]
    public int Ngram { get; init; } = 4;

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
/// Drops all but one of the records that are nearly equal, by SimHash (Charikar 2002): the way of the Ziya2 data (Gan et al. 2023, arXiv:2311.03301, section 2.1), after records of one address and equal texts are gone. No pair whose fingerprints
/// differ in at most `distance` bits is missed. Finds copies with small changes; `dedup_minhash` finds looser ones, and what it finds depends less on the length of the texts.
/// </summary>
/// <remarks>
/// The paper names no bits and no distance; 64 and 3 are those of Manku et al. (WWW 2007). Of two texts whose counts of n-grams have the cosine c, bits·arccos(c)/π bits differ on average: with one word in a hundred
/// replaced and n-grams of 4, 5.8 of 64; in five hundred, 2.6. N-grams are of characters of Chinese, of words of spaced scripts; case, width, punctuation and white space do not count.
/// <list type="number">
/// <item>Map: the fingerprint (<see cref="SimHasher"/>); note (cell, fingerprint, address) for each table (<see cref="BitBlocks"/>), and (address, rank by the rule of `keep`, fingerprint, id) once. A record without a word takes no part.</item>
/// <item>match: of the records in one cell those within the distance are pairs. unique: each pair once.</item>
/// <item>connect: connected components of the pairs by union-find, on the disk where there are many.</item>
/// <item>gather: rank, fingerprint and id of each record in a component.</item>
/// <item>keep: in the order of rank, a record goes if one that stays is within the distance, for the first such; otherwise it stays.</item>
/// <item>Apply: drop what has a finding. The drop names the keeper, and as similarity the share of bits that agree.</item>
/// </list>
/// </remarks>
[Step("dedup_simhash")]
public sealed class DedupSimHash : GlobalStep<Record>
{
    internal static readonly Channel Cells = new("cells", Spread.Partitions);

    private const int MostTables = 500;
    private const int ExtraBlocks = 2;

    private readonly DedupSimHashOptions _options;
    private readonly KeepRule _rule;
    private readonly EarlierIndex _earlier;
    private readonly SimHasher _hasher;
    private readonly Lazy<BitBlocks> _blocks;
    private readonly ulong[] _fingerprint;
    private readonly byte[] _cell;
    private readonly byte[] _entry;

    /// <summary>A step with these options.</summary>
    public DedupSimHash(DedupSimHashOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _rule = new KeepRule(options.Keep, options.By, options.Prefer);
        _earlier = new EarlierIndex(options.Against, "dedup_simhash", Shared, Cells, DedupMinHash.Records);
        _hasher = new SimHasher(options.Ngram, options.Bits);
        _blocks = new Lazy<BitBlocks>(() => new BitBlocks(options.Bits, options.Distance, Blocks));
        _fingerprint = new ulong[options.Bits / 64];
        _cell = new byte[sizeof(ulong) + (options.Bits / 8) + Address.Size];
        _entry = new byte[RecordEntry.HeadSize + (options.Bits / 8) + DuplicateFinding.MostIdBytes];
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Reads => _rule.Reads;

    /// <inheritdoc/>
    public override IReadOnlyList<Channel> Maps => [Cells, DedupMinHash.Records];

    /// <inheritdoc/>
    public override IReadOnlyList<Stage> Stages =>
        [new WithinStage(_options.Bits, _options.Distance), new UniqueStage(), new ConnectStage(), new GatherStage(), new KeepStage(Findings, new BitLikeness(_options.Bits, _options.Distance))];

    private int Blocks => _options.Blocks ?? (_options.Distance + ExtraBlocks);

    /// <inheritdoc/>
    public override IEnumerable<string> Check()
    {
        foreach (var fault in _rule.Check().Concat(_earlier.Faults()))
        {
            yield return fault;
        }

        if (_options.Bits is not (64 or 128))
        {
            yield return $"'bits' is {_options.Bits}; fingerprints have 64 or 128.";
        }

        if (Blocks <= _options.Distance)
        {
            yield return $"'blocks' is {Blocks}, but has to be more than the distance of {_options.Distance}.";
        }
        else if (BitBlocks.CountTables(_options.Distance, Blocks) > MostTables)
        {
            yield return $"a distance of {_options.Distance} with {Blocks} blocks needs {BitBlocks.CountTables(_options.Distance, Blocks):f0} tables, more than {MostTables}; take fewer 'blocks'.";
        }
    }

    /// <inheritdoc/>
    public override string Version() => _earlier.Version();

    /// <inheritdoc/>
    public override void Begin(int shard, int shards, IEntryWriter entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        foreach (var entry in _earlier.Entries(Cells, sizeof(ulong) + (_options.Bits / 8), null, shard, shards))
        {
            entries.Add(Cells, (int)(BinaryPrimitives.ReadUInt64BigEndian(entry.Span) % (ulong)entries.Partitions), entry.Span);
        }

        foreach (var entry in _earlier.Entries(DedupMinHash.Records, 0, RecordEntry.RankAt, shard, shards))
        {
            entries.Add(DedupMinHash.Records, 0, entry.Span);
        }
    }

    /// <inheritdoc/>
    public override void Map(Record record, Address at, IEntryWriter entries)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(entries);

        // 1.
        if (!_hasher.TryHash(record.Content, _fingerprint))
        {
            return;
        }

        var fingerprint = MemoryMarshal.AsBytes(_fingerprint.AsSpan());
        Span<ulong> cell = stackalloc ulong[_fingerprint.Length];
        fingerprint.CopyTo(_cell.AsSpan(sizeof(ulong)));
        at.Write(_cell.AsSpan(sizeof(ulong) + fingerprint.Length));
        for (var table = 0; table < _blocks.Value.Tables; table++)
        {
            _blocks.Value.Cell(_fingerprint, table, cell);
            var hash = XxHash3.HashToUInt64(MemoryMarshal.AsBytes(cell), table);
            BinaryPrimitives.WriteUInt64BigEndian(_cell, hash);
            entries.Add(Cells, (int)(hash % (ulong)entries.Partitions), _cell);
        }

        RecordEntry.Write(_entry, at, _rule.Rank(record));
        fingerprint.CopyTo(_entry.AsSpan(RecordEntry.HeadSize));
        var size = RecordEntry.HeadSize + fingerprint.Length;
        size += DuplicateFinding.WriteId(record.Id, _entry.AsSpan(size));
        entries.Add(DedupMinHash.Records, at.Shard, _entry.AsSpan(0, size));
    }

    /// <inheritdoc/>
    public override Verdict<Record> Apply(Record record, Address at, ReadOnlySpan<byte> finding) =>
        finding.IsEmpty ? record : DuplicateFinding.ToDrop(finding, "near_duplicate", _options.Against);

    private Dictionary<string, string> Shared() => new()
    {
        ["bits"] = _options.Bits.ToString(CultureInfo.InvariantCulture),
        ["distance"] = _options.Distance.ToString(CultureInfo.InvariantCulture),
        ["blocks"] = _options.Blocks?.ToString(CultureInfo.InvariantCulture) ?? "",
        ["ngram"] = _options.Ngram.ToString(CultureInfo.InvariantCulture),
    };
}
