namespace Ziya.Pipeline.Reading;

/// <summary>
/// Cuts separated values into rows (RFC 4180): a field that begins with a quote goes to the next single quote, across lines; a doubled
/// quote in it stands for one. Works on bytes, so that offsets are exact and text that is no UTF-8 stays visible.
/// </summary>
/// <remarks>
/// A quote that is not followed by a separator or the end of a line, or that is never closed, spoils the line where its row begins and no other:
/// reading goes on with the next line. That is why no library reads here: CsvHelper, which reads right files alike, gives an open quote the rest of the file.
/// With <c>quotesAreText</c> such a line is read again with its quotes as ordinary characters, which is how files separated by tabs are mostly meant.
/// </remarks>
internal sealed class SeparatedReader(Stream stream, byte separator, bool quotesAreText, int mostBytes, int bufferBytes)
{
    private readonly List<Field> _fields = [];
    private byte[] _buffer = new byte[Math.Max(4, bufferBytes)];
    private int _from;
    private int _end;
    private int _at;
    private long _skipped;
    private bool _ended;
    private bool _isLong;
    private long _nextLine = 1;

    /// <summary>How many fields the row has; none where it is a blank line.</summary>
    public int Fields => _fields.Count;

    /// <summary>The row without its line end, or the start of it where it has a fault. Valid until the next.</summary>
    public ReadOnlyMemory<byte> Row { get; private set; }

    /// <summary>Bytes before the row.</summary>
    public long Start { get; private set; }

    /// <summary>Bytes of the row without its line end.</summary>
    public long Bytes { get; private set; }

    /// <summary>The line it begins on, from 1.</summary>
    public long Line { get; private set; }

    /// <summary>Why the row cannot be read; null if it can.</summary>
    public string? Fault { get; private set; }

    private int Held => _end - _from;

    /// <summary>Goes to the next row; false at the end.</summary>
    public bool Next()
    {
        Start += _skipped + _at;
        _skipped = 0;
        _from += _at;
        _at = 0;
        Line = _nextLine;
        if (Start == 0 && Peek(0) == 0xef && Peek(1) == 0xbb && Peek(2) == 0xbf)
        {
            Start = 3;
            _from += 3;
        }

        if (Peek(0) < 0)
        {
            return false;
        }

        Fault = Split(true);
        if ((Fault is not null || _isLong) && quotesAreText)
        {
            _isLong = false;
            Fault = Split(false);
        }

        if (Fault is not null && !_isLong)
        {
            _fields.Clear();
            _at = 0;
            Find((byte)'\n', (byte)'\n');
        }

        if (_isLong)
        {
            SkipLong(Fault is null && !quotesAreText);
        }
        else
        {
            Take();
        }

        return true;
    }

    /// <summary>A field of the row; where <paramref name="doubled"/>, its quotes are still doubled.</summary>
    public ReadOnlySpan<byte> Value(int field, out bool doubled)
    {
        var (start, length, isDoubled) = _fields[field];
        doubled = isDoubled;
        return _buffer.AsSpan(_from + start, length);
    }

    /// <summary>Finds the fields of the row; why they cannot be told.</summary>
    private string? Split(bool quotes)
    {
        _fields.Clear();
        _at = 0;
        while (true)
        {
            var start = _at;
            if (quotes && Peek(start) == '"')
            {
                if (Quoted() is { } fault)
                {
                    return fault;
                }
            }
            else
            {
                var end = Find(separator, (byte)'\n');
                var isLast = end != separator;
                _fields.Add(new Field(start, _at - start - (isLast && _at > start && _buffer[_from + _at - 1] == '\r' ? 1 : 0), false));
            }

            if (_isLong || Peek(_at) != separator)
            {
                return null;
            }

            _at++;
        }
    }

