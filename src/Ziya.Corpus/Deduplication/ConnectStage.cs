using System.Buffers.Binary;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Deduplication;

/// <summary>
/// Step 3 of <see cref="DedupMinHash"/>: union-find over the numbers that the records have in the order of their addresses. A component is named
/// by its first record. Memory: 12 bytes for each record that is in a pair.
/// </summary>
internal sealed class ConnectStage() : Stage("connect", [DedupMinHash.Edges], [DedupMinHash.Members])
{
    /// <inheritdoc/>
    public override void Reduce(IEnumerable<Entry> entries, IEntryWriter output)
    {
        // Counted before, because a list that grows takes three times the memory.
        var records = new ulong[First(entries).Count()];
        var at = 0;
        foreach (var record in First(entries))
        {
            records[at++] = record;
        }

        var parents = new int[records.Length];
        for (var i = 0; i < parents.Length; i++)
        {
            parents[i] = i;
        }

        at = 0;
        foreach (var entry in entries)
        {
            var record = BinaryPrimitives.ReadUInt64BigEndian(entry.Span);
            while (records[at] != record)
            {
                at++;
            }

            Join(parents, at, Array.BinarySearch(records, BinaryPrimitives.ReadUInt64BigEndian(entry.Span[Address.Size..])));
        }

        Span<byte> member = stackalloc byte[RecordEntry.MemberSize];
        for (var i = 0; i < records.Length; i++)
        {
            var address = ToAddress(records[i]);
            RecordEntry.WriteMember(member, address, ToAddress(records[Root(parents, i)]));
            output.Add(DedupMinHash.Members, EarlierIndex.ShardOf(address), member);
        }
    }

    /// <summary>The first halves of the pairs, each once.</summary>
    private static IEnumerable<ulong> First(IEnumerable<Entry> entries)
    {
        ulong? last = null;
        foreach (var entry in entries)
        {
            var record = BinaryPrimitives.ReadUInt64BigEndian(entry.Span);
            if (record != last)
            {
                last = record;
                yield return record;
            }
        }
    }

    private static Address ToAddress(ulong record) => new((int)(record >> 32), (int)record);

    /// <summary>The lower number becomes the root, so that it does not depend on the order of the pairs.</summary>
    private static void Join(int[] parents, int a, int b)
    {
        a = Root(parents, a);
        b = Root(parents, b);
        parents[Math.Max(a, b)] = Math.Min(a, b);
    }

    private static int Root(int[] parents, int at)
    {
        while (parents[at] != at)
        {
            // Halving the path on the way (Tarjan and van Leeuwen 1984).
            parents[at] = parents[parents[at]];
            at = parents[at];
        }

        return at;
    }
}
