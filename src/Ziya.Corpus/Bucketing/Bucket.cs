using System.Buffers.Binary;
using System.Text;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Bucketing;

/// <summary>
/// Sorts records into buckets by exact percentiles of a number, within groups. After CCNet (Wenzek et al. 2020, arXiv:1911.00359,
/// section 4.2), which cuts each language's pages at the 30th and 60th percentile of perplexity into head, middle and tail;
/// there the cuts come from a sample, here from all records, so they do not change with the number of shards or workers.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>Map: note (group, value as bits that sort best first) of each record that has the number, 16 bytes; to save the cuts, also the name of each group.</item>
/// <item>Reduce: of a group's n values in order, the cut at percentile p is the one of rank ⌈p·n/100⌉ (nearest rank).</item>
/// <item>Apply: a record is in the first bucket whose cut is not better than its value; so equal values share a bucket, the better one.</item>
/// <item>With <c>cuts_from</c> there is nothing to find out: records are bucketed where they stand (<see cref="FixedBucket"/>).</item>
/// </list>
/// </remarks>
[Step("bucket")]
public sealed class Bucket(BucketOptions options) : GlobalStep<Record>
{
    internal static readonly Channel Values = new("values", Spread.One);
    internal static readonly Channel Cuts = new("cuts", Spread.One);
    internal static readonly Channel Names = new("names", Spread.One);
    internal static readonly Channel GroupNames = new("groups", Spread.One);

    /// <summary>What an entry of what was found is: its first byte.</summary>
    internal const byte CutTag = 0, NameTag = 1;

    private readonly Sorting _sorting = new(options);
    private readonly Dictionary<ulong, GroupCuts> _cuts = [];
    private readonly HashSet<ulong> _named = [];

    /// <inheritdoc/>
    public override IEnumerable<string> Reads => [options.By];

    /// <inheritdoc/>
    public override IReadOnlyList<Channel> Maps => options.Save is null ? [Values] : [Values, Names];

    /// <inheritdoc/>
    public override IReadOnlyList<Stage> Stages => options.Save is null ? [new CutStage(options)] : [new CutStage(options), new NameStage()];

    /// <inheritdoc/>
    public override string? Saves => options.Save;

    internal override Step Chosen => options.CutsFrom is null ? this : new FixedBucket(options);

    /// <inheritdoc/>
    public override IEnumerable<string> Check()
    {
        var limits = options.Limits.Values.ToList();
        if (limits.Count == 0 || limits[^1] != 100 || limits[0] <= 0 || limits.Zip(limits.Skip(1)).Any(pair => pair.First >= pair.Second))
        {
            yield return "'cuts' must ascend from above 0 to 100, best bucket first: { high: 30, medium: 60, low: 100 }.";
        }

        if (options is { Preset: not null, HasCuts: true })
        {
            yield return "'preset' has cuts of its own: give one of 'preset' and 'cuts'.";
        }

        foreach (var fault in BucketNames.Faults(options, [.. options.Limits.Keys]))
        {
            yield return fault;
        }
    }

    /// <inheritdoc/>
    public override void Map(Record record, Address at, IEntryWriter entries)
    {
        // 1. Records without the number take no part.
        if (!_sorting.TryGetKey(record, out var key))
        {
            return;
        }

        var group = Groups.Of(record, options.Within);
        Span<byte> entry = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(entry, group);
        BinaryPrimitives.WriteUInt64BigEndian(entry[8..], key);
        entries.Add(Values, 0, entry);
        if (options.Save is not null && group != 0 && _named.Add(group))
        {
            entries.Add(Names, 0, [.. entry[..8], .. Encoding.UTF8.GetBytes(RecordField.GetText(record, options.Within!)!)]);
        }
    }

    /// <inheritdoc/>
    public override void Prepare(IEnumerable<Entry> shared)
    {
        foreach (var entry in shared)
        {
            if (entry.Span[0] == CutTag)
            {
                _cuts.Add(BinaryPrimitives.ReadUInt64BigEndian(entry.Span[1..]), GroupCuts.Read(entry.Span[9..]));
            }
        }
    }

    /// <inheritdoc/>
    public override Verdict<Record> Apply(Record record, Address at, ReadOnlySpan<byte> finding) =>
        _sorting.Place(record, _sorting.TryGetKey(record, out var key) ? _sorting.NameOf(_cuts[Groups.Of(record, options.Within)].Keys, key) : null);

    /// <inheritdoc/>
    public override byte[] Save(IEnumerable<Entry> shared)
    {
        var names = new Dictionary<ulong, string>();
        foreach (var entry in shared)
        {
            if (entry.Span[0] == NameTag)
            {
                names.Add(BinaryPrimitives.ReadUInt64BigEndian(entry.Span[1..]), Encoding.UTF8.GetString(entry.Span[9..]));
            }
        }

        Prepare(shared);
        return CutFile.Of(options, _cuts.Select(cuts => (names.GetValueOrDefault(cuts.Key), cuts.Value))).Write();
    }
}
