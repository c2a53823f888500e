using System.Text;

namespace Ziya.Pipeline.Reading;

/// <summary>Reads text of another encoding as UTF-8. What cannot be decoded becomes the byte 0xFF, which valid UTF-8 never has.</summary>
internal sealed class Utf8Stream : Stream
{
    // A noncharacter stands for "undecodable" between decoding and encoding; real text has no use for it.
    private const char Undecodable = '\uffff';

    private readonly Stream _inner;
    private readonly Decoder _decoder;
    private readonly byte[] _raw = new byte[1 << 16];
    private readonly char[] _chars;
    private readonly byte[] _utf8;
    private int _start;
    private int _end;
    private bool _ended;
    private bool _begun;

    public Utf8Stream(Stream inner, Encoding encoding)
    {
        _inner = inner;
        var strict = (Encoding)encoding.Clone();
        strict.DecoderFallback = new DecoderReplacementFallback(Undecodable.ToString());
        _decoder = strict.GetDecoder();
        _chars = new char[strict.GetMaxCharCount(_raw.Length)];
        _utf8 = new byte[Encoding.UTF8.GetMaxByteCount(_chars.Length)];
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        while (_start == _end && !_ended)
        {
            Fill();
        }

        var count = Math.Min(buffer.Length, _end - _start);
        _utf8.AsSpan(_start, count).CopyTo(buffer);
        _start += count;
        return count;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _inner.Dispose();
        base.Dispose(disposing);
    }

    private void Fill()
    {
        var read = _inner.Read(_raw);
        _ended = read == 0;
        var count = _decoder.GetChars(_raw, 0, read, _chars, 0, _ended);
        var text = _chars.AsSpan(0, count);
        if (!_begun && count > 0)
        {
            _begun = true;
            text = text.TrimStart('\ufeff');
        }

        _start = _end = 0;
        while (!text.IsEmpty)
        {
            var bad = text.IndexOf(Undecodable);
            _end += Encoding.UTF8.GetBytes(bad < 0 ? text : text[..bad], _utf8.AsSpan(_end));
            if (bad < 0)
            {
                break;
            }

            _utf8[_end++] = 0xff;
            text = text[(bad + 1)..];
        }
    }
}
