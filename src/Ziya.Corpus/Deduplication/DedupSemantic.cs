using System.Buffers.Binary;
using System.ComponentModel.DataAnnotations;
using System.IO.Hashing;
using Ziya.Pipeline.Jobs;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Scoring;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Deduplication;

/// <summary>Options of <c>dedup_semantic</c>.</summary>
public sealed record DedupSemanticOptions
{
    /// <summary>The embedding model.</summary>
    [ModelName(typeof(IEmbedder))]
    public required string Model { get; init; }

    /// <summary>
    /// Cosine of its vector with that of a record that stays, from which on a record is dropped. Default 0.95, 0 to 1. What a cosine means is the model's affair: look at `dropped/` and at what
    /// unrelated texts have with yours before a large run.
    /// </summary>
    [Range(0.0, 1.0)]
    public double MinSimilarity { get; init; } = 0.95;

    /// <summary>Tables: chances that two records have to meet. More find less similar ones. With `bits` at most 4096 planes. Default 20, 1 to 256.</summary>
    [Range(1, 256)]
    public int Tables { get; init; } = 20;

    /// <summary>Planes of a table, on the same side of which two records have to lie in order to be compared. More make fewer comparisons and find less. Default 16, 4 to 64.</summary>
    [Range(4, 64)]
    public int Bits { get; init; } = 16;

    /// <summary>Which record of a cluster stays. Default longest.</summary>
    public Keep Keep { get; init; } = Keep.Longest;

    /// <summary>The field that `keep` compares: for `highest` and `lowest` a score, `length`, `scores.NAME` or `meta.NAME`; for `earliest` and `latest` a date such as `meta.date`; for `preferred` a text, by default `source`.</summary>
    public string? By { get; init; }

    /// <summary>For `keep: preferred`: the sources, or values of the text named by `by`, from best to worst. `*` stands for anything.</summary>
    public IReadOnlyList<string>? Prefer { get; init; }
}

/// <summary>
/// Drops all but one of the records that say nearly the same in other words, by the cosine of their embeddings, as SemDeDup (Abbas et al. 2023, arXiv:2303.09540) does. Where that cuts the space by k-means
/// and misses pairs across borders, here random hyperplanes cut it several times over (Charikar 2002), so that what is missed is known: two records of cosine c are found
/// with the probability 1-(1-(1-arccos(c)/π)^bits)^tables, by default 0.82 at 0.9, 0.98 at 0.95, 0.998 at 0.97, 1 at 0.99; what is found is compared exactly, so nothing goes by chance.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>Map: embed the text; note (hash of the sides of a table's planes, address, sides of all planes) for each table, and (address, rank by the rule of `keep`, vector, id) once. 1.1 KB by default, and 2 bytes an element.
/// A record without a text takes no part. What of a text the model does not see is not compared.</item>
/// <item>match: of the records in one cell of a table, those that few enough of all planes part are pairs: as many as the cosine asked for makes likely, and three standard deviations more. unique: each pair once.</item>
/// <item>connect: connected components of the pairs by union-find, on the disk where there are many.</item>
/// <item>gather: rank, vector and id of each record in a component.</item>
/// <item>keep: in the order of rank, a record goes if its cosine with one that stays is enough, for the first such; otherwise it stays.</item>
/// <item>Apply: drop what has a finding. The drop names the keeper and the similarity.</item>
/// </list>
/// </remarks>
[Step("dedup_semantic")]
public sealed class DedupSemantic : AsyncGlobalStep<Record, ReadOnlyMemory<float>>
{
    internal static readonly Channel Cells = new("cells", Spread.Partitions);

    private const int MostPlanes = 4096;
    private const double Deviations = 3;

    private readonly DedupSemanticOptions _options;
    private readonly KeepRule _rule;
    private readonly int _planes;
    private readonly byte[] _cell;
    private byte[] _entry = [];

