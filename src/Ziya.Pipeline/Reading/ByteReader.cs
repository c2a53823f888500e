namespace Ziya.Pipeline.Reading;

/// <summary>Lines and stretches of a stream, through one buffer.</summary>
internal sealed class ByteReader(Stream stream, int bufferBytes)
{
    private byte[] _buffer = new byte[Math.Max(1, bufferBytes)];
    private int _from;
    private int _end;

    /// <summary>Bytes passed over so far.</summary>
    public long Position { get; private set; }

    /// <summary>Takes a line without its end, or the first <paramref name="most"/> bytes of a longer one; false at the end. Valid until the next call.</summary>
    public bool TryLine(int most, out ReadOnlyMemory<byte> line)
    {
        var searched = 0;
        while (true)
        {
            var found = _buffer.AsSpan(_from + searched, _end - _from - searched).IndexOf((byte)'\n');
            searched = found < 0 ? _end - _from : searched + found;
            if (found >= 0 || searched >= most || !Fill())
            {
                var length = Math.Min(searched, most);
                var isWhole = found >= 0 && length == searched;
                line = _buffer.AsMemory(_from, length);
                line = isWhole && line.Span.EndsWith("\r"u8) ? line[..^1] : line;
                Advance(length + (isWhole ? 1 : 0));
                return length > 0 || isWhole;
            }
        }
    }

    /// <summary>Takes so many bytes, or what there is of them. Valid until the next call.</summary>
    public ReadOnlyMemory<byte> Take(int count)
    {
        while (_end - _from < count && Fill())
        {
        }

        var taken = _buffer.AsMemory(_from, Math.Min(count, _end - _from));
        Advance(taken.Length);
        return taken;
    }

    /// <summary>Passes over so many bytes; how many there were.</summary>
    public long Skip(long count)
    {
        var start = Position;
        while (Position - start < count && (_end > _from || Fill()))
        {
            Advance((int)Math.Min(count - (Position - start), _end - _from));
        }

        return Position - start;
    }

    private void Advance(int bytes)
    {
        _from += bytes;
        Position += bytes;
    }

    private bool Fill()
    {
        var held = _end - _from;
        if (held == _buffer.Length)
        {
            // Doubling as bytes come: a length that only claims to be large costs nothing.
            Array.Resize(ref _buffer, (int)Math.Min(_buffer.Length * 2L, Array.MaxLength));
        }
        else if (_end == _buffer.Length)
        {
            _buffer.AsSpan(_from, held).CopyTo(_buffer);
            (_from, _end) = (0, held);
        }

        var read = stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        return read > 0;
    }
}
