using System.Buffers.Binary;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text;
using Ziya.Corpus.Deduplication;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Benchmarks;

/// <summary>Options of <c>synthetic_signatures</c>.</summary>
public sealed record SyntheticSignaturesOptions
{
    /// <summary>Each so-many-th record is a copy of an earlier one. Default 10, 2 or more.</summary>
    [Range(2, int.MaxValue)]
    public int CopyEvery { get; init; } = 10;
}

/// <summary>
/// All of <c>dedup_minhash</c> but its signatures, which are made up from the record's number: each tenth record, or as the option says, is a copy of an earlier one, with seven of ten bands and nine of ten hashes the same. The stages are the step's own.
/// </summary>
[Step("synthetic_signatures")]
public sealed class SyntheticSignatures : GlobalStep<Record>
{
    private const int Bands = 14;
    private const int Hashes = 112;
    private const double Least = 0.5;

    private readonly ulong _copyEvery;
    private readonly byte[] _entry = new byte[RecordEntry.HeadSize + Hashes + DuplicateFinding.MostIdBytes];

    /// <summary>A step with these options.</summary>
    public SyntheticSignatures(SyntheticSignaturesOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _copyEvery = (ulong)options.CopyEvery;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Channel> Maps => [DedupMinHash.Bands, DedupMinHash.Records];

    /// <inheritdoc/>
    public override IReadOnlyList<Stage> Stages => [new MatchStage(), new UniqueStage(), new ConnectStage(), new GatherStage(), new KeepStage(Findings, new SketchLikeness(Hashes, Least))];

    /// <inheritdoc/>
    public override void Map(Record record, Address at, IEntryWriter entries)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(entries);
        var number = ulong.Parse(record.Id, CultureInfo.InvariantCulture);
        var isCopy = number % _copyEvery == _copyEvery - 1;

        // Of the numbers before it one that is no copy.
        var identity = isCopy ? Mix(number, 0) % number / _copyEvery * _copyEvery : number;
        Span<byte> band = stackalloc byte[DedupMinHash.BandSize];
        at.Write(band[sizeof(ulong)..]);
        for (ulong i = 0; i < Bands; i++)
        {
            var hash = Mix(isCopy && Mix(number, i) % 10 < 3 ? ~number : identity, i);
            BinaryPrimitives.WriteUInt64BigEndian(band, hash);
            entries.Add(DedupMinHash.Bands, (int)(hash % (ulong)entries.Partitions), band);
        }

        RecordEntry.Write(_entry, at, number);
        for (var i = 0; i < Hashes; i++)
        {
            _entry[RecordEntry.HeadSize + i] = (byte)Mix(isCopy && i % 10 == 0 ? ~number : identity, 100 + (ulong)i);
        }

        var size = RecordEntry.HeadSize + Hashes;
        entries.Add(DedupMinHash.Records, at.Shard, _entry.AsSpan(0, size + Encoding.UTF8.GetBytes(record.Id, _entry.AsSpan(size))));
    }

    /// <inheritdoc/>
    public override Verdict<Record> Apply(Record record, Address at, ReadOnlySpan<byte> finding) => finding.IsEmpty ? record : DuplicateFinding.ToDrop(finding, "near_duplicate");

    // SplitMix64 (Steele, Lea and Flood 2014).
    private static ulong Mix(ulong number, ulong stream)
    {
        var z = number + ((stream + 1) * 0x9E3779B97F4A7C15);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
