using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace Ziya.Pipeline.Storage;

/// <summary>
/// Reads a blob in ranges, all of one version. A stretch read in order comes in ever larger ranges, so that few bytes behind a seek cost little and a whole
/// file few requests.
/// </summary>
internal sealed class BlobReadStream(BlockBlobClient blob, StoredFile file, string place, BlobFaults faults) : Stream
{
    private const int SmallestRange = 64 << 10;
    private const int LargestRange = 8 << 20;

    private readonly BlobRequestConditions _sameVersion = new() { IfMatch = new ETag(file.Version) };
    private ReadOnlyMemory<byte> _range;
    private long _rangeStart;
    private int _next = SmallestRange;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => file.Bytes;

    public override long Position { get; set; }

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty || Position >= Length)
        {
            return 0;
        }

        if (Position < _rangeStart || Position >= _rangeStart + _range.Length)
        {
            Fetch(buffer.Length);
        }

        var from = _range.Span[(int)(Position - _rangeStart)..];
        var count = Math.Min(from.Length, buffer.Length);
        from[..count].CopyTo(buffer);
        Position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => Position + offset,
        _ => Length + offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <summary>What is asked for comes at once, however far the ranges have grown.</summary>
    private void Fetch(int wanted)
    {
        _next = Position == _rangeStart + _range.Length ? Math.Min(2 * _next, LargestRange) : SmallestRange;
        var options = new BlobDownloadOptions { Range = new HttpRange(Position, Math.Min(Math.Max(_next, Math.Min(wanted, LargestRange)), Length - Position)), Conditions = _sameVersion };
        _range = faults.Ask(place, () => blob.DownloadContent(options).Value.Content.ToMemory());
        _rangeStart = Position;
        if (_range.IsEmpty)
        {
            throw new StoreAwayException($"{place}: an empty answer to a range of {options.Range.Length} bytes at {Position}");
        }
    }
}
