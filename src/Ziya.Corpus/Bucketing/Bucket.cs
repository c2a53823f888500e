using System.Buffers.Binary;
using System.ComponentModel.DataAnnotations;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Bucketing;

/// <summary>Options of <c>bucket</c>.</summary>
public sealed record BucketOptions
{
    /// <summary>The number to sort by: a score, `length`, `difficulty`, `scores.NAME` or `meta.NAME` of the input.</summary>
    public required string By { get; init; }

    /// <summary>Which end is the better one. Default ascending: low is good, as of perplexity.</summary>
    public BucketOrder Order { get; init; } = BucketOrder.Ascending;

    /// <summary>Field whose values make groups with percentiles of their own, such as `language`. Default: none, all records are one group.</summary>
    public string? Within { get; init; }

    /// <summary>Buckets from best to worst, each with the percentile it reaches to: above 0, ascending, the last 100. Default high 30, medium 60, low 100.</summary>
    [Range(0.0, 100.0)]
    public IReadOnlyDictionary<string, double> Cuts { get; init; } =
        new Dictionary<string, double> { ["high"] = 30, ["medium"] = 60, ["low"] = 100 };

    /// <summary>Bucket of the records that do not have the number. They do not count in percentiles. Default unscored.</summary>
    [RegularExpression(".+")]
    public string Unscored { get; init; } = "unscored";
}

/// <summary>
/// Sorts records into buckets by exact percentiles of a number, within groups. After CCNet (Wenzek et al. 2020, arXiv:1911.00359,
/// section 4.2), which cuts each language's pages at the 30th and 60th percentile of perplexity into head, middle and tail;
/// there the cuts come from a sample, here from all records, so they do not change with the number of shards or workers.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>Map: note (group, value as bits that sort best first) of each record that has the number, 16 bytes.</item>
/// <item>Reduce: of a group's n values in order, the cut at percentile p is the one of rank ⌈p·n/100⌉ (nearest rank).</item>
/// <item>Apply: a record is in the first bucket whose cut is not better than its value; so equal values share a bucket, the better one.</item>
/// </list>
/// </remarks>
[Step("bucket")]
public sealed class Bucket(BucketOptions options) : GlobalStep<Record>
{
    internal static readonly Channel Values = new("values", Spread.One);
    internal static readonly Channel Cuts = new("cuts", Spread.One);

    private readonly string[] _names = [.. options.Cuts.Keys];
    private readonly Dictionary<ulong, ulong[]> _cuts = [];

    /// <inheritdoc/>
    public override IEnumerable<string> Reads => [options.By];

    /// <inheritdoc/>
    public override IReadOnlyList<Channel> Maps => [Values];

    /// <inheritdoc/>
    public override IReadOnlyList<Stage> Stages => [new CutStage(options)];

    /// <inheritdoc/>
    public override IEnumerable<string> Check()
    {
        var limits = options.Cuts.Values.ToList();
        if (limits.Count == 0 || limits[^1] != 100 || limits[0] <= 0 || limits.Zip(limits.Skip(1)).Any(pair => pair.First >= pair.Second))
        {
            yield return "'cuts' must ascend from above 0 to 100, best bucket first: { high: 30, medium: 60, low: 100 }.";
        }

        if (options.Cuts.Keys.Any(name => name.Length == 0 || name == options.Unscored))
        {
            yield return $"'cuts' has a bucket without a name, or one named as 'unscored' is ('{options.Unscored}').";
        }

        if (Groups.Fault(options.Within) is { } fault)
        {
            yield return fault;
        }
    }

    /// <inheritdoc/>
    public override void Map(Record record, Address at, IEntryWriter entries)
    {
        // 1. Records without the number take no part.
        if (TryGetKey(record, out var key))
        {
            Span<byte> entry = stackalloc byte[16];
            BinaryPrimitives.WriteUInt64BigEndian(entry, Groups.Of(record, options.Within));
            BinaryPrimitives.WriteUInt64BigEndian(entry[8..], key);
            entries.Add(Values, 0, entry);
        }
    }

    /// <inheritdoc/>
    public override void Prepare(IEnumerable<Entry> shared)
    {
        foreach (var entry in shared)
        {
            var keys = new ulong[_names.Length];
            for (var i = 0; i < keys.Length; i++)
            {
                keys[i] = BinaryPrimitives.ReadUInt64BigEndian(entry.Span[(8 + 8 * i)..]);
            }

            _cuts.Add(BinaryPrimitives.ReadUInt64BigEndian(entry.Span), keys);
        }
    }

    /// <inheritdoc/>
    public override Verdict<Record> Apply(Record record, Address at, ReadOnlySpan<byte> finding) =>
        record with { Bucket = TryGetKey(record, out var key) ? NameOf(Groups.Of(record, options.Within), key) : options.Unscored };

    private string NameOf(ulong group, ulong key)
    {
        // 3. A handful of cuts: a scan. The last one is the worst value of the group.
        var cuts = _cuts[group];
        var at = 0;
        while (cuts[at] < key)
        {
            at++;
        }

        return _names[at];
    }

    private bool TryGetKey(Record record, out ulong key) => NumberOrder.TryGetKey(record, options.By, options.Order, out key);
}
