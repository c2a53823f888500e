using System.Buffers.Binary;
using System.IO.Hashing;
using System.Numerics;
using System.Runtime.InteropServices;
using Ziya.Pipeline.Steps;

namespace Ziya.Corpus.Deduplication;

/// <summary>
/// First half of step 2 of <see cref="DedupSemantic"/>: of the records that lie on the same side of all planes of a table, those that few enough of all planes part are pairs; of those
/// that hang together only as many pairs as it takes to say so. Memory: sides and address of at most <see cref="MostHeld"/> records of one cell; further ones are compared with these only.
/// </summary>
/// <param name="bytes">Bytes of the sides of a record.</param>
/// <param name="mostParted">Most planes that may part a pair.</param>
internal sealed class NearStage(int bytes, int mostParted) : Stage("match", [DedupSemantic.Cells], [DedupMinHash.Pairs])
{
    internal const int MostHeld = 4096;

    // A row begins with the address, padded so that sides are whole words.
    private readonly int _words = (bytes + sizeof(ulong) - 1) / sizeof(ulong);
    private readonly List<ulong> _sides = [];
    private readonly List<ulong> _addresses = [];
    private readonly List<int> _parents = [];

    /// <inheritdoc/>
    public override void Reduce(IEnumerable<Entry> entries, IEntryWriter output)
    {
        ulong? cell = null;
        var sides = new ulong[_words];
        foreach (var entry in entries)
        {
            var hash = BinaryPrimitives.ReadUInt64BigEndian(entry.Span);
            if (hash != cell)
            {
                cell = hash;
                _sides.Clear();
                _addresses.Clear();
                _parents.Clear();
            }

            entry.Span.Slice(DedupMinHash.BandSize, bytes).CopyTo(MemoryMarshal.AsBytes(sides.AsSpan()));
            Meet(sides, BinaryPrimitives.ReadUInt64BigEndian(entry.Span[sizeof(ulong)..]), output);
        }
    }

    private void Meet(ReadOnlySpan<ulong> sides, ulong address, IEntryWriter output)
    {
        var held = CollectionsMarshal.AsSpan(_sides);
        var own = -1;
        for (var i = 0; i < _addresses.Count; i++)
        {
            if (Root(i) is var root && root != own && Parted(sides, held.Slice(i * _words, _words)) <= mostParted)
            {
                Pair(_addresses[i], address, output);

                // The lower stays the root, whatever the order of the pairs.
                if (own >= 0)
                {
                    (own, root) = (Math.Min(own, root), Math.Max(own, root));
                    _parents[root] = own;
                }
                else
                {
                    own = root;
                }
            }
        }

        if (_addresses.Count < MostHeld)
        {
            _parents.Add(own < 0 ? _addresses.Count : own);
            _addresses.Add(address);
            _sides.AddRange(sides);
        }
    }

    private static int Parted(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b)
    {
        var count = 0;
        for (var i = 0; i < a.Length; i++)
        {
            count += BitOperations.PopCount(a[i] ^ b[i]);
        }

        return count;
    }

    private int Root(int at)
    {
        while (_parents[at] != at)
        {
            at = _parents[at] = _parents[_parents[at]];
        }

        return at;
    }

    private static void Pair(ulong first, ulong second, IEntryWriter output)
    {
        Span<byte> pair = stackalloc byte[2 * Address.Size];
        BinaryPrimitives.WriteUInt64BigEndian(pair, first);
        BinaryPrimitives.WriteUInt64BigEndian(pair[Address.Size..], second);
        output.Add(DedupMinHash.Pairs, (int)(XxHash3.HashToUInt64(pair) % (ulong)output.Partitions), pair);
    }
}