    private string? Quoted()
    {
        var start = _at + 1;
        var doubled = false;
        while (true)
        {
            _at++;
            if (Find((byte)'"', (byte)'"') < 0)
            {
                return _isLong ? null : "a quote is opened and never closed";
            }

            _at++;
            if (Peek(_at) != '"')
            {
                break;
            }

            doubled = true;
        }

        _fields.Add(new Field(start, _at - 1 - start, doubled));
        _at += Peek(_at) == '\r' && Peek(_at + 1) is '\n' or < 0 ? 1 : 0;
        var after = Peek(_at);
        return after < 0 || after == '\n' || after == separator ? null : "text follows a closing quote; a quote within quotes is written twice";
    }

    /// <summary>Takes the row that was split, or the first line of one that could not be.</summary>
    private void Take()
    {
        var newline = Peek(_at) == '\n' ? 1 : 0;
        Row = _buffer.AsMemory(_from, _at);
        Bytes = _at;
        _nextLine = Line + newline + Row.Span.Count((byte)'\n');
        _at += newline;
        if (_fields.Count == 1 && Row.Span.IndexOfAnyExcept(" \t\r"u8) < 0)
        {
            _fields.Clear();
        }

        Row = Fault is null ? Row : Row[..Math.Min(Row.Length, RawRecord.KeptOfLong)];
    }

    /// <summary>Goes to the end of a row that is too long: the first line end, with an even number of quotes before it where quotes matter.</summary>
    private void SkipLong(bool quotes)
    {
        var kept = _buffer.AsSpan(_from, Math.Min(mostBytes, RawRecord.KeptOfLong)).ToArray();
        Fault = RawRecord.TooLong(mostBytes);
        _fields.Clear();
        _isLong = false;
        _at = 0;
        var inQuotes = false;
        int found;
        while ((found = FindForward()) >= 0 && (found != '\n' || inQuotes))
        {
            inQuotes ^= quotes && found == '"';
            _nextLine += found == '\n' ? 1 : 0;
            _at++;
        }

        Bytes = _skipped + _at;
        Row = kept.AsMemory(0, (int)Math.Min(kept.Length, Bytes));
        _nextLine += found < 0 ? 0 : 1;
        _at += found < 0 ? 0 : 1;
    }

    private int FindForward()
    {
        while (true)
        {
            var found = _buffer.AsSpan(_from + _at, Held - _at).IndexOfAny((byte)'"', (byte)'\n');
            if (found >= 0)
            {
                _at += found;
                return _buffer[_from + _at];
            }

            _skipped += Held;
            _from = _end = _at = 0;
            if (!Fill())
            {
                return -1;
            }
        }
    }

    /// <summary>Moves <see cref="_at"/> to the next of two bytes, or to the end; the byte, or -1, also where the row gets too long.</summary>
    private int Find(byte one, byte other)
    {
        while (true)
        {
            var most = Math.Min(Held, mostBytes + 1);
            var found = _at < most ? _buffer.AsSpan(_from + _at, most - _at).IndexOfAny(one, other) : -1;
            if (found >= 0)
            {
                _at += found;
                return _buffer[_from + _at];
            }

            _at = Math.Max(_at, most);
            if (_at > mostBytes)
            {
                _isLong = true;
                return -1;
            }

            if (!Fill())
            {
                return -1;
            }
        }
    }

    private int Peek(int at)
    {
        while (at >= Held)
        {
            if (!Fill())
            {
                return -1;
            }
        }

        return _buffer[_from + at];
    }

    private bool Fill()
    {
        if (_ended)
        {
            return false;
        }

        _buffer.AsSpan(_from, Held).CopyTo(_buffer);
        _end -= _from;
        _from = 0;
        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, (int)Math.Min(_buffer.Length * 2L, mostBytes + (1L << 16)));
        }

        var read = stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        _ended = read == 0;
        return !_ended;
    }
}

/// <summary>Where a field stands in its row.</summary>
/// <param name="Start">Bytes before it.</param>
/// <param name="Length">Its length.</param>
/// <param name="Doubled">Whether quotes in it are doubled.</param>
internal readonly record struct Field(int Start, int Length, bool Doubled);
