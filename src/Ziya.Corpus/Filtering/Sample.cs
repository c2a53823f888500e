using System.Buffers.Binary;
using System.ComponentModel.DataAnnotations;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using Ziya.Corpus.Bucketing;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Filtering;

/// <summary>Options of <c>sample</c>: one of <c>rate</c> and <c>count</c>.</summary>
public sealed record SampleOptions
{
    /// <summary>Share of the records to keep, 0 to 1. Each is decided by its id alone, so the share is met on average.</summary>
    [Range(0.0, 1.0)]
    public double? Rate { get; init; }

    /// <summary>Records to keep, exactly; of each group where `within` is given; all of them where there are fewer.</summary>
    [Range(1, int.MaxValue)]
    public int? Count { get; init; }

    /// <summary>Field whose values make groups of `count` records each, such as `language`. Default: none, all records are one group.</summary>
    public string? Within { get; init; }
}

/// <summary>
/// Keeps a random part of the records: those whose ids hash lowest under the job's seed. The same records are kept whatever the
/// order, the shards and the workers, and a larger rate or count keeps all that a smaller one does. Bottom-k sampling (Cohen and
/// Kaplan, "Summarizing data using bottom-k sketches", PODC 2007).
/// </summary>
/// <remarks>
/// With <c>rate</c> each record is decided where it stands (<see cref="RateSample"/>). With <c>count</c>:
/// <list type="number">
/// <item>Map: note (group, hash of the id, address) of each record, 24 bytes.</item>
/// <item>Reduce: take the lowest <c>count</c> of each group in each partition, then of those in all, and note the last.</item>
/// <item>Apply: keep what does not stand after the last of its group. Addresses decide between equal ids.</item>
/// </list>
/// </remarks>
[Step("sample")]
public sealed class Sample(SampleOptions options) : GlobalStep<Record>
{
    internal const int EntrySize = 16 + Address.Size;
    internal static readonly Channel Ranks = new("ranks", Spread.Partitions);
    internal static readonly Channel Lowest = new("lowest", Spread.One);
    internal static readonly Channel Last = new("last", Spread.One);

    private readonly Dictionary<ulong, (ulong Hash, Address At)> _last = [];

    /// <inheritdoc/>
    public override IReadOnlyList<Channel> Maps => [Ranks];

    /// <inheritdoc/>
    public override IReadOnlyList<Stage> Stages => [new LowestStage(options), new LastStage(options)];

    internal override Step Chosen => options is { Rate: { } rate, Count: null } ? new RateSample(rate, this) : this;

    /// <inheritdoc/>
    public override IEnumerable<string> Check()
    {
        if (options.Rate is null == options.Count is null)
        {
            yield return "give one of 'rate' and 'count'.";
        }

        if (options is { Rate: not null, Within: not null })
        {
            yield return "'within' goes with 'count' only: a rate is the same in every group.";
        }

        if (Groups.Fault(options.Within) is { } fault)
        {
            yield return fault;
        }
    }

    /// <inheritdoc/>
    public override void Map(Record record, Address at, IEntryWriter entries)
    {
        // 1. Spread by the hash, so that each partition has its share of every group.
        var hash = Hash(record, Seed);
        Span<byte> entry = stackalloc byte[EntrySize];
        BinaryPrimitives.WriteUInt64BigEndian(entry, Groups.Of(record, options.Within));
        BinaryPrimitives.WriteUInt64BigEndian(entry[8..], hash);
        at.Write(entry[16..]);
        entries.Add(Ranks, (int)(hash % (ulong)entries.Partitions), entry);
    }

    /// <inheritdoc/>
    public override void Prepare(IEnumerable<Entry> shared)
    {
        foreach (var entry in shared)
        {
            _last.Add(BinaryPrimitives.ReadUInt64BigEndian(entry.Span), (BinaryPrimitives.ReadUInt64BigEndian(entry.Span[8..]), Address.Read(entry.Span[16..])));
        }
    }

    /// <inheritdoc/>
    public override Verdict<Record> Apply(Record record, Address at, ReadOnlySpan<byte> finding)
    {
        // 3.
        var last = _last[Groups.Of(record, options.Within)];
        return (Hash(record, Seed), at).CompareTo(last) <= 0 ? record : NotSampled;
    }

    internal static Drop NotSampled { get; } = new("not_sampled");

    /// <summary>The random number of a record. The constant keeps it apart from other uses of the seed, such as the report's examples.</summary>
    internal static ulong Hash(Record record, ulong seed) =>
        XxHash3.HashToUInt64(MemoryMarshal.AsBytes(record.Id.AsSpan()), (long)(seed ^ 0x5A4D_504C_4553_4145));
}
