namespace Ziya.Pipeline.Reading;

/// <summary>One JSON object a line. Blank lines are not records.</summary>
[InputFormat("jsonl")]
public sealed class JsonLines : InputFormat
{
    private const int KeptOfLongLine = 1 << 16;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Extensions { get; } = [".jsonl", ".ndjson", ".json"];

    /// <inheritdoc/>
    public override bool Splits => true;

    /// <inheritdoc/>
    public override IEnumerable<RawRecord> Read(FormatInput input) => Read(input, 1 << 20);

    /// <summary>As <see cref="Read(FormatInput)"/>, with the size the buffer starts at.</summary>
    internal static IEnumerable<RawRecord> Read(FormatInput input, int bufferBytes)
    {
        var lines = new LineReader(input.Content, bufferBytes, input.MostBytes, input.Start > 0 ? input.Start - 1 : 0);
        if (input.Start > 0)
        {
            lines.Next();
        }

        long number = 0;
        while (lines.Position < input.End && lines.Next())
        {
            number++;
            var line = lines.Line;
            if (line.Span.IndexOfAnyExcept((byte)' ', (byte)'\t', (byte)'\r') < 0)
            {
                continue;
            }

            yield return new RawRecord(
                lines.IsLong ? line[..Math.Min(line.Length, KeptOfLongLine)] : line,
                lines.Start,
                lines.Bytes,
                input.Start > 0 ? 0 : number,
                lines.IsLong ? $"longer than {input.MostBytes} bytes; limits.record_mb allows more" : null);
        }
    }

    /// <summary>Cuts a stream into lines, holding no more of a line than asked.</summary>
    private sealed class LineReader(Stream stream, int bufferBytes, int mostBytes, long position)
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
            var kept = _buffer.AsSpan(_next, Math.Min(held, KeptOfLongLine)).ToArray();
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
}
