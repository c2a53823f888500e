using System.IO.Hashing;
using System.Numerics;
using Ziya.Corpus.Deduplication;

namespace Ziya.Synthesis.Selection;

/// <summary>
/// MinHash sketches with an index that misses nothing: of sketches that differ in at most m places, cut into m+1 bands, one band is equal. So only those are compared that share a band, and the
/// outcome is that of comparing all. Bands of one byte would part next to nothing: then all are compared.
/// </summary>
internal sealed class KeptSketches : KeptSet
{
    private const int FirstRoom = 1 << 10;

    private readonly int _length;
    private readonly int _needed;
    private readonly int _rows;
    private readonly int _bands;
    private byte[] _sketches;
    private int[] _heads;
    private int[] _next;
    private int _room = FirstRoom;
    private int _count;

    /// <summary>A set for sketches of a length.</summary>
    /// <param name="length">Bytes of a sketch.</param>
    /// <param name="maxSimilarity">Greatest similarity that is not too much.</param>
    public KeptSketches(int length, double maxSimilarity)
    {
        _length = length;
        _needed = Enumerable.Range(0, length + 1).FirstOrDefault(agreeing => Sketch.Similarity(agreeing, length) > maxSimilarity, length + 1);
        var differing = Math.Max(0, length - _needed);
        _rows = Math.Min(sizeof(ulong), length / (differing + 1));
        _bands = _rows < 2 ? 0 : differing + 1;
        _sketches = new byte[FirstRoom * length];
        _heads = NewHeads(FirstRoom);
        _next = new int[FirstRoom * _bands];
    }

    /// <inheritdoc/>
    public override long Bytes => _sketches.LongLength + (sizeof(int) * (_heads.LongLength + _next.LongLength));

    /// <inheritdoc/>
    public override int FindSimilar(ReadOnlySpan<byte> sketch, out double similarity)
    {
        var (first, most) = _bands == 0 ? Scan(sketch) : (int.MaxValue, 0);
        for (var band = 0; band < _bands; band++)
        {
            for (var at = _heads[Slot(sketch, band)]; at >= 0; at = _next[(at * _bands) + band])
            {
                // Chains run from the newest to the oldest.
                if (at < first && Sketch.Agreeing(sketch, _sketches.AsSpan(at * _length, _length)) is var agreeing && agreeing >= _needed)
                {
                    (first, most) = (at, agreeing);
                }
            }
        }

        similarity = Sketch.Similarity(most, _length);
        return first == int.MaxValue ? -1 : first;
    }

    /// <inheritdoc/>
    public override void Add(ReadOnlySpan<byte> sketch)
    {
        if (_count == _room)
        {
            Grow();
        }

        sketch.CopyTo(_sketches.AsSpan(_count * _length));
        Link(_count);
        _count++;
    }

    private (int First, int Agreeing) Scan(ReadOnlySpan<byte> sketch)
    {
        for (var at = 0; at < _count; at++)
        {
            if (Sketch.Agreeing(sketch, _sketches.AsSpan(at * _length, _length)) is var agreeing && agreeing >= _needed)
            {
                return (at, agreeing);
            }
        }

        return (int.MaxValue, 0);
    }

    private void Link(int number)
    {
        var sketch = _sketches.AsSpan(number * _length, _length);
        for (var band = 0; band < _bands; band++)
        {
            ref var head = ref _heads[Slot(sketch, band)];
            _next[(number * _bands) + band] = head;
            head = number;
        }
    }

    private void Grow()
    {
        _room *= 2;
        Array.Resize(ref _sketches, _room * _length);
        Array.Resize(ref _next, _room * _bands);
        _heads = NewHeads(_room);
        for (var number = 0; number < _count; number++)
        {
            Link(number);
        }
    }

    private int[] NewHeads(int room)
    {
        // Two bytes have no more than 65,536 values; with chains of two to four, heads take half of what the links do.
        var perBand = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Min(room / 2, _rows == 2 ? 1 << 16 : int.MaxValue));
        var heads = new int[perBand * _bands];
        heads.AsSpan().Fill(-1);
        return heads;
    }

    private int Slot(ReadOnlySpan<byte> sketch, int band)
    {
        var perBand = _heads.Length / _bands;
        return (band * perBand) + (int)(XxHash3.HashToUInt64(sketch.Slice(band * _rows, _rows), band) & (ulong)(perBand - 1));
    }
}
