using System.Buffers.Binary;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Bucketing;

/// <summary>Step 2 of <see cref="Mix"/>: goes through the sorted amounts twice, to add up each group and to find the last record that comes once more. Memory: a few numbers a group.</summary>
internal sealed class ShareStage(MixOptions options) : Stage("shares", [Mix.Amounts], [Mix.Taken])
{
    private const int TakenSize = 8 + 4 + 8 + Address.Size;

    private readonly List<string> _warnings = [];

    /// <inheritdoc/>
    public override IEnumerable<string> Warnings => _warnings;

    /// <inheritdoc/>
    public override void Reduce(IEnumerable<Entry> entries, IEntryWriter output)
    {
        _warnings.Clear();
        var names = Shares.Of(options).Keys.ToDictionary(Groups.KeyOf);
        var there = names.Values.ToDictionary(name => name, _ => 0L);
        foreach (var entry in entries)
        {
            there[names[Group(entry)]] += Amount(entry);
        }

        var wanted = Shares.Wanted(options, there, _warnings);
        var taken = new byte[TakenSize];
        ulong? group = null;
        var left = 0L;
        foreach (var entry in entries)
        {
            if (group != Group(entry))
            {
                Flush();
                group = Group(entry);
                var name = names[group.Value];
                entry.Span[..8].CopyTo(taken);
                left = Begin(taken, wanted[name], there[name]);
            }

            // The first that does not fit ends it, so that a larger budget takes all that a smaller one does.
            left = Amount(entry) <= left ? left - Amount(entry) : -1;
            if (left >= 0)
            {
                entry.Span[8..(16 + Address.Size)].CopyTo(taken.AsSpan(12));
            }
        }

        Flush();

        void Flush()
        {
            if (group is not null)
            {
                output.Add(Mix.Taken, 0, taken);
            }
        }
    }

    /// <summary>Writes how often all records come, and an address before all others; returns what is left of the amount wanted.</summary>
    private static long Begin(byte[] taken, long wanted, long there)
    {
        var times = there == 0 ? 0 : wanted / there;
        BinaryPrimitives.WriteInt32BigEndian(taken.AsSpan(8), (int)times);
        BinaryPrimitives.WriteUInt64BigEndian(taken.AsSpan(12), 0);
        new Address(-1, -1).Write(taken.AsSpan(20));
        var left = there == 0 ? 0 : wanted % there;

        // Nothing left is not the same as room for records that weigh nothing.
        return left == 0 ? -1 : left;
    }

    private static ulong Group(Entry entry) => BinaryPrimitives.ReadUInt64BigEndian(entry.Span);

    private static long Amount(Entry entry) => BinaryPrimitives.ReadInt64BigEndian(entry.Span[24..]);
}
