using System.Buffers.Binary;
using Ziya.Corpus.Bucketing;
using Ziya.Pipeline.Steps;

namespace Ziya.Synthesis.Selection;

/// <summary>Step 2 of <see cref="Select"/>: goes through the sorted values twice, to count each group and to find the last of it that stays. Memory: a number a group.</summary>
internal sealed class LastKeptStage(SelectOptions options, string? within) : Stage("last", [Select.Values], [Select.Last])
{
    /// <inheritdoc/>
    public override void Reduce(IEnumerable<Entry> entries, IEntryWriter output)
    {
        var counts = Groups.Count(entries, within);
        var last = new byte[Select.EntrySize];
        var group = -1;
        var (rank, keep, best, isOpen) = (0L, 0L, 0.0, false);
        foreach (var entry in entries)
        {
            // The counts are in the order of the groups, so their number is all that is needed.
            if (group < 0 || rank == counts[group])
            {
                group++;
                (rank, best, isOpen) = (0, ValueOf(entry), true);
                keep = options.Top is { } share ? CutStage.Rank(share * 100, counts[group]) : options.Count ?? long.MaxValue;
            }

            rank++;
            isOpen &= rank <= keep && (options.Margin is not { } margin || Math.Abs(ValueOf(entry) - best) <= margin);
            if (isOpen)
            {
                entry.Span.CopyTo(last);
            }

            if (rank == counts[group])
            {
                output.Add(Select.Last, 0, last);
            }
        }
    }

    private double ValueOf(Entry entry) => NumberOrder.Value(BinaryPrimitives.ReadUInt64BigEndian(entry.Span[Select.KeyAt..]), options.Order);
}
