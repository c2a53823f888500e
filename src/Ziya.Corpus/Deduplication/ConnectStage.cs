using System.Buffers.Binary;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Deduplication;

/// <summary>
/// Step 3 of <see cref="DedupMinHash"/>: connected components, each named by its first record. Union-find over the records of one range of addresses after another, so that memory does not depend on how many
/// there are: what a range cannot know is told to ranges before it, and told back.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>Deal the records, and each pair to the range of its later record.</item>
/// <item>From the last range to the first, join the pairs within it. Of the earlier records that a component has pairs with, it keeps one; that this one and another belong together is a pair, and goes to an
/// earlier range. There are never more pairs than there were.</item>
/// <item>From the first to the last, name the components: those without such a record by their own first, the others by the name of that record's, which its range, where all is named by then, is asked for.</item>
/// </list>
/// Of pairs in no particular order each is dealt anew about as often as the number of ranges can be halved.
/// </remarks>
/// <param name="mostHeld">Most records of a range. 20 bytes of memory each.</param>
internal sealed class ConnectStage(int mostHeld = ConnectStage.UsuallyHeld) : Stage("connect", [DedupMinHash.Edges], [DedupMinHash.Members])
{
    private const int UsuallyHeld = 1 << 21;

    /// <inheritdoc/>
    public override void Reduce(IEnumerable<Entry> entries, IEntryWriter output) => Reduce(entries, output, default);

    /// <inheritdoc/>
    public override void Reduce(IEnumerable<Entry> entries, IEntryWriter output, CancellationToken cancel)
    {
        var ranges = new List<RecordRange>();
        try
        {
            // 1.
            Deal(entries, ranges);
            var memory = new RangeMemory(ranges.Select(range => range.Count).DefaultIfEmpty().Max());

            // 2.
            for (var i = ranges.Count - 1; i >= 0; i--)
            {
                cancel.ThrowIfCancellationRequested();
                ranges[i].Join(memory, (later, earlier) => RangeOf(ranges, later).Add(later, earlier), (record, asker) => RangeOf(ranges, record).Ask(record, asker));
            }

            // 3.
            foreach (var range in ranges)
            {
                cancel.ThrowIfCancellationRequested();
                range.Name(memory, (asker, name) => RangeOf(ranges, asker).Tell(asker, name), (record, name) => Write(record, name, output));
                range.Dispose();
            }
        }
        finally
        {
            ranges.ForEach(range => range.Dispose());
        }
    }

    /// <summary>The first halves of the pairs are all the records, in order.</summary>
    private void Deal(IEnumerable<Entry> entries, List<RecordRange> ranges)
    {
        ulong? last = null;
        foreach (var record in entries.Select(entry => BinaryPrimitives.ReadUInt64BigEndian(entry.Span)))
        {
            if (record != last)
            {
                last = record;
                if (ranges.Count == 0 || ranges[^1].Count == mostHeld)
                {
                    ranges.Add(new RecordRange(record, Scratch));
                }

                ranges[^1].Add(record);
            }
        }

        foreach (var entry in entries)
        {
            var (a, b) = (BinaryPrimitives.ReadUInt64BigEndian(entry.Span), BinaryPrimitives.ReadUInt64BigEndian(entry.Span[Address.Size..]));
            if (a != b)
            {
                RangeOf(ranges, Math.Max(a, b)).Add(Math.Max(a, b), Math.Min(a, b));
            }
        }
    }

    private static RecordRange RangeOf(List<RecordRange> ranges, ulong record)
    {
        var (low, high) = (0, ranges.Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = ranges[middle].First <= record ? (middle, high) : (low, middle - 1);
        }

        return ranges[low];
    }

    private static void Write(ulong record, ulong name, IEntryWriter output)
    {
        Span<byte> member = stackalloc byte[RecordEntry.MemberSize];
        var address = ToAddress(record);
        RecordEntry.WriteMember(member, address, ToAddress(name));
        output.Add(DedupMinHash.Members, EarlierIndex.ShardOf(address), member);
    }

    private static Address ToAddress(ulong record) => new((int)(record >> 32), (int)record);
}