    /// <summary>A step with these options.</summary>
    public DedupSemantic(DedupSemanticOptions options)
    {
        _options = options;
        _rule = new KeepRule(options.Keep, options.By, options.Prefer);
        _planes = options.Tables * options.Bits;
        _cell = new byte[DedupMinHash.BandSize + SideBytes];
    }

    /// <inheritdoc/>
    public override int Width => Model<IEmbedder>(_options.Model).Width;

    /// <inheritdoc/>
    public override IEnumerable<string> Reads => _rule.Reads;

    /// <inheritdoc/>
    public override IReadOnlyList<Channel> Maps => [Cells, DedupMinHash.Records];

    /// <inheritdoc/>
    public override IReadOnlyList<Stage> Stages =>
        [new NearStage(SideBytes, MostParted()), new UniqueStage(), new ConnectStage(), new GatherStage(), new KeepStage(Findings, new VectorLikeness(_options.MinSimilarity))];

    private int SideBytes => (_planes + 7) / 8;

    /// <inheritdoc/>
    public override IEnumerable<string> Check() => _planes > MostPlanes
        ? _rule.Check().Append($"'tables' times 'bits' is {_planes}, more than {MostPlanes} planes.")
        : _rule.Check();

    /// <inheritdoc/>
    public override IEnumerable<ModelUse> Uses(Record record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return [new ModelUse(_options.Model, 1, ModelUse.Tokens(record.Content), 0)];
    }

    /// <inheritdoc/>
    public override async Task<ReadOnlyMemory<float>> Look(Record record, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(record);
        var text = record.Content;
        return string.IsNullOrWhiteSpace(text) ? default : (await Model<IEmbedder>(_options.Model).Embed(text, cancel).ConfigureAwait(false)).Vector;
    }

    /// <inheritdoc/>
    public override void Map(Record record, ReadOnlyMemory<float> view, Address at, IEntryWriter entries)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(entries);

        // 1.
        if (UnitVector.Of(view.Span) is not { } vector)
        {
            return;
        }

        var sides = _cell.AsSpan(DedupMinHash.BandSize);
        Hyperplanes.Of(_planes, vector.Length).Sides(vector, sides);
        at.Write(_cell.AsSpan(sizeof(ulong)));
        Span<byte> key = stackalloc byte[sizeof(ulong)];
        for (var table = 0; table < _options.Tables; table++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(key, Bits(sides, table * _options.Bits, _options.Bits));
            var hash = XxHash3.HashToUInt64(key, table);
            BinaryPrimitives.WriteUInt64BigEndian(_cell, hash);
            entries.Add(Cells, (int)(hash % (ulong)entries.Partitions), _cell);
        }

        var size = RecordEntry.HeadSize + VectorLikeness.SizeOf(vector);
        _entry = _entry.Length < size + DuplicateFinding.MostIdBytes ? new byte[size + DuplicateFinding.MostIdBytes] : _entry;
        RecordEntry.Write(_entry, at, _rule.Rank(record));
        VectorLikeness.Write(vector, _entry.AsSpan(RecordEntry.HeadSize));
        size += DuplicateFinding.WriteId(record.Id, _entry.AsSpan(size));
        entries.Add(DedupMinHash.Records, at.Shard, _entry.AsSpan(0, size));
    }

    /// <inheritdoc/>
    public override Verdict<Record> Apply(Record record, Address at, ReadOnlySpan<byte> finding) =>
        finding.IsEmpty ? record : DuplicateFinding.ToDrop(finding, "semantic_duplicate");

    private int MostParted()
    {
        var parted = Math.Acos(_options.MinSimilarity) / Math.PI;
        return (int)Math.Ceiling((_planes * parted) + (Deviations * Math.Sqrt(_planes * parted * (1 - parted))));
    }

    private static ulong Bits(ReadOnlySpan<byte> sides, int from, int count)
    {
        var bits = 0UL;
        for (var i = from; i < from + count; i++)
        {
            bits = (bits << 1) | (uint)((sides[i / 8] >> (i % 8)) & 1);
        }

        return bits;
    }
}
