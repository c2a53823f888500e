using System.Buffers.Binary;
using System.Text.Json.Nodes;
using Ziya.Corpus.Bucketing;
using Ziya.Pipeline.Records;
using Ziya.Pipeline.Steps;

namespace Ziya.Synthesis.Selection;

/// <summary>
/// Chooses. With `best`, the best candidate of an instruction becomes its output (best of n: Stiennon et al. 2020, arXiv:2009.01325). With `where`, records stay that meet a condition. With `by`,
/// the best records of each group stay, exactly, whatever the order, the shards and the workers. The card of Ziya-LLaMA-7B-Reward says that rewards are to be compared among answers to one
/// instruction and not across kinds of tasks: `by: reward` therefore has to say `within: task` (or another field, or `all`), and in `where` a bound on the reward should stand beside the task it is meant for.
/// </summary>
/// <remarks>
/// `best`: <see cref="SelectBest"/>. `where`: <see cref="SelectWhere"/>. `by`:
/// <list type="number">
/// <item>Map: note (group, value as bits that sort best first, address) of each record that has the number, 24 bytes. `unscored`: it has none.</item>
/// <item>Reduce: of a group in this order, find the last that stays: number ⌈top·n⌉, number `count`, or the last that is not more than `margin` worse than the first. Of equal values the
/// records that come first in the input stay.</item>
/// <item>Apply: keep what does not stand after it. `not_selected`: it does.</item>
/// </list>
/// </remarks>
[Step("select")]
public sealed class Select(SelectOptions options) : GlobalStep<Record>
{
    internal static readonly Channel Values = new("values", Spread.One);
    internal static readonly Channel Last = new("last", Spread.One);
    internal const int KeyAt = 8;
    internal const int EntrySize = KeyAt + 8 + Address.Size;

    private readonly Dictionary<ulong, (ulong Key, Address At)> _last = [];

    /// <inheritdoc/>
    public override IEnumerable<string> Reads => options.By is null ? [] : [options.By];

    /// <inheritdoc/>
    public override IReadOnlyList<Channel> Maps => [Values];

    /// <inheritdoc/>
    public override IReadOnlyList<Stage> Stages => [new LastKeptStage(options, Within)];

    internal override Step Chosen => options switch
    {
        { Best: not null, Where: null, By: null } => new SelectBest(options),
        { Where: not null, Best: null, By: null } => new SelectWhere(options),
        _ => this,
    };

    private string? Within => options.Within is null or "all" ? null : options.Within;

    /// <inheritdoc/>
    public override IEnumerable<string> Check()
    {
        if (options.By is null || options.Best is not null || options.Where is not null)
        {
            yield return "give one of 'best', 'where' and 'by'; for two of them use the step twice.";
            yield break;
        }

        if (new object?[] { options.Top, options.Count, options.Margin }.Count(value => value is not null) != 1)
        {
            yield return "'by' needs one of 'top', 'count' and 'margin'.";
        }

        if (options.Top == 0)
        {
            yield return "'top: 0' keeps nothing.";
        }

        if (options.Within is null && options.By is "reward" or "scores.reward")
        {
            yield return "rewards of different kinds of tasks cannot be compared: add 'within: task' (or another field), or 'within: all' where all records are of one kind.";
        }

        if (Groups.Fault(Within) is { } fault)
        {
            yield return fault;
        }
    }

    /// <inheritdoc/>
    public override void Map(Record record, Address at, IEntryWriter entries)
    {
        ArgumentNullException.ThrowIfNull(entries);

        // 1.
        if (TryGetKey(record, out var key))
        {
            Span<byte> entry = stackalloc byte[EntrySize];
            BinaryPrimitives.WriteUInt64BigEndian(entry, Groups.Of(record, Within));
            BinaryPrimitives.WriteUInt64BigEndian(entry[KeyAt..], key);
            at.Write(entry[(KeyAt + 8)..]);
            entries.Add(Values, 0, entry);
        }
    }

    /// <inheritdoc/>
    public override void Prepare(IEnumerable<Entry> shared)
    {
        ArgumentNullException.ThrowIfNull(shared);
        foreach (var entry in shared)
        {
            var span = entry.Span;
            _last.Add(BinaryPrimitives.ReadUInt64BigEndian(span), (BinaryPrimitives.ReadUInt64BigEndian(span[KeyAt..]), Address.Read(span[(KeyAt + 8)..])));
        }
    }

    /// <inheritdoc/>
    public override Verdict<Record> Apply(Record record, Address at, ReadOnlySpan<byte> finding)
    {
        if (!TryGetKey(record, out var key))
        {
            return new Drop("unscored", new JsonObject { ["missing"] = options.By });
        }

        // 3.
        var last = _last[Groups.Of(record, Within)];
        return (key, at).CompareTo(last) <= 0 ? record : Drop.Beyond("not_selected", NumberOrder.Value(key, options.Order), NumberOrder.Value(last.Key, options.Order));
    }

    private bool TryGetKey(Record record, out ulong key) => NumberOrder.TryGetKey(record, options.By!, options.Order, out key);
}
