using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Bucketing;

/// <summary>
/// Mixes groups of records by weights, budgets or epochs, as data mixtures are declared (LLaMA, arXiv:2302.13971, table 1; GPT-3, arXiv:2005.14165, table 2.2: shares, and epochs that follow
/// from them): what is too much is left out at random, what is too little is repeated.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>Map: note (group, hash of the id under the job's seed, address, amount) of each record of a named group, 32 bytes.</item>
/// <item>Reduce: add up each group, and with that how much of it is wanted (<see cref="Shares"/>). Of a group of amount A, of which T is wanted, all records come ⌊T/A⌋ times, and those
/// first in the order of their hashes once more, as long as their amounts together do not exceed what is left of T.</item>
/// <item>Apply: drop, keep, or keep and add copies. A copy has the id of the record with <c>#2</c>, <c>#3</c> and so on, and that number as the score <c>epoch</c>.</item>
/// </list>
/// <c>not_in_mix</c>: the group is not named. <c>unscored</c>: the record lacks the number that is weighed. <c>left_out</c>: more of the group than wanted.
/// </remarks>
[Step("mix")]
public sealed class Mix(MixOptions options) : GlobalStep<Record>
{
    internal const int EntrySize = 32;
    internal const string Epoch = "epoch";
    internal static readonly Channel Amounts = new("amounts", Spread.One);
    internal static readonly Channel Taken = new("taken", Spread.One);

    private readonly Dictionary<ulong, string> _names = Shares.Of(options).ToDictionary(share => Groups.KeyOf(share.Key), share => share.Key);
    private readonly Dictionary<ulong, (int Times, ulong Hash, Address At)> _taken = [];

    /// <inheritdoc/>
    public override IEnumerable<string> Reads => options.Unit is "records" or "bytes" ? [] : [options.Unit];

    /// <inheritdoc/>
    public override IEnumerable<string> Writes => Repeats ? [Epoch] : [];

    /// <inheritdoc/>
    public override bool Creates => Repeats;

    /// <inheritdoc/>
    public override double Growth => Repeats ? Math.Ceiling(options.Epochs.Values.Append(options.MostEpochs).Max()) : 1;

    /// <inheritdoc/>
    public override IReadOnlyList<Channel> Maps => [Amounts];

    /// <inheritdoc/>
    public override IReadOnlyList<Stage> Stages => [new ShareStage(options)];

    private bool Repeats => options.MostEpochs > 1 || options.Epochs.Values.Any(epochs => epochs > 1);

    /// <inheritdoc/>
    public override IEnumerable<string> Check()
    {
        if (new[] { options.Weights, options.Budgets, options.Epochs }.Count(given => given.Count > 0) != 1)
        {
            yield return "give one of 'weights', 'budgets' and 'epochs', with a number for each group: { zh: 3, en: 1 }.";
        }

        if (Shares.Of(options) is { Count: > 0 } shares && shares.Values.All(share => share == 0))
        {
            yield return "every group has 0: nothing would be left.";
        }

        if (options.Total is not null && options.Weights.Count == 0)
        {
            yield return "'total' goes with 'weights': budgets and epochs say themselves how much it is.";
        }

        if (options.MostEpochs > 1 && options.Epochs.Count > 0)
        {
            yield return "'most_epochs' goes with 'weights' and 'budgets'; 'epochs' says itself how often a group comes.";
        }

        if (Groups.Fault(options.Within) is { } fault)
        {
            yield return fault;
        }
    }

    /// <inheritdoc/>
    public override void Map(Record record, Address at, IEntryWriter entries)
    {
        // 1.
        var group = Groups.Of(record, options.Within);
        if (!_names.ContainsKey(group) || !TryGetAmount(record, out var amount))
        {
            return;
        }

        Span<byte> entry = stackalloc byte[EntrySize];
        BinaryPrimitives.WriteUInt64BigEndian(entry, group);
        BinaryPrimitives.WriteUInt64BigEndian(entry[8..], Hash(record, Seed));
        at.Write(entry[16..]);
        BinaryPrimitives.WriteInt64BigEndian(entry[24..], amount);
        entries.Add(Amounts, 0, entry);
    }

    /// <inheritdoc/>
    public override void Prepare(IEnumerable<Entry> shared)
    {
        foreach (var entry in shared)
        {
            var times = BinaryPrimitives.ReadInt32BigEndian(entry.Span[8..]);
            _taken.Add(BinaryPrimitives.ReadUInt64BigEndian(entry.Span), (times, BinaryPrimitives.ReadUInt64BigEndian(entry.Span[12..]), Address.Read(entry.Span[20..])));
        }
    }

    /// <inheritdoc/>
    public override Verdict<Record> Apply(Record record, Address at, ReadOnlySpan<byte> finding)
    {
        // 3.
        var group = Groups.Of(record, options.Within);
        if (!_names.ContainsKey(group))
        {
            return new Drop("not_in_mix", new() { [options.Within] = RecordField.GetText(record, options.Within) });
        }

        if (!TryGetAmount(record, out _))
        {
            return new Drop("unscored");
        }

        var (times, hash, last) = _taken[group];
        times += (Hash(record, Seed), at).CompareTo((hash, last)) <= 0 ? 1 : 0;
        return times == 0 ? new Drop("left_out") : !Repeats ? record : Repeated(record, times);
    }

    private static Verdict<Record> Repeated(Record record, int times)
    {
        Verdict<Record> first = record with { Scores = record.Scores.With(Epoch, 1) };
        return times == 1 ? first : first.And(
            [.. Enumerable.Range(2, times - 1).Select(epoch => record with { Id = $"{record.Id}#{epoch}", Scores = record.Scores.With(Epoch, epoch) })]);
    }

    /// <summary>A record's amount, rounded to a whole number; false where it has none, or a negative one.</summary>
    private bool TryGetAmount(Record record, out long amount)
    {
        switch (options.Unit)
        {
            case "records":
                amount = 1;
                return true;
            case "bytes":
                amount = Encoding.UTF8.GetByteCount(record.Content);
                return true;
            default:
                var has = RecordField.TryGetNumber(record, options.Unit, out var value) && value is >= 0 and <= Shares.MostAmount;
                amount = has ? (long)Math.Round(value) : 0;
                return has;
        }
    }

    /// <summary>The random number of a record. The constant keeps it apart from other uses of the seed.</summary>
    private static ulong Hash(Record record, ulong seed) =>
        XxHash3.HashToUInt64(MemoryMarshal.AsBytes(record.Id.AsSpan()), (long)(seed ^ 0x5A4D_4958_5245_434F));
}
