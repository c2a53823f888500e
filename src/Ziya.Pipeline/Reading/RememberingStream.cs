namespace Ziya.Pipeline.Reading;

/// <summary>
/// A file that is looked at before it is read: what was taken from it is kept until it is read on from its beginning, so that a store is asked for it once.
/// </summary>
internal sealed class RememberingStream(Stream file) : Stream
{
    private readonly MemoryStream _taken = new();
    private bool _looking = true;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => file.Length;

    public override long Position { get => _taken.Position; set => _taken.Position = _looking ? value : throw new NotSupportedException(); }

    /// <summary>Whether its disposal leaves it open: whatever unpacks it for a look closes what it unpacks.</summary>
    public bool StaysOpen { get; set; }

    /// <summary>Ends the look: what is read next is the file from its beginning.</summary>
    public void Begin() => (_taken.Position, _looking) = (0, false);

    public override int Read(Span<byte> buffer)
    {
        var count = _taken.Read(buffer);
        if (count > 0 || buffer.IsEmpty)
        {
            return count;
        }

        count = file.Read(buffer);
        if (_looking)
        {
            _taken.Write(buffer[..count]);
        }
        else if (_taken.Capacity > 0)
        {
            _taken.SetLength(0);
            _taken.Capacity = 0;
        }

        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (!StaysOpen)
        {
            file.Dispose();
            base.Dispose(disposing);
        }
    }
}
