namespace Ziya.Pipeline.Reading;

/// <summary>Cuts a stream into lines, holding no more of a line than asked. A byte order mark at position 0 is passed over.</summary>
internal sealed class LineReader(Stream stream, int bufferBytes, int mostBytes, long position)
{
    private byte[] _buffer = new byte[Math.Max(4, bufferBytes)];
    private int _next;
    private int _end;
    private bool _first = position == 0;

    /// <summary>Where the next line begins.</summary>
    public long Position { get; private set; } = position;

    /// <summary>Where the line begins.</summary>
    public long Start { get; private set; }

    /// <summary>Bytes of the line, also of those not held.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether the line is longer than what is held of it.</summary>
    public bool IsLong { get; private set; }

    /// <summary>The line without its end.</summary>
    public ReadOnlyMemory<byte> Line { get; private set; }

    /// <summary>Goes to the next line; false at the end.</summary>
    public bool Next()
    {
        Start = Position;
        var searched = 0;
        while (true)
        {
            var found = _buffer.AsSpan(_next + searched, _end - _next - searched).IndexOf((byte)'\n');
            if (found >= 0)
            {
                Take(searched + found, 1);
                return true;
            }

            searched = _end - _next;
            if (searched > mostBytes)
            {
                SkipRest(searched);
                return true;
            }

            if (Fill() == 0)
            {
                Take(searched, 0);
                return searched > 0;
            }
        }
    }

    private void Take(int length, int newline)
    {
        var line = _buffer.AsMemory(_next, length);
        if (_first && line.Span.StartsWith((ReadOnlySpan<byte>)[0xef, 0xbb, 0xbf]))
        {
            line = line[3..];
        }

        _first = false;
        Line = line;
        Bytes = length;
        IsLong = length > mostBytes;
        Position = Start + length + newline;
        _next += length + newline;
    }

    private void SkipRest(int held)
    {
        var kept = _buffer.AsSpan(_next, Math.Min(held, RawRecord.KeptOfLong)).ToArray();
        long length = held;
        _next = _end = 0;
        var newline = 0;
        while (newline == 0 && Fill() > 0)
        {
            var found = _buffer.AsSpan(0, _end).IndexOf((byte)'\n');
            length += found < 0 ? _end : found;
            newline = found < 0 ? 0 : 1;
            _next = found < 0 ? _end : found + 1;
            if (found < 0)
            {
                _next = _end = 0;
            }
        }

        _first = false;
        Line = kept;
        Bytes = length;
        IsLong = true;
        Position = Start + length + newline;
    }

    private int Fill()
    {
        if (_next > 0)
        {
            _buffer.AsSpan(_next, _end - _next).CopyTo(_buffer);
            _end -= _next;
            _next = 0;
        }

        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, (int)Math.Min((long)_buffer.Length * 2, (long)mostBytes + (1 << 16)));
        }

        var read = stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        return read;
    }
}
