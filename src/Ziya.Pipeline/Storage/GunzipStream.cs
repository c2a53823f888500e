using System.IO.Compression;

namespace Ziya.Pipeline.Storage;

/// <summary>
/// Unpacks gzip of any number of members, and throws where bytes follow that are no member: <see cref="GZipStream"/> ends there
/// quietly, so that one flipped byte in the header of a member would lose all the others.
/// </summary>
internal sealed class GunzipStream : Stream
{
    private readonly Source _source;
    private readonly GZipStream _gzip;

    public GunzipStream(Stream packed)
    {
        _source = new Source(packed);
        _gzip = new GZipStream(_source, CompressionMode.Decompress);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var read = _gzip.Read(buffer);

        // After a member it asks its source for the next one, unless it holds bytes already that are none.
        return read > 0 || buffer.IsEmpty || _source.Ended
            ? read
            : throw new InvalidDataException("Bytes follow the gzip data that are no gzip themselves.");
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _gzip.Dispose();
        }

        base.Dispose(disposing);
    }

    private sealed class Source(Stream inner) : Stream
    {
        public bool Ended { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var read = inner.Read(buffer);
            Ended |= read == 0;
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
