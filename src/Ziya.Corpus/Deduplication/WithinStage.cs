using System.IO.Hashing;
using System.Numerics;
using System.Runtime.InteropServices;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Deduplication;

/// <summary>
/// First half of step 2 of <see cref="DedupSimHash"/>: of the records in one cell of a table those within the distance are pairs, and none is missed. Equal fingerprints stand together and pair with their first.
/// Memory: fingerprint and address of <paramref name="mostHeld"/> different ones; where a cell has more, the entries are gone through again for the next so many.
/// </summary>
/// <param name="bits">Bits of a fingerprint.</param>
/// <param name="distance">Most bits that may differ.</param>
/// <param name="mostHeld">Most fingerprints held at once.</param>
internal sealed class WithinStage(int bits, int distance, int mostHeld = WithinStage.UsuallyHeld) : Stage("match", [DedupSimHash.Cells], [DedupMinHash.Pairs])
{
    // 1.5 MB with 64 bits.
    private const int UsuallyHeld = 1 << 16;
    private const int CellSize = sizeof(ulong);

    private readonly int _words = bits / 64;
    private readonly List<ulong> _held = [];
    private readonly List<ulong> _addresses = [];
    private readonly byte[] _pair = new byte[2 * Address.Size];

    /// <inheritdoc/>
    public override void Reduce(IEnumerable<Entry> entries, IEntryWriter output)
    {
        for (var from = 0L; Pass(entries, from, output); from += mostHeld)
        {
        }
    }

    /// <summary>Compares, in each cell, the different fingerprints from a number on with all after them; whether any cell has more.</summary>
    private bool Pass(IEnumerable<Entry> entries, long from, IEntryWriter output)
    {
        var head = new byte[CellSize + (_words * sizeof(ulong))];
        var (any, more) = (false, false);
        var number = 0L;
        foreach (var entry in entries)
        {
            var address = entry.Span[head.Length..];
            var isNewCell = !any || !entry.Span[..CellSize].SequenceEqual(head.AsSpan(0, CellSize));
            if (!isNewCell && entry.Span[..head.Length].SequenceEqual(head))
            {
                // The pair's first half is still the first record of this fingerprint.
                if (from == 0)
                {
                    Pair(_pair.AsSpan(0, Address.Size), address, output);
                }

                continue;
            }

            number = isNewCell ? 0 : number + 1;
            if (isNewCell)
            {
                _held.Clear();
                _addresses.Clear();
            }

            entry.Span[..head.Length].CopyTo(head);
            any = true;
            if (number >= from)
            {
                Meet(MemoryMarshal.Cast<byte, ulong>(head.AsSpan(CellSize)), address, output);
                more |= number >= from + mostHeld;
            }

            address.CopyTo(_pair);
        }

        return more;
    }

    private void Meet(ReadOnlySpan<ulong> fingerprint, ReadOnlySpan<byte> address, IEntryWriter output)
    {
        var held = CollectionsMarshal.AsSpan(_held);
        for (var i = 0; i < _addresses.Count; i++)
        {
            var differing = 0;
            for (var word = 0; word < _words; word++)
            {
                differing += BitOperations.PopCount(held[(i * _words) + word] ^ fingerprint[word]);
            }

            if (differing <= distance)
            {
                var other = _addresses[i];
                Pair(MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(ref other, 1)), address, output);
            }
        }

        if (_addresses.Count < mostHeld)
        {
            _held.AddRange(fingerprint);
            _addresses.Add(MemoryMarshal.Read<ulong>(address));
        }
    }

    /// <summary>A pair begins with the record that stands first, so that the same one from another table is the same.</summary>
    private void Pair(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, IEntryWriter output)
    {
        if (EarlierIndex.IsEarlier(a) && EarlierIndex.IsEarlier(b))
        {
            return;
        }

        Span<byte> pair = stackalloc byte[2 * Address.Size];
        var ordered = a.SequenceCompareTo(b) < 0;
        (ordered ? a : b).CopyTo(pair);
        (ordered ? b : a).CopyTo(pair[Address.Size..]);
        output.Add(DedupMinHash.Pairs, (int)(XxHash3.HashToUInt64(pair) % (ulong)output.Partitions), pair);
    }
}
